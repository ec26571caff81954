"""What a person can set: types, defaults and descriptions, declared once, kept as JSON.

The file holds only what differs from the defaults, beside a version. Loading is
tolerant: unknown keys are kept for the version that knows them, a wrong value is
reported and its default used. A file of a newer version is read as far as it is
understood, and not overwritten. Nothing secret may be set here.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Mapping
from dataclasses import field, fields, replace
from enum import Enum
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Annotated, Any, Final, get_type_hints

from explorer.base.errors import InputError, LocalError, LocalPermissionError
from explorer.base.paths import locked, write_private
from explorer.base.records import dataclass

VERSION: Final = 1
FILE_NAME: Final = "settings.json"

_MIB: Final = 1024 * 1024
Check = Callable[[Any], str]
"""Says what is wrong with a value, or nothing."""


class OnConflict(Enum):
    """What happens to a target that exists, where the job does not say."""

    ASK = "ask"
    OVERWRITE = "overwrite"
    SKIP = "skip"
    NEWER = "newer"
    DIFFERENT = "different"
    RENAME = "rename"
    FAIL = "fail"


class ThemeChoice(Enum):
    SYSTEM = "system"
    LIGHT = "light"
    DARK = "dark"


def _between(least: int, most: int, *, or_zero: bool = False) -> Check:
    def check(value: int) -> str:
        if least <= value <= most or (or_zero and value == 0):
            return ""
        return f"must be from {least:,} to {most:,}" + (", or 0" if or_zero else "")

    return check


def _proxy(value: str) -> str:
    if value in ("", "direct"):
        return ""
    from urllib.parse import urlsplit  # late: most people set none

    try:
        parts = urlsplit(value if "://" in value else f"http://{value}")
        is_usable = parts.scheme == "http" and bool(parts.hostname) and parts.port != 0
        has_password = parts.username is not None
    except ValueError:
        is_usable = has_password = False
    if has_password:
        return "may not hold a user or password; give those in HTTPS_PROXY"
    return "" if is_usable else "must be http://host:port, or direct, or empty"


def _api_version(value: str) -> str:
    parts = value.split("-")
    is_date = [len(part) for part in parts] == [4, 2, 2] and value.replace("-", "").isdecimal()
    return "" if not value or is_date else "must be a date like 2021-12-02, or empty"


def _ca_file(value: str) -> str:
    return "" if not value or os.path.isabs(value) else "must be an absolute path, or empty"


class Section(Enum):
    """Where a setting stands among the others; the values are headlines."""

    GENERAL = "General"
    TRANSFERS = "Transfers"
    NETWORK = "Network"


class Unit(Enum):
    """What a number or a text means, beyond its type."""

    NONE = ""
    BYTES = "bytes"
    RATE = "bytes a second"
    FILE = "file"


@dataclass(frozen=True, slots=True)
class About:
    """What a setting is called and for, and what its values must be beyond their type."""

    section: Section
    title: str
    description: str
    check: Check | None = None
    unit: Unit = Unit.NONE
    least: int = 0
    most: int = 0
    """Bounds of a number, for whoever offers a field for it; `check` is what holds."""
    zero: str = ""
    """What 0 means, where that is no number like the others."""


_G, _T, _N = Section.GENERAL, Section.TRANSFERS, Section.NETWORK


@dataclass(frozen=True, slots=True)
class Settings:
    """All settings at one moment. `dataclasses.replace` does not check values; `changed` does."""

    concurrency: Annotated[
        int,
        About(
            _T,
            "Requests at the same time",
            "How many requests run at the same time; 0 finds out by itself how many are of use.",
            _between(1, 256, or_zero=True),
            most=256,
            zero="Found by itself",
        ),
    ] = 0
    block_size_bytes: Annotated[
        int,
        About(
            _T,
            "Block size",
            "Size of the blocks of an upload and the ranges of a download; 0 chooses by itself.",
            _between(64 * 1024, 4000 * _MIB, or_zero=True),
            Unit.BYTES,
        ),
    ] = 0
    limit_bytes_per_s: Annotated[
        int,
        About(
            _T,
            "Rate limit",
            "Bytes a second that all transfers together may move; 0 is no limit.",
            _between(1024, 1 << 50, or_zero=True),
            Unit.RATE,
        ),
    ] = 0
    outage_minutes: Annotated[
        int,
        About(
            _T,
            "Wait for the network",
            "Minutes for which an account that cannot be reached is waited for, before its "
            "files fail; 0 waits until it is back.",
            _between(1, 10_080, or_zero=True),
            most=10_080,
            zero="Until it is back",
        ),
    ] = 0
    with_md5: Annotated[
        bool,
        About(
            _T,
            "Store and check MD5",
            "Store the MD5 of what is uploaded, and check it on what is downloaded.",
        ),
    ] = True
    preserve_mtime: Annotated[
        bool, About(_T, "Keep times", "Keep the time of a file's last change.")
    ] = True
    follow_symlinks: Annotated[
        bool, About(_T, "Follow symbolic links", "Upload what symbolic links lead to.")
    ] = True
    use_ignore_files: Annotated[
        bool,
        About(
            _T,
            "Heed ignore files",
            "Leave out of uploads what .amlignore, or else .gitignore, says.",
        ),
    ] = False
    on_conflict: Annotated[
        OnConflict,
        About(_T, "When a target exists", "What happens to a target that exists already."),
    ] = OnConflict.ASK
    stay_awake: Annotated[
        bool,
        About(
            _T,
            "Stay awake",
            "Keep the computer from falling asleep by itself while transfers run.",
        ),
    ] = True
    notify: Annotated[
        bool,
        About(
            _G,
            "Tell when transfers end",
            "Show a notification of the desktop when transfers have ended or failed while "
            "another window is in front.",
        ),
    ] = True
    confirm_quit: Annotated[
        bool, About(_G, "Ask before closing", "Ask before closing while transfers run.")
    ] = True
    typed_delete_above: Annotated[
        int,
        About(
            _G,
            "Type to delete above",
            "Deleting more files than this asks for a word to be typed.",
            _between(0, 1_000_000),
            most=1_000_000,
        ),
    ] = 1000
    restore_session: Annotated[
        bool, About(_G, "Open last time's tabs", "Open the tabs of the last time.")
    ] = True
    theme: Annotated[ThemeChoice, About(_G, "Theme", "Light or dark, or as the system is.")] = (
        ThemeChoice.SYSTEM
    )
    proxy: Annotated[
        str,
        About(
            _N,
            "Proxy",
            "HTTP proxy as http://host:port; direct uses none, empty follows the environment "
            "and the system.",
            _proxy,
        ),
    ] = ""
    ca_file: Annotated[
        str,
        About(
            _N,
            "Certificates to trust",
            "Certificates to trust besides the system's, as a PEM file; empty adds none.",
            _ca_file,
            Unit.FILE,
        ),
    ] = ""
    api_version: Annotated[
        str,
        About(
            _N,
            "API version",
            "Version of the storage service's interface to speak, for Azure Stack; "
            "empty is the usual.",
            _api_version,
        ),
    ] = ""

    def changed(self, **changes: object) -> Settings:
        """With these settings changed. Raises `InputError` for a name or value that is none."""
        values: dict[str, Any] = {}
        for name, value in changes.items():
            values[name] = _checked(name, value)
        return replace(self, **values)


_DEFAULTS: Final = MappingProxyType({item.name: item.default for item in fields(Settings)})
NAMES: Final = tuple(_DEFAULTS)
"""All settings, in the order they are declared."""


def about(name: str) -> About:
    """What one setting is called and for."""
    return _abouts()[name]


@cache
def _abouts() -> Mapping[str, About]:
    """Made when they are first asked for: many commands find no setting to be checked."""
    hints = get_type_hints(Settings, include_extras=True)
    return {name: hint.__metadata__[0] for name, hint in hints.items()}


def default(name: str) -> Any:
    """The value of one setting that nobody has set."""
    return _DEFAULTS[name]


def wrong(name: str, value: object) -> str:
    """What is wrong with a value for one setting, as a sentence; empty where nothing is."""
    try:
        _checked(name, value)
    except InputError as error:
        return error.message
    return ""


def _checked(name: str, value: object) -> object:
    """The value as the field has it; enums also by their value."""
    if name not in _DEFAULTS:
        raise InputError(
            f"There is no setting ‘{name}’.", cure=f"There are: {', '.join(_DEFAULTS)}."
        )
    wanted = type(_DEFAULTS[name])
    if issubclass(wanted, Enum):
        choices = [choice.value for choice in wanted]
        if not isinstance(value, wanted) and value not in choices:
            raise InputError(f"The setting ‘{name}’ must be one of {', '.join(choices)}.")
        return wanted(value)
    if type(value) is not wanted:
        words = {bool: "true or false", int: "a whole number", str: "text"}
        raise InputError(f"The setting ‘{name}’ must be {words[wanted]}.")
    check = about(name).check
    problem = check(value) if check else ""
    if problem:
        raise InputError(f"The setting ‘{name}’ {problem}.")
    return value


# ---------------------------------------------------------------- the file


@dataclass(frozen=True, slots=True)
class LoadedSettings:
    """What a settings file gave."""

    settings: Settings = field(default_factory=Settings)
    problems: tuple[str, ...] = ()
    """What was wrong in it, one sentence each."""
    unknown: Mapping[str, object] = field(default_factory=dict)
    """Keys of another version of Quayside, kept as they are."""
    is_newer: bool = False
    """Written by a newer Quayside: it is not overwritten."""
    is_damaged: bool = False
    """It was no JSON: it is put aside when settings are saved."""


def parse_settings(data: bytes) -> LoadedSettings:
    """Read a settings file's bytes. Pure; never raises."""
    try:
        document = json.loads(data)
        version = document["version"]
        is_ours = type(version) is int and version >= 1
    except (ValueError, KeyError, TypeError, RecursionError):
        is_ours = False
    if not is_ours:
        problem = "The settings file is damaged; the defaults are used."
        return LoadedSettings(problems=(problem,), is_damaged=True)
    values: dict[str, Any] = {}
    unknown: dict[str, object] = {}
    problems = []
    for name, value in document.items():
        if name == "version":
            continue
        if name not in _DEFAULTS:
            unknown[name] = value
            continue
        try:
            values[name] = _checked(name, value)
        except InputError as error:
            problems.append(f"{error.message} Its default is used.")
    if version > VERSION:
        problems.append("The settings are of a newer Quayside; changes will not be kept.")
    return LoadedSettings(Settings(**values), tuple(problems), unknown, is_newer=version > VERSION)


