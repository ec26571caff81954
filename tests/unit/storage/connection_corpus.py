"""What people paste, whole and damaged, and what it has to become.

The key and the signature in here are canaries: they must never show up in a message.
"""

# ruff: noqa: E501 - a table: one case a line

from __future__ import annotations

import base64
from dataclasses import dataclass
from urllib.parse import quote

KEY = base64.b64encode(bytes(range(3, 67))).decode("ascii")
SIGNATURE = base64.b64encode(bytes(range(200, 232))).decode("ascii")
SIG = quote(SIGNATURE, safe="")
END = "2026-05-07T12:00:00Z"

ACCOUNT_SAS = f"sv=2024-11-04&ss=b&srt=sco&sp=rl&se={quote(END)}&spr=https&sig={SIG}"
CONTAINER_SAS = f"sp=rl&st=2026-04-01T00:00:00Z&se={END}&spr=https&sv=2024-11-04&sr=c&sig={SIG}"
BLOB_SAS = f"sp=r&se={END}&sv=2024-11-04&sr=b&sig={SIG}"
DIRECTORY_SAS = f"sp=racwdlm&se={END}&sv=2024-11-04&sr=d&sdd=2&sig={SIG}"
POLICY_SAS = f"sv=2024-11-04&si=readers&sr=c&sig={SIG}"

KEY_STRING = (
    f"DefaultEndpointsProtocol=https;AccountName=pai;AccountKey={KEY};"
    "EndpointSuffix=core.windows.net"
)
SAS_STRING = f"BlobEndpoint=https://pai.blob.core.windows.net/;SharedAccessSignature={ACCOUNT_SAS}"
HOST = "https://pai.blob.core.windows.net"


@dataclass(frozen=True)
class Good:
    """A text and what must be read from it: endpoint, credential kind, place, what is missing."""

    name: str
    text: str
    endpoint: str = HOST
    account: str = "pai"
    credential: str = "account key"
    container: str = ""
    path: str = ""
    scope: str = "account"
    missing: tuple[str, ...] = ()


@dataclass(frozen=True)
class Bad:
    """A text, the field its refusal must name, and a word of the message."""

    name: str
    text: str
    field: str
    word: str
    is_incomplete: bool = False


EMULATOR = "http://127.0.0.1:10000/devstoreaccount1"
DEV = "devstoreaccount1"

