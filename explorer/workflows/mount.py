"""How a share of Azure Files is mounted: the command, the fstab line, the Backend.AI volume. Pure.

The account key is never part of any of them: it goes into a credentials file that only root
reads. Sources: mount.cifs(8), fstab(5), and Microsoft's 'Mount SMB Azure file shares on Linux
clients'.
"""

from __future__ import annotations

import json
import re
from typing import Final
from urllib.parse import unquote, urlsplit

from explorer.base.errors import InputError
from explorer.base.patterns import regex
from explorer.base.records import dataclass
from explorer.base.shown import shell_word

SMB_PORT: Final = 445
CREDENTIALS_FOLDER: Final = "/etc/smbcredentials"
_ACCOUNT: Final = regex(r"[a-z0-9]{3,24}")
_SHARE: Final = regex(r"(?!.*--)[a-z0-9](?:[a-z0-9-]{1,61})[a-z0-9]")
_MODES: Final = ("dir_mode=0777", "file_mode=0777", "sec=ntlmssp")
NEEDS: Final = (
    "The account key: SMB takes no SAS.",
    f"TCP port {SMB_PORT} open from this computer to the service; many networks block it.",
    "The package cifs-utils, and SMB 3 with encryption: a kernel of 4.11 or newer.",
)
"""What must be there for a mount to work, a sentence each."""


@dataclass(frozen=True, slots=True)
class Share:
    """A share of Azure Files, or a folder in it. `folder` has no slash at either end."""

    host: str
    account: str
    name: str
    folder: str = ""

    @property
    def unc(self) -> str:
        """`//account.file.core.windows.net/share/folder`."""
        return "/".join(filter(None, (f"//{self.host}", self.name, self.folder)))


def parse_share(text: str) -> Share:
    """Of `https://ACCOUNT.file.core.windows.net/SHARE/FOLDER`, `//HOST/SHARE` or `\\\\HOST\\SHARE`.

    Raises InputError with the reason. A SAS in the URL is an error, since SMB takes none.
    """
    cleaned = text.strip().replace("\\", "/")
    if cleaned.startswith("smb://"):
        cleaned = cleaned.removeprefix("smb:")
    parts = urlsplit(cleaned)
    if parts.query:
        raise InputError(
            "A share is mounted with the account key; a SAS does not work over SMB.",
            cure="Leave out everything from the question mark on.",
        )
    if parts.scheme not in ("", "https") or not parts.hostname:
        raise InputError(
            "This is no address of a share.",
            cure="Write it like https://ACCOUNT.file.core.windows.net/SHARE.",
        )
    host = parts.hostname
    account, _, rest = host.partition(".")
    if not rest.startswith(("file.", "privatelink.file.")) and ".file." not in f".{rest}":
        raise InputError(
            f"'{host}' is not the file service of an account.",
            cure="Its address has 'file' in it: https://ACCOUNT.file.core.windows.net/SHARE.",
        )
    if not _ACCOUNT.fullmatch(account):
        raise InputError(f"'{account}' cannot be the name of a storage account.")
    names = [unquote(name) for name in parts.path.split("/") if name]
    if not names:
        raise InputError("It is not said which share.", cure="Add its name to the address.")
    share, *folders = names
    if not _SHARE.fullmatch(share):
        raise InputError(
            f"'{share}' cannot be the name of a share.",
            cure="It has 3 to 63 small letters, digits and single hyphens.",
        )
    for name in folders:
        if name in (".", "..") or re.search(r'[\x00-\x1f"<>|:*?]', name):
            raise InputError(f"'{name}' cannot be the name of a folder in a share.")
    return Share(host, account, share, "/".join(folders))


def file_host(endpoint: str) -> str:
    """Where the shares of the account are whose blobs are at `endpoint`; empty where that is not
    known, as for an emulator or a domain of one's own. Pure."""
    host = (urlsplit(endpoint).hostname or "").replace(".privatelink.", ".")
    found = re.fullmatch(r"([a-z0-9]{3,24})(?:-secondary)?((?:\.z\d+)?)\.(?:blob|dfs)\.(.+)", host)
    return f"{found[1]}{found[2]}.file.{found[3]}" if found else ""


def check_mount_point(path: str) -> str:
    """The mount point without a slash at its end. Raises InputError."""
    if not path.startswith("/") or re.search(r"[\x00-\x1f]", path) or "/../" in f"{path}/":
        raise InputError(
            f"'{path}' cannot be a mount point.", cure="Name a folder from the root: /mnt/data."
        )
    return path.rstrip("/") or "/"


def credentials_file(share: Share) -> str:
    """Where the key is kept, for root alone."""
    return f"{CREDENTIALS_FOLDER}/{share.account}.cred"


def credentials_text(share: Share, key: str) -> str:
    """What is in that file (mount.cifs(8), `credentials=`)."""
    return f"username={share.account}\npassword={key}\n"


def credentials_commands(share: Share) -> list[str]:
    """How a person makes the file without the key in any command line."""
    path = shell_word(credentials_file(share))
    return [
        f"sudo install -d -m 700 {CREDENTIALS_FOLDER}",
        f"sudo install -m 600 /dev/null {path}",
        f"sudo editor {path}    # username={share.account}, and password= with the account key",
    ]


def written_commands(file: str) -> list[str]:
    """What is left to do about a credentials file that was written: it goes to root."""
    return [f"sudo chown root: {shell_word(file)}"]


def options(file: str) -> str:
    """Options of the mount, with the key left to the credentials `file`."""
    return ",".join(("vers=3.0", f"credentials={file}", *_MODES))


def mount_commands(share: Share, mount_point: str, file: str = "") -> list[str]:
    """For a shell, with every name quoted."""
    where = shell_word(check_mount_point(mount_point))
    chosen = shell_word(options(file or credentials_file(share)))
    return [
        f"sudo mkdir -p {where}",
        f"sudo mount -t cifs {shell_word(share.unc)} {where} -o {chosen}",
    ]


def fstab_line(share: Share, mount_point: str, file: str = "") -> str:
    """Mounted at each start, and a start goes on without it (fstab(5))."""
    where = check_mount_point(mount_point)
    chosen = f"nofail,_netdev,{options(file or credentials_file(share))}"
    return f"{_field(share.unc)} {_field(where)} cifs {_field(chosen)} 0 0"


def _field(text: str) -> str:
    """A field of fstab: blanks, controls and backslashes as octal escapes."""
    return re.sub(r"[\x00-\x20\x7f\\]", lambda hit: f"\\{ord(hit.group()):03o}", text)


def volume_entry(share: Share, name: str = "", *, at_startup: bool = False, file: str = "") -> str:
    """Backend.AI's entry below `volumes:` of its etcd configuration, as YAML."""
    chosen = options(file or credentials_file(share))
    return "\n".join(
        (
            "volumes:",
            f"  - name: {json.dumps(name or f'{share.account}-{share.name}')}",
            "    mount:",
            f"      at: {'startup' if at_startup else 'requested'}",
            "      fstype: cifs",
            f"      path: {json.dumps(share.unc, ensure_ascii=False)}",
            f"      options: {json.dumps(chosen, ensure_ascii=False)}",
        )
    )
