"""One place in the words of other programs: path, URL, abfss, az, AzCopy, rclone, Python, fsspec.

Pure. Without a SAS nothing here holds a credential: the text then says where to sign in, or
takes it from the environment. Commands are quoted for a POSIX shell, names in all of them so
that whatever is in them does nothing to a terminal they are pasted into. Sources: `az storage
blob download`, `az storage blob download-batch`, `azcopy copy`, rclone's 'Microsoft Azure
Blob Storage' and 'Connection strings', azure-storage-blob's BlobClient and ContainerClient,
adlfs's AzureBlobFileSystem.
"""

from __future__ import annotations

import glob
from dataclasses import field
from enum import Enum

from explorer.base.errors import InputError
from explorer.base.records import dataclass
from explorer.base.shown import plain_path, shell_line
from explorer.storage.connection_url import blob_url

KEY_VARIABLE = "AZURE_STORAGE_KEY"
STRING_VARIABLE = "AZURE_STORAGE_CONNECTION_STRING"


class Form(Enum):
    """The values are words of the command line."""

    PATH = "path"
    URL = "url"
    ABFSS = "abfss"
    AZ = "az"
    AZCOPY = "azcopy"
    RCLONE = "rclone"
    PYTHON = "python"
    FSSPEC = "fsspec"

    @property
    def takes_sas(self) -> bool:
        """Whether there is a place for a SAS in it."""
        return self not in (Form.PATH, Form.ABFSS)


@dataclass(frozen=True, slots=True)
class Spot:
    """A blob, a folder (`path` ends with `/`), a container, or (without one) the account.

    `endpoint` is the blob endpoint without credential; `sas` a token without `?`, a secret.
    """

    account: str
    endpoint: str
    container: str = ""
    path: str = ""
    is_emulator: bool = False
    sas: str = field(default="", repr=False)

    @property
    def is_blob(self) -> bool:
        return bool(self.path) and not self.path.endswith("/")

    @property
    def name(self) -> str:
        """The last part."""
        return self.path.rstrip("/").rpartition("/")[2] or self.container or self.account

    @property
    def dfs_host(self) -> str:
        """Of the same account, empty where there is none to be known."""
        host = self.endpoint.partition("://")[2].partition("/")[0]
        return host.replace(".blob.", ".dfs.", 1) if ".blob." in host else ""

    @property
    def is_usual(self) -> bool:
        """Whether programs find the account by its name alone."""
        return self.endpoint == f"https://{self.account}.blob.core.windows.net"


def reason(form: Form, spot: Spot) -> str:
    """Why that form does not fit, for a tooltip; empty where it does."""
    if not spot.container and form not in (Form.PATH, Form.URL):
        return "Choose a container, a folder or a blob."
    if form is Form.ABFSS and not spot.dfs_host:
        return "This endpoint has no address of that form."
    if form in (Form.AZ, Form.RCLONE, Form.FSSPEC) and not spot.account:
        return "The name of the account is not known behind this address."
    return ""


def copy_as(form: Form, spot: Spot) -> str:
    """The text, of one line or several, without a line break at its end. With `spot.sas` it
    is a secret. Raises InputError where the form does not fit, or the name is in no URL."""
    if why := reason(form, spot):
        raise InputError(why)
    if spot.sas and not form.takes_sas:
        raise InputError(f"There is no place for a SAS in the form '{form.value}'.")
    return _MAKERS[form](spot)


def _url(spot: Spot, *, with_sas: bool = True) -> str:
    path, slash = spot.path.rstrip("/"), "/" if spot.path.endswith("/") else ""
    if spot.is_blob:
        path = spot.path
    url = blob_url(spot.endpoint, spot.container, path) + slash
    return f"{url}?{spot.sas}" if spot.sas and with_sas else url


def _path(spot: Spot) -> str:
    path = f"{spot.container}/{spot.path}" if spot.path else spot.container or spot.account
    return plain_path(path)


def _abfss(spot: Spot) -> str:
    tail = blob_url("", "", spot.path.rstrip("/")).lstrip("/") if spot.path else ""
    slash = "/" if spot.path.endswith("/") else ""
    return f"abfss://{spot.container}@{spot.dfs_host}/{tail}{slash}"


def _local(spot: Spot) -> str:
    """Where it is put: never an option, never hidden in a path."""
    return f"./{spot.name.replace('/', '_')}"


def _command(*words: str) -> str:
    return shell_line(words)


def _az(spot: Spot) -> str:
    words = ["az", "storage", "blob", "download" if spot.is_blob else "download-batch"]
    words.append(f"--account-name={spot.account}")
    if not spot.is_usual:
        words.append(f"--blob-endpoint={spot.endpoint}")
    if spot.is_blob:
        words += [f"--container-name={spot.container}", f"--name={spot.path}"]
        words.append(f"--file={_local(spot)}")
    else:
        words.append(f"--source={spot.container}")
        if spot.path:
            words.append(f"--pattern={glob.escape(spot.path)}*")
        words.append("--destination=.")
    if spot.sas:
        words.append(f"--sas-token={spot.sas}")
    elif not spot.is_emulator:
        words.append("--auth-mode=login")
    return _command(*words)