GOOD = [
    Good("key string", KEY_STRING),
    Good("key string without suffix", KEY_STRING.rpartition(";")[0]),
    Good("name and key only", f"AccountName=pai;AccountKey={KEY}"),
    Good("keys in any case", KEY_STRING.replace("AccountName", "ACCOUNTNAME").replace("AccountKey", "accountkey")),
    Good("line breaks after semicolons", KEY_STRING.replace(";", ";\n")),
    Good("windows line breaks and indentation", KEY_STRING.replace(";", ";\r\n    ")),
    Good("line breaks instead of semicolons", KEY_STRING.replace(";", "\n")),
    Good("a space before a key", KEY_STRING.replace(";", "; ")),
    Good("spaces around the signs", KEY_STRING.replace(";", " ; ").replace("Name=", "Name = ")),
    Good("a key broken over two lines", KEY_STRING.replace(KEY[:40], KEY[:40] + "\n  ")),
    Good("double quotes", f'"{KEY_STRING}"'),
    Good("single quotes and a semicolon", f"'{KEY_STRING}';"),
    Good("typographic quotes", f"\u201c{KEY_STRING}\u201d"),
    Good("backticks", f"`{KEY_STRING}`"),
    Good("a quote that was not closed", f'"{KEY_STRING}'),
    Good("double semicolons inside", KEY_STRING.replace(";", ";;")),
    Good("semicolons at the end", KEY_STRING + ";;"),
    Good("a byte order mark and a zero width space", f"\ufeff{KEY_STRING}\u200b"),
    Good("no-break spaces", KEY_STRING.replace(";", ";\xa0")),
    Good("export", f'export AZURE_STORAGE_CONNECTION_STRING="{KEY_STRING}"'),
    Good("assignment", f"STORAGE_CONNECTION_STRING={KEY_STRING}"),
    Good("set of Windows", f"set AZURE_STORAGE_CONNECTION_STRING={KEY_STRING}"),
    Good("PowerShell", f"$env:AZURE_STORAGE_CONNECTION_STRING = '{KEY_STRING}'"),
    Good("YAML", f"connectionString: {KEY_STRING}"),
    Good("a line of JSON", f'  "connectionString": "{KEY_STRING}",'),
    Good("a JSON text", f'"{KEY_STRING}"'),
    Good("an option of a command", f'az storage blob list --connection-string "{KEY_STRING}" -c data'),
    Good("a key that was percent-encoded", KEY_STRING.replace(KEY, quote(KEY, safe=""))),
    Good("a key without its padding", KEY_STRING.replace("==;", ";")),
    Good("China", KEY_STRING.replace("windows.net", "chinacloudapi.cn"), endpoint="https://pai.blob.core.chinacloudapi.cn"),
    Good("US government", KEY_STRING.replace("windows.net", "usgovcloudapi.net"), endpoint="https://pai.blob.core.usgovcloudapi.net"),
    Good("Azure Stack", KEY_STRING.replace("core.windows.net", "local.azurestack.external"), endpoint="https://pai.blob.local.azurestack.external"),
    Good("a suffix with a dot in front", KEY_STRING.replace("core.windows", ".core.windows")),
    Good("http", KEY_STRING.replace("https", "http"), endpoint="http://pai.blob.core.windows.net", missing=("consent to plain http",)),
    Good("key and explicit endpoint", f"AccountName=pai;AccountKey={KEY};BlobEndpoint={HOST}/"),
    Good("custom domain with a key", f"AccountName=pai;AccountKey={KEY};BlobEndpoint=https://data.example.org", endpoint="https://data.example.org"),
    Good("an endpoint without scheme", f"AccountName=pai;AccountKey={KEY};BlobEndpoint=pai.blob.core.windows.net"),
    Good("all endpoints", f"BlobEndpoint={HOST}/;QueueEndpoint=https://pai.queue.core.windows.net/;FileEndpoint=https://pai.file.core.windows.net/;TableEndpoint=https://pai.table.core.windows.net/;SharedAccessSignature={ACCOUNT_SAS}", credential="account SAS"),
    Good("SAS string", SAS_STRING, credential="account SAS"),
    Good("SAS first", ";".join(reversed(SAS_STRING.split(";"))), credential="account SAS"),
    Good("SAS with a question mark", SAS_STRING.replace("Signature=", "Signature=?"), credential="account SAS"),
    Good("SAS with entities", SAS_STRING.replace("&", "&amp;"), credential="account SAS"),
    Good("SAS with entities twice", SAS_STRING.replace("&", "&amp;amp;"), credential="account SAS"),
    Good("SAS with escapes of JSON", SAS_STRING.replace("&", "\\u0026"), credential="account SAS"),
    Good("SAS with the account's name only", f"AccountName=pai;SharedAccessSignature={ACCOUNT_SAS}", credential="account SAS"),
    Good("dfs endpoint only", f"DfsEndpoint=https://pai.dfs.core.windows.net/;SharedAccessSignature={ACCOUNT_SAS}", credential="account SAS"),
    Good("container SAS in a string", SAS_STRING.replace(ACCOUNT_SAS, CONTAINER_SAS), credential="container SAS", scope="container", missing=("container",)),
    Good("container in the endpoint", SAS_STRING.replace(ACCOUNT_SAS, CONTAINER_SAS).replace("net/", "net/data"), credential="container SAS", scope="container", container="data"),
    Good("signature not encoded", SAS_STRING.replace(SIG, SIGNATURE), credential="account SAS"),
    Good("signature encoded twice", SAS_STRING.replace(SIG, quote(SIG, safe="")), credential="account SAS"),
    Good("variables of the az command", f"AZURE_STORAGE_ACCOUNT=pai\nAZURE_STORAGE_KEY={KEY}"),
    Good("variables with a SAS", f'export AZURE_STORAGE_ACCOUNT="pai"\nexport AZURE_STORAGE_SAS_TOKEN="?{ACCOUNT_SAS}"', credential="account SAS"),
    Good("account and key with commas", f"account=pai, key={KEY}"),
    Good("labels of the portal", f"Storage account name: pai\nKey: {KEY}"),
    Good("account_name and account_key", f"account_name='pai', account_key='{KEY}'"),
    Good("name and key on two lines", f"pai\n{KEY}"),
    Good("name and key on one line", f"pai {KEY}"),
    Good("name, colon, key", f"pai: {KEY}"),
    Good("address and key", f"{HOST}/\n{KEY}"),
    Good("address and SAS apart", f"{HOST}/data\n{CONTAINER_SAS}", credential="container SAS", container="data", scope="container"),
    Good("address and SAS with its mark apart", f"{HOST}/data\n?{CONTAINER_SAS}", credential="container SAS", container="data", scope="container"),
    Good("emulator", "UseDevelopmentStorage=true", endpoint=EMULATOR, account=DEV),
    Good("emulator in another case", " usedevelopmentstorage = TRUE ; ", endpoint=EMULATOR, account=DEV),
    Good("emulator on another host", "UseDevelopmentStorage=true;DevelopmentStorageProxyUri=http://storage", endpoint="http://storage:10000/devstoreaccount1", account=DEV, missing=("consent to plain http",)),
    Good("emulator through a loopback proxy", "UseDevelopmentStorage=true;DevelopmentStorageProxyUri=http://localhost:10010/", endpoint="http://localhost:10010/devstoreaccount1", account=DEV),
    Good("emulator's long form", f"DefaultEndpointsProtocol=http;AccountName={DEV};AccountKey={KEY};BlobEndpoint=http://127.0.0.1:11000/{DEV};", endpoint=f"http://127.0.0.1:11000/{DEV}", account=DEV),
    Good("emulator with an account of one's own", f"DefaultEndpointsProtocol=http;AccountName=team1;AccountKey={KEY};BlobEndpoint=http://localhost:10000/team1", endpoint="http://localhost:10000/team1", account="team1"),
    Good("emulator by name and key", f"AccountName={DEV};AccountKey={KEY}", endpoint=EMULATOR, account=DEV),
    Good("emulator's URL", f"{EMULATOR}/data/runs/", endpoint=EMULATOR, account=DEV, container="data", path="runs/"),
    Good("emulator's URL without scheme", "127.0.0.1:10000/devstoreaccount1", endpoint=EMULATOR, account=DEV),
    Good("emulator with https", f"https://127.0.0.1:10000/{DEV}", endpoint=f"https://127.0.0.1:10000/{DEV}", account=DEV),
    Good("emulator on IPv6", f"http://[::1]:10000/{DEV}", endpoint=f"http://[::1]:10000/{DEV}", account=DEV),
    Good("emulator's SAS URL", f"{EMULATOR}/data?{CONTAINER_SAS}", endpoint=EMULATOR, account=DEV, credential="container SAS", container="data", scope="container"),
    Good("account SAS URL", f"{HOST}/?{ACCOUNT_SAS}", credential="account SAS"),
    Good("account SAS URL of a folder", f"{HOST}/data/runs/7?{ACCOUNT_SAS}", credential="account SAS", container="data", path="runs/7"),
    Good("container SAS URL", f"{HOST}/data?{CONTAINER_SAS}", credential="container SAS", container="data", scope="container"),
    Good("container SAS URL of a listing", f"{HOST}/data?restype=container&comp=list&prefix=runs/&{CONTAINER_SAS}", credential="container SAS", container="data", path="runs/", scope="container"),
    Good("policy SAS URL", f"{HOST}/data?{POLICY_SAS}", credential="container SAS", container="data", scope="container"),
    Good("blob SAS URL", f"{HOST}/data/a/b.txt?{BLOB_SAS}", credential="blob SAS", container="data", path="a/b.txt", scope="blob"),
    Good("blob SAS URL in angle brackets", f"<{HOST}/data/a/b.txt?{BLOB_SAS}>", credential="blob SAS", container="data", path="a/b.txt", scope="blob"),
    Good("blob SAS URL broken over lines", f"{HOST}/data/a/b.txt?{BLOB_SAS[:30]}\n   {BLOB_SAS[30:]}", credential="blob SAS", container="data", path="a/b.txt", scope="blob"),
    Good("blob SAS URL in an assignment", f'url = "{HOST}/data/a/b.txt?{BLOB_SAS}"', credential="blob SAS", container="data", path="a/b.txt", scope="blob"),
    Good("directory SAS URL", f"https://pai.dfs.core.windows.net/data/a/b/c?{DIRECTORY_SAS}", credential="directory SAS", container="data", path="a/b/c", scope="directory"),
    Good("version SAS URL", f"{HOST}/data/x?versionid=2026-01-01T00:00:00.0000000Z&{BLOB_SAS.replace('sr=b', 'sr=bv')}", credential="version SAS", container="data", path="x", scope="blob"),
    Good("snapshot SAS URL", f"{HOST}/data/x?{BLOB_SAS.replace('sr=b', 'sr=bs')}&snapshot=2026-01-01T00:00:00.0000000Z", credential="snapshot SAS", container="data", path="x", scope="blob"),
    Good("user delegation SAS", f"{HOST}/data?{CONTAINER_SAS}&skoid=1&sktid=2&skt={END}&ske={END}&sks=b&skv=2024-11-04", credential="user delegation container SAS", container="data", scope="container"),
    Good("public blob", f"{HOST}/data/a/b.txt", credential="public", container="data", path="a/b.txt", scope="container"),
    Good("public account", f"{HOST}/", credential="public"),
    Good("no scheme", "pai.blob.core.windows.net/data", credential="public", container="data", scope="container"),
    Good("capital letters in the host", "HTTPS://PAI.Blob.Core.Windows.NET/data", credential="public", container="data", scope="container"),
    Good("port of https written out", "https://pai.blob.core.windows.net:443/data", credential="public", container="data", scope="container"),
    Good("encoded name", f"{HOST}/data/a%2Fb%20c%25%23.txt", credential="public", container="data", path="a/b c%#.txt", scope="container"),
    Good("plus stays a plus", f"{HOST}/data/a+b", credential="public", container="data", path="a+b", scope="container"),
    Good("a hash is part of a name", f"{HOST}/data/a#b.txt", credential="public", container="data", path="a#b.txt", scope="container"),
    Good("a space in the name", f"{HOST}/data/my file.txt", credential="public", container="data", path="my file.txt", scope="container"),
    Good("unicode in the name", f"{HOST}/data/Прогон/%E2%82%AC", credential="public", container="data", path="Прогон/€", scope="container"),
    Good("empty segments", f"{HOST}/data/a//b/", credential="public", container="data", path="a//b/", scope="container"),
    Good("root container by name", f"{HOST}/$root/x.txt", credential="public", container="$root", path="x.txt", scope="container"),
    Good("root container without name", f"{HOST}/logo.png", credential="public", container="$root", path="logo.png", scope="container"),
    Good("web container", f"{HOST}/%24web/index.html", credential="public", container="$web", path="index.html", scope="container"),
    Good("DNS zone", "https://pai.z12.blob.storage.azure.net/data", endpoint="https://pai.z12.blob.storage.azure.net", credential="public", container="data", scope="container"),
    Good("secondary host", "https://pai-secondary.blob.core.windows.net/data", endpoint="https://pai-secondary.blob.core.windows.net", credential="public", container="data", scope="container"),
    Good("IPv6 host", "https://pai-ipv6.blob.core.windows.net/data", endpoint="https://pai-ipv6.blob.core.windows.net", credential="public", container="data", scope="container"),
    Good("dual stack host", "https://pai-dualstack.blob.core.windows.net/data", endpoint="https://pai-dualstack.blob.core.windows.net", credential="public", container="data", scope="container"),
    Good("private link", "https://pai.privatelink.blob.core.windows.net/data", endpoint="https://pai.privatelink.blob.core.windows.net", credential="public", container="data", scope="container"),
    Good("bare address", "https://10.0.0.5:8443/pai/data/x", endpoint="https://10.0.0.5:8443/pai", credential="public", container="data", path="x", scope="container"),
    Good("custom domain", "https://files.example.org/data/x.csv", endpoint="https://files.example.org", account="", credential="public", container="data", path="x.csv", scope="container"),
    Good("custom domain with a SAS", f"https://files.example.org/data?{CONTAINER_SAS}", endpoint="https://files.example.org", account="", credential="container SAS", container="data", scope="container"),
    Good("dfs URL", "https://pai.dfs.core.windows.net/data/runs", credential="public", container="data", path="runs", scope="container"),
    Good("plain http elsewhere", "http://pai.blob.core.windows.net/data", endpoint="http://pai.blob.core.windows.net", credential="public", container="data", scope="container", missing=("consent to plain http",)),
    Good("abfss", "abfss://data@pai.dfs.core.windows.net/runs/7", credential="to be asked for", container="data", path="runs/7", missing=("credential",)),
    Good("abfs", "abfs://data@pai.dfs.core.windows.net/", credential="to be asked for", container="data", missing=("credential",)),
    Good("wasbs", "WASBS://data@pai.blob.core.windows.net/x%20y", credential="to be asked for", container="data", path="x y", missing=("credential",)),
    Good("wasb of the root container", "wasb://$root@pai.blob.core.windows.net/x", credential="to be asked for", container="$root", path="x", missing=("credential",)),
    Good("abfss with a SAS", f"abfss://data@pai.dfs.core.windows.net/runs?{CONTAINER_SAS}", credential="container SAS", container="data", path="runs", scope="container"),
    Good("az", "az://data/runs/7", endpoint="", account="", credential="to be asked for", container="data", path="runs/7", missing=("account", "credential")),
    Good("abfs of fsspec", "abfs://data/runs/7", endpoint="", account="", credential="to be asked for", container="data", path="runs/7", missing=("account", "credential")),
    Good("az with a host", "az://pai.blob.core.windows.net/data/x", credential="public", container="data", path="x", scope="container"),
    Good("azureml", "azureml://subscriptions/s/resourcegroups/r/workspaces/w/datastores/d/paths/runs/7/", endpoint="", account="", credential="to be asked for", path="runs/7/", missing=("account", "credential")),
    Good("bare account SAS", f"?{ACCOUNT_SAS}", endpoint="", account="", credential="account SAS", missing=("account",)),
    Good("bare container SAS", CONTAINER_SAS, endpoint="", account="", credential="container SAS", scope="container", missing=("account", "container")),
    Good("bare blob SAS", BLOB_SAS, endpoint="", account="", credential="blob SAS", scope="blob", missing=("account", "container", "path")),
]  # fmt: skip

