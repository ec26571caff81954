"""POSIX access control as the lake keeps it: entries, permissions, masks, inheritance.

Pure. Source: 'Access control lists in Azure Data Lake Storage' and the headers of
Path - Update (x-ms-acl, x-ms-permissions) and Path - Create (x-ms-umask).
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace

from tests.servers.lake.failures import RefusedError

SUPERUSER = "$superuser"
DEFAULT_UMASK = 0o027
_KINDS = ("user", "group", "mask", "other")
"""In the order in which the service lists them."""
_LIMIT = 32
_SYMBOLIC = re.compile(r"(?:[r-][w-][x-]){2}[r-][w-][xtT-]\+?")


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry: `kind` user, group, mask or other; `who` empty for the owning ones; `bits` 0-7."""

    kind: str
    who: str
    bits: int
    is_default: bool = False

    @property
    def key(self) -> tuple[bool, str, str]:
        return self.is_default, self.kind, self.who

    def text(self, names: dict[str, str] | None = None) -> str:
        who = (names or {}).get(self.who, self.who)
        scope = "default:" if self.is_default else ""
        return f"{scope}{self.kind}:{who}:{rwx(self.bits)}"


@dataclass(frozen=True, slots=True)
class Access:
    """Who may do what with a path."""

    entries: tuple[Entry, ...]
    owner: str = SUPERUSER
    group: str = SUPERUSER
    is_sticky: bool = False

    def of(self, kind: str, *, is_default: bool = False) -> int | None:
        """The bits of the entry without a name; None where there is none."""
        for entry in self.entries:
            if entry.key == (is_default, kind, ""):
                return entry.bits
        return None

    @property
    def is_extended(self) -> bool:
        return len([entry for entry in self.entries if not entry.is_default]) > 3

    def permissions(self) -> str:
        """As `rwxr-x---+`: the group's place shows the mask where there is one."""
        mask = self.of("mask")
        group = self.of("group") if mask is None else mask
        text = rwx(self.of("user") or 0) + rwx(group or 0) + rwx(self.of("other") or 0)
        if self.is_sticky:
            text = text[:-1] + ("t" if text[-1] == "x" else "T")
        # The plus says that there is more than the nine letters.
        return text + ("+" if len(self.entries) > 3 else "")

    def acl(self, names: dict[str, str] | None = None) -> str:
        return ",".join(entry.text(names) for entry in self.entries)


def rwx(bits: int) -> str:
    return "".join(
        letter if bits & bit else "-" for letter, bit in zip("rwx", (4, 2, 1), strict=True)
    )


def basic(mode: int) -> tuple[Entry, ...]:
    """The three entries of a mode."""
    return (
        Entry("user", "", mode >> 6 & 7),
        Entry("group", "", mode >> 3 & 7),
        Entry("other", "", mode & 7),
    )


def parse_entries(text: str, *, has_bits: bool = True) -> tuple[Entry, ...]:
    """`x-ms-acl`. Without bits, as for removal, an entry may lack its last part.
    Raises RefusedError."""
    found: dict[tuple[bool, str, str], Entry] = {}
    for part in text.split(","):
        fields = part.strip().split(":")
        is_default = fields[0] == "default"
        if is_default:
            fields = fields[1:]
        if not has_bits and len(fields) in (1, 2):
            fields = [fields[0], fields[1] if len(fields) == 2 else "", "---"]
        if len(fields) != 3:
            raise _bad_acl(part)
        kind, who, bits = fields
        if kind not in _KINDS or (who and kind in ("mask", "other")):
            raise _bad_acl(part)
        if not re.fullmatch("[r-][w-][x-]", bits):
            raise _bad_acl(part)
        value = sum(bit for letter, bit in zip(bits, (4, 2, 1), strict=True) if letter != "-")
        entry = Entry(kind, who, value, is_default)
        if entry.key in found:
            raise _bad_acl(part)
        found[entry.key] = entry
    for scope in (False, True):
        if sum(entry.is_default is scope for entry in found.values()) > _LIMIT:
            raise _bad_acl(f"more than {_LIMIT} entries")
    return tuple(found.values())


def parse_mode(text: str) -> tuple[int, bool]:
    """`x-ms-permissions` as octal or as letters: the mode, and whether it is sticky.
    Raises RefusedError."""
    if re.fullmatch("[01]?[0-7]{3}", text):
        value = int(text, 8)
        return value & 0o777, bool(value & 0o1000)
    if not _SYMBOLIC.fullmatch(text):
        raise RefusedError("InvalidHeaderValue", "x-ms-permissions")
    mode = 0
    for letter in text[:9]:
        mode = mode << 1 | (letter not in "-T")
    return mode, text[8] in "tT"


