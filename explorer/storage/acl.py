"""Access control lists of Data Lake Gen2, as text and checked. Pure.

An entry is `[default:]user|group|mask|other:[id]:permissions`, a list is entries with
commas between them. Source: Microsoft's page 'Access control lists (ACLs) in Azure Data
Lake Storage' and the header `x-ms-acl` of 'Path - Update'; the short forms and the mask's
computation are those of POSIX 1003.1e (`setfacl`).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import replace
from enum import Enum

from explorer.base.errors import InputError
from explorer.base.patterns import regex
from explorer.base.records import dataclass

MAX_ENTRIES = 32
"""How many access entries, and how many default entries, one list can have."""


class AclScope(Enum):
    """Access entries decide; default ones are what is made inside a directory begins with."""

    ACCESS = "access"
    DEFAULT = "default"


class AclKind(Enum):
    """Whom an entry is about; the values are the words of the text."""

    USER = "user"
    GROUP = "group"
    MASK = "mask"
    OTHER = "other"


AclKey = tuple[AclScope, AclKind, str]


@dataclass(frozen=True, slots=True)
class AclEntry:
    """One entry. An empty `id` is the owning user or group (mask and others have none);
    `permissions` is `rwx` with a hyphen for each letter that is missing."""

    scope: AclScope
    kind: AclKind
    id: str
    permissions: str

    @property
    def key(self) -> AclKey:
        """What only one entry of a list may have; ids differ in more than letter case."""
        return self.scope, self.kind, self.id.lower()

    @property
    def is_named(self) -> bool:
        """About one user or group that is not the owner."""
        return bool(self.id)

    @property
    def is_masked(self) -> bool:
        """Whether the mask limits it: all but the owner, others, and the mask itself."""
        return self.is_named or self.kind is AclKind.GROUP

    @property
    def whom(self) -> str:
        """`user:anna@contoso.com`, as the text has it before the permissions."""
        prefix = "default:" if self.scope is AclScope.DEFAULT else ""
        return f"{prefix}{self.kind.value}:{self.id}"

    def __str__(self) -> str:
        return f"{self.whom}:{self.permissions}"


# -- one entry -----------------------------------------------------------------

_KINDS = {
    "user": AclKind.USER, "u": AclKind.USER,
    "group": AclKind.GROUP, "g": AclKind.GROUP,
    "mask": AclKind.MASK, "m": AclKind.MASK,
    "other": AclKind.OTHER, "o": AclKind.OTHER,
}  # fmt: skip
_SCOPES = {"default": AclScope.DEFAULT, "d": AclScope.DEFAULT, "access": AclScope.ACCESS}
_GUID = regex(r"[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
_HEX_WITH_HYPHENS = regex(r"[0-9a-fA-F-]{30,40}")
_EXAMPLE = "Write it like user:anna@contoso.com:r-x or default:group:OBJECT-ID:rwx."
_FOR_REMOVAL = "Write it like user:anna@contoso.com or default:group:OBJECT-ID."


def parse_entry(text: str) -> AclEntry:
    """One entry as typed: `user:anna@contoso.com:r-x`, `d:g::5`, `other::---`.

    Raises InputError that says which part is wrong.
    """
    scope, parts = _scope_of(text)
    if len(parts) != 3:
        raise InputError(f"'{text.strip()}' is not an access entry.", cure=_EXAMPLE)
    kind, who = _who(text, parts[0], parts[1])
    return AclEntry(scope, kind, who, parse_permissions(parts[2]))


def parse_removal(text: str) -> AclEntry:
    """One entry to take out: like `parse_entry`, permissions may be missing and are ignored."""
    scope, parts = _scope_of(text)
    if len(parts) not in (1, 2, 3):
        raise InputError(f"'{text.strip()}' does not name an access entry.", cure=_FOR_REMOVAL)
    kind, who = _who(text, parts[0], parts[1] if len(parts) > 1 else "")
    if scope is AclScope.ACCESS and not who and kind is not AclKind.MASK:
        raise InputError(
            f"The access entry of the {_owner_word(kind)} cannot be removed.",
            cure="Give it the permissions --- instead.",
        )
    return AclEntry(scope, kind, who, "---")


def parse_permissions(text: str) -> str:
    """`r-x`, `rx`, `r`, `5`, `-` or nothing, as three letters. Raises InputError."""
    given = text.strip().lower()
    if len(given) == 1 and given in "01234567":
        return _triad(int(given))
    letters = given.replace("-", "")
    if len(given) > 3 or len(set(letters)) != len(letters) or not set(letters) <= set("rwx"):
        raise InputError(
            f"'{text.strip()}' are no permissions.",
            cure="Use r (read), w (write) and x (execute), like r-x, or a digit from 0 to 7.",
        )
    return "".join(letter if letter in letters else "-" for letter in "rwx")


def checked_principal(text: str) -> str:
    """A user or group as typed: an object id, or a name. Raises InputError."""
    who = text.strip()
    if not who:
        raise InputError("A user or group is missing.", cure="Type its object id or its name.")
    if any(letter in ":,;" or letter.isspace() or not letter.isprintable() for letter in who):
        raise InputError(
            f"'{who}' is neither an object id nor the name of a user or group.",
            cure="Names have no spaces, commas, semicolons or colons. "
            "An object id always works: it is shown in Microsoft Entra.",
        )
    if not who.isascii():
        raise InputError(
            f"'{who}' has letters that the service does not take in a name.",
            cure="Use the object id.",
        )
    if _HEX_WITH_HYPHENS.fullmatch(who) and not is_object_id(who):
        raise InputError(
            f"'{who}' looks like an object id, but parts of it are missing.",
            cure="It has 8, 4, 4, 4 and 12 digits, with hyphens between them.",
        )
    return who.lower() if is_object_id(who) else who


def is_object_id(text: str) -> bool:
    """Whether it is a GUID."""
    return _GUID.fullmatch(text) is not None


def _scope_of(text: str) -> tuple[AclScope, list[str]]:
    parts = text.strip().split(":")
    if len(parts) > 1 and parts[0].strip().lower() in _SCOPES:
        return _SCOPES[parts[0].strip().lower()], parts[1:]
    return AclScope.ACCESS, parts


def _who(text: str, kind_text: str, who: str) -> tuple[AclKind, str]:
    kind = _KINDS.get(kind_text.strip().lower())
    if kind is None:
        raise InputError(
            f"'{text.strip()}' does not say whom it is about.",
            cure=f"It begins with user, group, mask or other. {_EXAMPLE}",
        )
    if not who.strip():
        return kind, ""
    if kind in (AclKind.MASK, AclKind.OTHER):
        raise InputError(
            f"'{text.strip()}': {kind.value} has no user or group.",
            cure=f"Write it like {kind.value}::r-x.",
        )
    return kind, checked_principal(who)


def _owner_word(kind: AclKind) -> str:
    words = {AclKind.USER: "owning user", AclKind.GROUP: "owning group", AclKind.MASK: "mask"}
    return words.get(kind, "others")


def _triad(value: int) -> str:
    return "".join(
        letter if value & bit else "-" for letter, bit in zip("rwx", (4, 2, 1), strict=True)
    )


# -- nine letters --------------------------------------------------------------

_OCTAL = regex(r"[01]?[0-7]{3}")
_SYMBOLIC = regex(r"[r-][w-][x-][r-][w-][x-][r-][w-][xtT-]")


def parse_mode(text: str) -> str:
    """Permissions of owner, group and others, as nine letters: `rwxr-x---`, `750`, `1750`.

    The sticky bit is `t` (with execute) or `T` (without) at the end. A `+` behind, by which
    the service says that there are more entries, is dropped. Raises InputError.
    """
    given = text.strip().removesuffix("+")
    if _OCTAL.fullmatch(given):
        digits = given.rjust(4, "0")
        plain = "".join(_triad(int(digit)) for digit in digits[1:])
        if digits[0] == "0":
            return plain
        return plain[:-1] + ("t" if plain[-1] == "x" else "T")
    if _SYMBOLIC.fullmatch(given):
        return given
    raise InputError(
        f"'{text.strip()}' are no permissions of owner, group and others.",
        cure="Use nine letters like rwxr-x---, or digits like 0750.",
    )


def octal_of(mode: str) -> str:
    """The four digits of nine letters: `rwxr-x--T` is `1750`. Raises InputError."""
    letters = parse_mode(mode)
    sticky = letters[-1] in "tT"
    plain = letters[:-1] + {"t": "x", "T": "-"}.get(letters[-1], letters[-1])
    digits = [
        sum(bit for letter, bit in zip(plain[at : at + 3], (4, 2, 1), strict=True) if letter != "-")
        for at in (0, 3, 6)
    ]
    return f"{int(sticky)}{''.join(map(str, digits))}"


# -- lists ---------------------------------------------------------------------


def parse_acl(text: str) -> tuple[AclEntry, ...]:
    """A list as the service sends it or a person types it, by commas, spaces or lines.

    Every entry for itself; `checked` looks at them together. Raises InputError.
    """
    return tuple(parse_entry(part) for part in re.split(r"[,;\s]+", text.strip()) if part)


def acl_text(entries: Iterable[AclEntry]) -> str:
    """The list as `x-ms-acl` wants it."""
    return ",".join(str(entry) for entry in entries)


def removal_text(entries: Iterable[AclEntry]) -> str:
    """Entries to take out, as a recursive removal wants them: without permissions."""
    return ",".join(
        entry.whom if entry.is_named else entry.whom.removesuffix(":") for entry in entries
    )


def checked(entries: Sequence[AclEntry], *, is_directory: bool = True) -> tuple[AclEntry, ...]:
    """A whole list that the service will take, in the usual order.

    What follows from the rest is filled in: a mask where users or groups are named, and
    the owner's, group's and others' default entries where there is any default entry
    (from the access entries). Raises InputError: an entry twice, one of the three that
    every list has missing, more than 32 of a scope, default entries on a file.
    """
    _no_twins(entries)
    defaults = [entry for entry in entries if entry.scope is AclScope.DEFAULT]
    if defaults and not is_directory:
        raise InputError(
            "A file has no default entries.", cure="Set them on the directory it is in."
        )
    by_key = {entry.key: entry for entry in entries}
    for kind in (AclKind.USER, AclKind.GROUP, AclKind.OTHER):
        base = by_key.get((AclScope.ACCESS, kind, ""))
        if base is None:
            raise InputError(
                f"The access entry of the {_owner_word(kind)} is missing.",
                cure=f"Every list has one: {kind.value}::r-x, for example.",
            )
        if defaults:
            inherited = replace(base, scope=AclScope.DEFAULT)
            by_key.setdefault(inherited.key, inherited)
    for scope in AclScope:
        own = [entry for entry in by_key.values() if entry.scope is scope]
        mask = (scope, AclKind.MASK, "")
        if mask not in by_key and any(entry.is_named for entry in own):
            by_key[mask] = _computed_mask(scope, own)
    _not_too_many(by_key.values())
    return in_order(by_key.values())


def checked_changes(entries: Sequence[AclEntry]) -> tuple[AclEntry, ...]:
    """Entries to add, change or take out: none twice, at least one, not too many."""
    if not entries:
        raise InputError("There is no access entry to change.", cure=_EXAMPLE)
    _no_twins(entries)
    _not_too_many(entries)
    return in_order(entries)


def modified(acl: Sequence[AclEntry], changes: Sequence[AclEntry]) -> tuple[AclEntry, ...]:
    """`acl` with `changes` added or put in place, unchecked.

    Like setfacl, the mask of a scope that changes is computed anew unless `changes` gives
    it, so that what was asked for is also what takes effect.
    """
    by_key = {entry.key: entry for entry in acl}
    by_key.update((entry.key, entry) for entry in changes)
    return _with_new_masks(by_key, changes)


def removed(acl: Sequence[AclEntry], gone: Sequence[AclEntry]) -> tuple[AclEntry, ...]:
    """`acl` without those entries (by whom they are about), unchecked; masks as in `modified`.

    Raises InputError for one that is not in it.
    """
    by_key = {entry.key: entry for entry in acl}
    for entry in gone:
        if by_key.pop(entry.key, None) is None:
            raise InputError(f"There is no access entry {removal_text([entry])}.")
    for scope in AclScope:
        own = [entry for entry in by_key.values() if entry.scope is scope]
        if scope is AclScope.DEFAULT and all(entry.kind is AclKind.MASK for entry in own):
            by_key.pop((scope, AclKind.MASK, ""), None)
    return _with_new_masks(by_key, gone)


def effective(entry: AclEntry, acl: Iterable[AclEntry]) -> str:
    """What an entry comes to under the mask of its scope."""
    if not entry.is_masked:
        return entry.permissions
    masks = [one for one in acl if one.kind is AclKind.MASK and one.scope is entry.scope]
    if not masks:
        return entry.permissions
    limits = masks[0].permissions
    return "".join(
        mine if limit != "-" else "-" for mine, limit in zip(entry.permissions, limits, strict=True)
    )


def in_order(entries: Iterable[AclEntry]) -> tuple[AclEntry, ...]:
    """Access before default; owner, users, group, groups, mask, others."""
    scopes, kinds = list(AclScope), list(AclKind)
    return tuple(
        sorted(
            entries,
            key=lambda entry: (
                scopes.index(entry.scope), kinds.index(entry.kind), entry.id.lower()
            ),
        )
    )  # fmt: skip


def _with_new_masks(
    by_key: dict[AclKey, AclEntry], changes: Sequence[AclEntry]
) -> tuple[AclEntry, ...]:
    for scope in AclScope:
        changed = [entry for entry in changes if entry.scope is scope]
        if not changed or any(entry.kind is AclKind.MASK for entry in changed):
            continue
        own = [entry for entry in by_key.values() if entry.scope is scope]
        mask = (scope, AclKind.MASK, "")
        if any(entry.is_named for entry in own):
            by_key[mask] = _computed_mask(scope, own)
    return in_order(by_key.values())


def _computed_mask(scope: AclScope, own: Iterable[AclEntry]) -> AclEntry:
    """The union of all that a mask limits."""
    limited = [entry.permissions for entry in own if entry.is_masked]
    union = "".join(
        letter if any(letter in permissions for permissions in limited) else "-" for letter in "rwx"
    )
    return AclEntry(scope, AclKind.MASK, "", union)


def _no_twins(entries: Iterable[AclEntry]) -> None:
    seen: set[AclKey] = set()
    for entry in entries:
        if entry.key in seen:
            raise InputError(
                f"There are two access entries of {removal_text([entry])}.", cure="Keep one."
            )
        seen.add(entry.key)


def _not_too_many(entries: Iterable[AclEntry]) -> None:
    listed = list(entries)
    for scope in AclScope:
        count = sum(entry.scope is scope for entry in listed)
        if count > MAX_ENTRIES:
            raise InputError(
                f"There are {count} {scope.value} entries; the service keeps {MAX_ENTRIES}.",
                cure="Put users into groups, and give access to the groups.",
            )