def render_settings(settings: Settings, unknown: Mapping[str, object]) -> bytes:
    """A settings file's bytes. Pure."""
    document: dict[str, object] = {"version": VERSION}
    for name, default in _DEFAULTS.items():
        value = getattr(settings, name)
        if value != default:
            document[name] = value.value if isinstance(value, Enum) else value
    for name, kept in unknown.items():
        document.setdefault(name, kept)
    return (json.dumps(document, indent=2) + "\n").encode()


def load_settings(folder: Path) -> LoadedSettings:
    """Read `settings.json` in the data folder; blocking. Where there is none, the defaults.

    Raises `LocalError` if it is there and cannot be read.
    """
    try:
        data = (folder / FILE_NAME).read_bytes()
    except FileNotFoundError:
        return LoadedSettings()
    except OSError as error:
        raise _refused("read", folder / FILE_NAME, error) from error
    return parse_settings(data)


def change_settings(folder: Path, **changes: object) -> LoadedSettings:
    """Change some settings in `settings.json`, 0600, in one step; blocking.

    What another process has written meanwhile stays: the file is read, changed and written
    under a lock. Raises `InputError` for a name or value that is none, and `LocalError` if it
    cannot be written, or is of a newer version; then the old file stays.
    """
    path = folder / FILE_NAME
    try:
        with locked(path.with_name(f"{FILE_NAME}.lock")):
            return _change(folder, path, changes)
    except OSError as error:
        raise _refused("written", path, error) from error


def _change(folder: Path, path: Path, changes: Mapping[str, object]) -> LoadedSettings:
    loaded = load_settings(folder)
    settings = loaded.settings.changed(**changes)
    if loaded.is_newer:
        raise LocalError(
            "The settings are of a newer Quayside and were not changed.",
            path=str(path),
            cure="Use the newer version, or another data folder.",
        )
    if loaded.is_damaged:
        os.replace(path, path.with_suffix(".json.damaged"))
    write_private(path, render_settings(settings, loaded.unknown))
    return LoadedSettings(settings, unknown=loaded.unknown)


def _refused(what: str, path: Path, error: OSError) -> LocalError:
    kind = LocalPermissionError if isinstance(error, PermissionError) else LocalError
    return kind(
        f"The settings cannot be {what}: {os.strerror(error.errno or 0)}.",
        path=str(path),
        cure=f"Look at the file {path}.",
    )