def parse_umask(text: str) -> int:
    """`x-ms-umask`, octal. Raises RefusedError."""
    if not re.fullmatch("[0-7]{3,4}", text):
        raise RefusedError("InvalidHeaderValue", "x-ms-umask")
    return int(text, 8) & 0o777


def replaced(access: Access, entries: Iterable[Entry], *, is_directory: bool) -> Access:
    """The whole list anew: it must have the three owning entries; a missing mask is
    computed. Default entries are for directories alone. Raises RefusedError."""
    given = {entry.key: entry for entry in entries}
    if not is_directory and any(is_default for is_default, _, _ in given):
        raise _bad_acl("default entries are for directories")
    _complete(given, is_default=False)
    if any(is_default for is_default, _, _ in given):
        _complete(given, is_default=True)
    return replace(access, entries=_sorted(given.values()))


def modified(access: Access, entries: Iterable[Entry], *, is_directory: bool) -> Access:
    """The entries added or put in place of those with their key; default ones pass files by."""
    merged = {entry.key: entry for entry in access.entries}
    has_mask = False
    for entry in entries:
        if entry.is_default and not is_directory:
            continue
        has_mask = has_mask or entry.kind == "mask"
        merged[entry.key] = entry
    for scope in {is_default for is_default, _, _ in merged}:
        if scope:
            for kind in ("user", "group", "other"):
                own = access.of(kind) or 0
                merged.setdefault((True, kind, ""), Entry(kind, "", own, True))
        if not has_mask:
            merged.pop((scope, "mask", ""), None)
        _complete(merged, is_default=scope)
    return replace(access, entries=_sorted(merged.values()))


def removed(access: Access, entries: Iterable[Entry]) -> Access:
    """Without the named entries; the owning entries of a path cannot go. Raises RefusedError."""
    kept = {entry.key: entry for entry in access.entries}
    for entry in entries:
        if not entry.is_default and not entry.who and entry.kind != "mask":
            raise _bad_acl(f"{entry.kind} cannot be removed")
        kept.pop(entry.key, None)
    return replace(access, entries=_sorted(kept.values()))


def with_mode(access: Access, mode: int, is_sticky: bool) -> Access:
    """What chmod does: the group's bits go to the mask where there is one."""
    group = "group" if access.of("mask") is None else "mask"
    bits = {"user": mode >> 6 & 7, group: mode >> 3 & 7, "other": mode & 7}
    entries = tuple(
        replace(entry, bits=bits[entry.kind])
        if not entry.is_default and not entry.who and entry.kind in bits
        else entry
        for entry in access.entries
    )
    return replace(access, entries=entries, is_sticky=is_sticky)


def born(parent: Access, *, is_directory: bool, mode: int | None, umask: int | None) -> Access:
    """The access of a new path below `parent`: the parent's default entries where there are
    any, else the mode less the umask."""
    inherited = [entry for entry in parent.entries if entry.is_default]
    full = 0o777 if is_directory else 0o666
    if not inherited:
        asked = full if mode is None else mode
        return Access(basic(asked & ~(DEFAULT_UMASK if umask is None else umask)))
    asked = full if mode is None else mode
    limits = {"user": asked >> 6 & 7, "other": asked & 7}
    has_mask = any(entry.kind == "mask" for entry in inherited)
    limits["mask" if has_mask else "group"] = asked >> 3 & 7
    own = [
        Entry(entry.kind, entry.who, entry.bits & (7 if entry.who else limits.get(entry.kind, 7)))
        for entry in inherited
    ]
    return Access(_sorted([*own, *(inherited if is_directory else [])]))


def _complete(entries: dict[tuple[bool, str, str], Entry], *, is_default: bool) -> None:
    for kind in ("user", "group", "other"):
        if (is_default, kind, "") not in entries:
            raise _bad_acl(f"{kind} is missing")
    named = [e for e in entries.values() if e.is_default is is_default and e.who]
    if named and (is_default, "mask", "") not in entries:
        bits = entries[is_default, "group", ""].bits
        for entry in named:
            bits |= entry.bits
        entries[is_default, "mask", ""] = Entry("mask", "", bits, is_default)


def _sorted(entries: Iterable[Entry]) -> tuple[Entry, ...]:
    return tuple(sorted(entries, key=lambda e: (e.is_default, _KINDS.index(e.kind), e.who)))


def _bad_acl(detail: str) -> RefusedError:
    # The service writes its code so.
    return RefusedError("InvaldAccessControlList", f"({detail})")
