"""What `quayside doctor` looks at: each check gives findings, with what to do about them.

The checks block and look at this machine only; reaching a service is the command's part.
"""

from __future__ import annotations

import importlib.metadata
import os
import platform
import stat
import sys
from collections.abc import Iterable
from enum import Enum
from pathlib import Path
from urllib.parse import urlsplit

from explorer import __version__
from explorer.base.errors import InputError
from explorer.base.records import dataclass
from explorer.base.redact import redact
from explorer.base.settings import Settings
from explorer.storage.azure.proxy import proxy_for
from explorer.storage.azure.trust import system_roots, tls_context
from explorer.storage.secrets import KeyringState, SecretStore


class Level(Enum):
    OK = "ok"
    NOTE = "note"
    BAD = "bad"


@dataclass(frozen=True, slots=True)
class Finding:
    """`cure` says what to do where it is not ok."""

    level: Level
    about: str
    text: str
    cure: str = ""


_PACKAGES = (
    "PySide6-Essentials",
    "azure-core",
    "azure-storage-blob",
    "azure-storage-file-datalake",
    "keyring",
)
_PRIVATE = ("connections.json", "settings.json", "journal.sqlite3", "journal.sqlite3-wal")


def versions() -> Iterable[Finding]:
    """Read from what is installed, without importing any of it."""
    yield Finding(Level.OK, "quayside", __version__)
    yield Finding(Level.OK, "python", f"{platform.python_version()} on {platform.platform()}")
    for name in _PACKAGES:
        try:
            yield Finding(Level.OK, name, importlib.metadata.version(name))
        except importlib.metadata.PackageNotFoundError:
            yield Finding(
                Level.NOTE if name.startswith("PySide6") else Level.BAD,
                name,
                "not installed",
                "Install Quayside again: pip install quayside-explorer",
            )
    if sys.version_info < (3, 12):
        yield from _qt_fault()


def _qt_fault() -> Iterable[Finding]:
    try:
        version = importlib.metadata.version("PySide6-Essentials")
    except importlib.metadata.PackageNotFoundError:
        return
    if version.split(".")[:2] == ["6", "12"]:
        yield Finding(
            Level.BAD,
            "PySide6",
            f"{version} crashes on Python {platform.python_version()}.",
            "Install an older one: pip install 'PySide6-Essentials<6.12'",
        )


def keyring() -> Iterable[Finding]:
    """Whether secrets can be kept; waits for the keyring as long as a start would."""
    status = SecretStore().status()
    if status.state is KeyringState.USABLE:
        yield Finding(Level.OK, "keyring", status.name)
    else:
        yield Finding(
            Level.NOTE,
            "keyring",
            f"{status.reason} Secrets are kept for one run only.",
            "Unlock or install a keyring (GNOME Keyring, KWallet), or give credentials by "
            "AZURE_STORAGE_CONNECTION_STRING.",
        )


def proxy(settings: Settings, endpoint: str) -> Iterable[Finding]:
    """Which way requests to that endpoint go."""
    parts = urlsplit(endpoint)
    port = parts.port or (443 if parts.scheme == "https" else 80)
    found = proxy_for(parts.scheme, parts.hostname or "", port, settings.proxy, os.environ)
    if found is None:
        yield Finding(Level.OK, "proxy", f"none on the way to {parts.netloc}")
    else:
        yield Finding(Level.OK, "proxy", redact(f"{found.host}:{found.port} to {parts.netloc}"))


def certificates(settings: Settings) -> Iterable[Finding]:
    """Where trust in servers comes from."""
    system = system_roots()
    if system or os.name == "nt":
        yield Finding(Level.OK, "certificates", system or "those of Windows")
    else:
        yield Finding(
            Level.BAD,
            "certificates",
            "this system has none, so no https server can be trusted",
            "Install the package ca-certificates, or set SSL_CERT_FILE.",
        )
    if settings.ca_file:
        try:
            tls_context(settings.ca_file)
        except InputError:
            yield Finding(
                Level.BAD,
                "certificates",
                f"{settings.ca_file} cannot be read as a PEM file",
                "Set ca_file to a PEM file, or empty it.",
            )
        else:
            yield Finding(Level.OK, "certificates", f"and {settings.ca_file}")


def data_folder(folder: Path) -> Iterable[Finding]:
    """Whether the state can be written, and only by its owner be read."""
    if not folder.exists():
        parent = next(one for one in folder.parents if one.exists())
        if os.access(parent, os.W_OK):
            yield Finding(Level.OK, "data folder", f"{folder} (made when it is needed)")
        else:
            yield _unwritable(folder)
        return
    if not os.access(folder, os.W_OK | os.X_OK):
        yield _unwritable(folder)
        return
    open_to_others = [
        path
        for path in (folder, *(folder / name for name in _PRIVATE))
        if os.name == "posix" and path.exists() and stat.S_IMODE(path.stat().st_mode) & 0o077
    ]
    for path in open_to_others:
        yield Finding(
            Level.BAD,
            "data folder",
            f"{path} can be read by other users",
            f"chmod go= '{path}'",
        )
    if not open_to_others:
        yield Finding(Level.OK, "data folder", str(folder))


def _unwritable(folder: Path) -> Finding:
    return Finding(
        Level.BAD,
        "data folder",
        f"{folder} cannot be written",
        "Change its permissions, or set QUAYSIDE_DATA_DIR to another folder.",
    )
