"""Access in words: whom an entry is about, what a change of all below will do. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from enum import Enum

from explorer.base.shown import shown
from explorer.service.access_control import AccessCount, AccessEdit
from explorer.storage.acl import AclEntry, AclKind, AclScope, effective
from explorer.storage.directories import PathAccess

_PLAIN = {
    AclKind.USER: "Owner",
    AclKind.GROUP: "Owning group",
    AclKind.MASK: "Mask",
    AclKind.OTHER: "Others",
}
_ICONS = {
    AclKind.USER: "user",
    AclKind.GROUP: "group",
    AclKind.MASK: "filter",
    AclKind.OTHER: "list",
}
_HINTS = {
    AclKind.USER: "The owning user",
    AclKind.GROUP: "The owning group",
    AclKind.MASK: "The most that named users, named groups and the owning group get",
    AclKind.OTHER: "Everybody else who is signed in",
}
LETTER_WORDS = {"r": "Read", "w": "Write", "x": "Execute"}
FLAT = (
    "Owners and access lists belong to accounts with real folders (Data Lake Gen2). In this "
    "one folders are only parts of names. Who may do what is up to keys, SAS and roles."
)

Names = Mapping[str, str]
"""Names of users and groups by their object ids."""


class Below(Enum):
    """What is done to each path below."""

    MERGE = "merge"
    SET = "set"
    REMOVE = "remove"


def names_of(by_id: PathAccess, by_name: PathAccess) -> dict[str, str]:
    """Names where the service knows them: two answers about the same list, in its order.

    Empty where the answers are not about the same: a wrong name would be worse than none.
    """
    pairs = list(zip(by_id.acl, by_name.acl, strict=False))
    is_same = len(by_id.acl) == len(by_name.acl) and all(
        (one.scope, one.kind, one.permissions, one.is_named)
        == (other.scope, other.kind, other.permissions, other.is_named)
        for one, other in pairs
    )
    if not is_same or by_id.etag != by_name.etag:
        return {}
    found = [(one.id, other.id) for one, other in pairs]
    found += [(by_id.owner, by_name.owner), (by_id.group, by_name.group)]
    return {one: other for one, other in found if one and one != other}


def whom(entry: AclEntry, names: Names) -> str:
    """`Owner`, `ada@contoso.com`."""
    return names.get(entry.id, entry.id) if entry.is_named else _PLAIN[entry.kind]


def whom_line(entry: AclEntry, acl: Sequence[AclEntry], names: Names) -> str:
    """The same, with what the mask leaves of it where that is less."""
    left = effective(entry, acl)
    text = whom(entry, names)
    return text if left == entry.permissions else f"{text} ({left} by the mask)"


def whom_hint(entry: AclEntry, names: Names) -> str:
    """All of it, for a tool tip."""
    if not entry.is_named:
        return _HINTS[entry.kind]
    name = names.get(entry.id)
    return f"{entry.kind.value.title()} {f'{name}, ' if name else ''}{entry.id}"


def icon_of(entry: AclEntry) -> str:
    return _ICONS[entry.kind]


def entry_line(entry: AclEntry, names: Names) -> str:
    """`user ada@contoso.com: r-x, by default`."""
    who = whom(entry, names)
    text = f"{entry.kind.value} {who}" if entry.is_named else who
    default = ", for what is made inside" if entry.scope is AclScope.DEFAULT else ""
    return f"{text}: {entry.permissions}{default}"


def edit_of(how: Below, entries: Sequence[AclEntry], owner: str, group: str) -> AccessEdit:
    """What the service is asked to do to each path; not for SET."""
    if how is Below.REMOVE:
        return AccessEdit(removals=tuple(entries))
    return AccessEdit(owner=owner, group=group, entries=tuple(entries))


def sentence(
    how: Below, place: str, entries: Sequence[AclEntry], owner: str, group: str, names: Names
) -> str:
    """What will be done, before it is."""
    where = f"‘{shown(place)}’ and everything below it"
    listed = "; ".join(entry_line(entry, names) for entry in entries)
    if how is Below.SET:
        return f"Replaces all access entries of {where} by these: {listed}."
    parts = []
    if entries and how is Below.REMOVE:
        whom_all = ", ".join(
            ("default " if entry.scope is AclScope.DEFAULT else "") + whom(entry, names)
            for entry in entries
        )
        parts.append(f"Takes out {whom_all} of {where}; other entries stay.")
    elif entries:
        parts.append(f"Adds to {where}, or changes there: {listed}. Other entries stay.")
    if owner or group:
        owners = [f"owner {names.get(owner, owner)}"] if owner else []
        owners += [f"owning group {names.get(group, group)}"] if group else []
        parts.append(f"Gives {where} the {' and the '.join(owners)}, one after the other.")
    return " ".join(parts) or "Choose what is to be done."


def count_line(count: AccessCount) -> str:
    """How far it is."""
    folders = f"{count.directories:,} folder{'' if count.directories == 1 else 's'}"
    files = f"{count.files:,} file{'' if count.files == 1 else 's'}"
    failed = f", {count.failed:,} failed" if count.failed else ""
    return f"{folders} and {files} changed{failed}"