def _azcopy(spot: Spot) -> str:
    url = _url(spot)
    if spot.path.endswith("/"):  # AzCopy names a folder without the slash
        bare = _url(spot, with_sas=False).rstrip("/")
        url = f"{bare}?{spot.sas}" if spot.sas else bare
    words = ["azcopy", "copy", url, _local(spot) if spot.is_blob else "."]
    return _command(*words, *(() if spot.is_blob else ("--recursive",)))


def _quoted(text: str) -> str:
    """A value in rclone's connection string: in quotes, with quotes doubled."""
    return '"' + text.replace('"', '""') + '"'


def _rclone(spot: Spot) -> str:
    if spot.is_blob and spot.sas:
        return _command("rclone", "copyurl", _url(spot), _local(spot))
    options = [f"account={_quoted(spot.account)}"]
    if not spot.is_usual:
        options.append(f"endpoint={_quoted(spot.endpoint)}")
    if spot.sas:
        url = f"{blob_url(spot.endpoint, spot.container)}?{spot.sas}"
        options = [f"sas_url={_quoted(url)}"]
    elif spot.is_emulator:
        options.append("use_emulator=true")
    else:
        options.append("env_auth=true")
    source = f":azureblob,{','.join(options)}:{spot.container}/{spot.path}".rstrip("/")
    if spot.is_blob:
        source = f":azureblob,{','.join(options)}:{spot.container}/{spot.path}"
        return _command("rclone", "copyto", source, _local(spot))
    return _command("rclone", "copy", source, _local(spot))


def _python(spot: Spot) -> str:
    kind = "BlobClient" if spot.is_blob else "ContainerClient"
    imports = [f"from azure.storage.blob import {kind}"]
    credential = "DefaultAzureCredential()"
    if spot.sas:
        credential = repr(spot.sas)
    elif spot.is_emulator:
        imports.insert(0, "import os\n")
        credential = f"os.environ[{KEY_VARIABLE!r}]"
    else:
        imports.insert(0, "from azure.identity import DefaultAzureCredential")
    arguments = [repr(spot.endpoint), repr(spot.container)]
    if spot.is_blob:
        arguments.append(repr(spot.path))
    arguments.append(f"credential={credential}")
    variable = "blob" if spot.is_blob else "container"
    made = f"{variable} = {kind}(\n" + "".join(f"    {one},\n" for one in arguments) + ")"
    if spot.is_blob:
        use = f"with open({_local(spot)!r}, 'wb') as file:\n    blob.download_blob().readinto(file)"
    else:
        within = f"name_starts_with={spot.path!r}" if spot.path else ""
        use = f"for blob in container.list_blobs({within}):\n    print(blob.name, blob.size)"
    return "\n".join([*imports, "", made, use])


def _fsspec(spot: Spot) -> str:
    options = {"account_name": repr(spot.account)}
    head = ["import fsspec"]
    if spot.sas:
        options["sas_token"] = repr(spot.sas)
    if spot.is_emulator or not spot.is_usual:
        if spot.is_emulator and not spot.sas:
            head.insert(0, "import os\n")
            options = {"connection_string": f"os.environ[{STRING_VARIABLE!r}]"}
        else:
            string = f"BlobEndpoint={spot.endpoint}/"
            if spot.sas:
                options = {"connection_string": repr(f"{string};SharedAccessSignature={spot.sas}")}
            else:
                options["account_host"] = repr(spot.endpoint.partition("://")[2])
    if not spot.sas and "connection_string" not in options:
        options["anon"] = "False"
    made = "storage_options = {\n"
    made += "".join(f"    {name!r}: {value},\n" for name, value in options.items()) + "}"
    url = repr(f"abfs://{spot.container}/{spot.path}".rstrip("/"))
    if spot.is_blob:
        url = repr(f"abfs://{spot.container}/{spot.path}")
        use = f"with fsspec.open({url}, 'rb', **storage_options) as file:\n    data = file.read()"
    else:
        use = f"fs, path = fsspec.url_to_fs({url}, **storage_options)\nprint(fs.find(path))"
    return "\n".join([*head, "", made, use])


_MAKERS = {
    Form.PATH: _path,
    Form.URL: _url,
    Form.ABFSS: _abfss,
    Form.AZ: _az,
    Form.AZCOPY: _azcopy,
    Form.RCLONE: _rclone,
    Form.PYTHON: _python,
    Form.FSSPEC: _fsspec,
}