BAD = [
    Bad("no credential", KEY_STRING.replace(f"AccountKey={KEY};", ""), "AccountKey", "neither a key nor a SAS", True),
    Bad("empty key", f"AccountName=pai;AccountKey=;EndpointSuffix={KEY[:0]}", "AccountKey", "neither", True),
    Bad("no account", f"AccountKey={KEY}", "AccountName", "account", True),
    Bad("key not base64", KEY_STRING.replace(KEY[:5], "a-b_c"), "AccountKey", "base64"),
    Bad("key masked", KEY_STRING.replace(KEY, "*" * 20), "AccountKey", "masked"),
    Bad("key as a placeholder", KEY_STRING.replace(KEY, "<your key>"), "AccountKey", "masked"),
    Bad("key cut", f"AccountName=pai;AccountKey={KEY[:49]}", "AccountKey", "not whole", True),
    Bad("account's name impossible", KEY_STRING.replace("=pai", "=my_account"), "AccountName", "name"),
    Bad("two keys", f"AccountName=pai;AccountKey={KEY};AccountKey={KEY[::-1]}", "AccountKey", "twice"),
    Bad("protocol unknown", KEY_STRING.replace("https", "ftp"), "DefaultEndpointsProtocol", "https"),
    Bad("suffix wrong", KEY_STRING.replace("core.windows", "core windows!"), "EndpointSuffix", "host name"),
    Bad("file endpoint only", f"FileEndpoint=https://pai.file.core.windows.net/;SharedAccessSignature={ACCOUNT_SAS}", "BlobEndpoint", "no blob service"),
    Bad("file address as blob endpoint", f"BlobEndpoint=https://pai.file.core.windows.net;SharedAccessSignature={ACCOUNT_SAS}", "BlobEndpoint", "file"),
    Bad("custom domain, key, no name", f"BlobEndpoint=https://data.example.org/data;AccountKey={KEY}", "AccountName", "account", True),
    Bad("SAS without blobs", SAS_STRING.replace("ss=b", "ss=qt"), "ss", "blob service"),
    Bad("SAS cut", SAS_STRING[:-20], "sig", "cut off", True),
    Bad("SAS damaged", SAS_STRING.replace(SIG, SIG[:10] + "!!" + SIG[10:]), "sig", "damaged"),
    Bad("SAS without signature", f"{HOST}/data?{CONTAINER_SAS.partition('&sig')[0]}", "sig", "signature", True),
    Bad("SAS without version", f"{HOST}/data?sr=c&sp=r&se={END}&sig={SIG}", "sv", "version", True),
    Bad("SAS without permissions", f"{HOST}/data?sr=c&sv=2024-11-04&se={END}&sig={SIG}", "sp", "permissions", True),
    Bad("SAS without end", f"{HOST}/data?sr=c&sv=2024-11-04&sp=r&sig={SIG}", "se", "ends", True),
    Bad("SAS with a bad time", f"{HOST}/data?{CONTAINER_SAS.replace(END, '2026-15-01')}", "se", "time"),
    Bad("SAS for a table", f"https://pai.table.core.windows.net/T?tn=T&sp=r&sv=2024-11-04&sig={SIG}", "URL", "blob"),
    Bad("SAS for a share", f"{HOST}/data?{CONTAINER_SAS.replace('sr=c', 'sr=s')}", "sr", "neither container"),
    Bad("snapshot SAS without snapshot", f"{HOST}/data/x?{BLOB_SAS.replace('sr=b', 'sr=bs')}", "snapshot", "which"),
    Bad("dot segments", f"{HOST}/data/a/../b", "path", "'..'"),
    Bad("encoded dot segments", f"{HOST}/data/a/%2e%2E/b", "path", "'..'"),
    Bad("dot segments with backslashes", f"{HOST}/data/a%5C..%5Cb", "path", "'..'"),
    Bad("dot segments in a prefix", f"{HOST}/data?prefix=a/../b&{CONTAINER_SAS}", "path", "'..'"),
    Bad("not UTF-8", f"{HOST}/data/%ff", "path", "UTF-8"),
    Bad("container impossible", f"{HOST}/My_Data/x", "container", "container"),
    Bad("user and password", f"https://me:{SIGNATURE[:12].replace('/', 'x')}@pai.blob.core.windows.net/data", "URL", "user name"),
    Bad("port impossible", "https://pai.blob.core.windows.net:99999/data", "URL", "port"),
    Bad("static website", "https://pai.z6.web.core.windows.net/index.html", "URL", "static website"),
    Bad("Azure Files", f"https://pai.file.core.windows.net/share?{ACCOUNT_SAS}", "URL", "Azure Files"),
    Bad("custom domain alone", "https://files.example.org/", "URL", "custom domain", True),
    Bad("portal", "https://portal.azure.com/#@me/resource/subscriptions/1", "URL", "web page"),
    Bad("Amazon", "s3://bucket/x", "URL", "Amazon"),
    Bad("Gen1", "adl://x.azuredatalakestore.net/", "URL", "Gen1"),
    Bad("a sentence", "rubbish that is no connection", "", "nothing that is known"),
    Bad("a key begun after its account", f"pai {KEY[:30]}", "AccountKey", "beginning of its key", True),
    Bad("a key begun, its lines broken", f"pai {KEY[:30]}\n{KEY[30:50]}", "AccountKey", "beginning of its key", True),
    Bad("emulator switched off", "UseDevelopmentStorage=false", "UseDevelopmentStorage", "true"),
    Bad("emulator being typed", "UseDevelopmentStorage=tr", "UseDevelopmentStorage", "whole", True),
    Bad("words", "hello, what is this?", "", "nothing that is known"),
    Bad("key alone", KEY, "AccountName", "which account", True),
    Bad("name alone", "pai", "AccountKey", "name of an account", True),
    Bad("JSON cut", '{"connectionStrings": ["' + KEY_STRING, "JSON", "not whole", True),
    Bad("JSON without", '{"name": "x", "items": [1, 2, {"a": null}]}', "connectionStrings", "no connection string"),
    Bad("JSON with a bad one", '{"connectionStrings": ["AccountName=pai"]}', "AccountKey", "neither", True),
]  # fmt: skip
