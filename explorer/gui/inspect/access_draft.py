"""Access as it is being edited: what is there, what is to be different, and what is wrong. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from explorer.base.errors import InputError
from explorer.base.records import dataclass
from explorer.storage.acl import (
    AclEntry,
    AclKey,
    AclKind,
    AclScope,
    checked,
    in_order,
    modified,
    octal_of,
    parse_mode,
    removed,
)
from explorer.storage.directories import PathAccess

LETTERS = "rwx"
_NOTHING = "---"


@dataclass(frozen=True, slots=True)
class Draft:
    """`before` is what the service said; the rest is what a person made of it."""

    before: PathAccess
    is_directory: bool
    owner: str
    group: str
    acl: tuple[AclEntry, ...]
    is_sticky: bool
    own_masks: frozenset[AclScope] = frozenset()
    """Scopes whose mask a person chose; elsewhere it follows the entries, as setfacl has it."""

    @classmethod
    def of(cls, access: PathAccess, *, is_directory: bool) -> Draft:
        """Nothing is different yet."""
        is_sticky = access.permissions.removesuffix("+")[-1:] in ("t", "T")
        acl = in_order(access.acl)
        return cls(access, is_directory, access.owner, access.group, acl, is_sticky)

    # -- looking ------------------------------------------------------------------

    def entries(self, scope: AclScope) -> tuple[AclEntry, ...]:
        """Those of one scope, in the usual order."""
        return tuple(entry for entry in self.acl if entry.scope is scope)

    def entry(self, kind: AclKind, scope: AclScope = AclScope.ACCESS) -> AclEntry | None:
        """The entry of that kind that is about nobody by name."""
        wanted = (scope, kind, "")
        return next((entry for entry in self.acl if entry.key == wanted), None)

    @property
    def mode(self) -> str:
        """Nine letters; as on the service, those of the group are the mask's where there is one."""
        shown = (
            self.entry(AclKind.USER),
            self.entry(AclKind.MASK) or self.entry(AclKind.GROUP),
            self.entry(AclKind.OTHER),
        )
        letters = "".join(entry.permissions if entry else _NOTHING for entry in shown)
        if not self.is_sticky:
            return letters
        return letters[:-1] + ("t" if letters[-1] == "x" else "T")

    @property
    def octal(self) -> str:
        return octal_of(self.mode)

    @property
    def problem(self) -> str:
        """What the service would not take; empty where all is well."""
        try:
            checked(self.acl, is_directory=self.is_directory)
        except InputError as error:
            return str(error)
        if not self.owner or not self.group:
            return f"The owning {'user' if not self.owner else 'group'} is missing."
        return ""

    @property
    def is_changed(self) -> bool:
        return bool(
            self.changes
            or self.removals
            or self.new_owner
            or self.new_group
            or self.is_sticky_changed
        )

    @property
    def is_sticky_changed(self) -> bool:
        return self.is_sticky != Draft.of(self.before, is_directory=self.is_directory).is_sticky

    @property
    def new_owner(self) -> str:
        """Empty where it stays."""
        return self.owner if self.owner != self.before.owner else ""

    @property
    def new_group(self) -> str:
        """Empty where it stays."""
        return self.group if self.group != self.before.group else ""

    @property
    def changes(self) -> tuple[AclEntry, ...]:
        """Entries that are new or say something else than before."""
        known = set(_lowered(self.before.acl))
        return tuple(entry for entry in self.acl if _low(entry) not in known)

    @property
    def removals(self) -> tuple[AclEntry, ...]:
        """Entries that are not there any more."""
        kept = {entry.key for entry in self.acl}
        return tuple(entry for entry in in_order(self.before.acl) if entry.key not in kept)

    # -- editing --------------------------------------------------------------------

    def with_letter(self, key: AclKey, letter: str, *, is_on: bool) -> Draft:
        """One of r, w and x of one entry given or taken."""
        entry = next(entry for entry in self.acl if entry.key == key)
        letters = "".join(
            (each if is_on else "-") if each == letter else own
            for each, own in zip(LETTERS, entry.permissions, strict=True)
        )
        return self.with_entry(replace(entry, permissions=letters))

    def with_entry(self, entry: AclEntry) -> Draft:
        """Added, or in place of the one about the same."""
        own_masks = self.own_masks
        if entry.kind is AclKind.MASK:
            own_masks = own_masks | {entry.scope}
        given = [entry]
        if not entry.is_masked or entry.scope in own_masks:
            # Named with its mask, it is not computed anew.
            mask = self.entry(AclKind.MASK, entry.scope)
            given += [mask] if mask is not None and mask.key != entry.key else []
        acl = modified(self.acl, given)
        if entry.scope is AclScope.DEFAULT:
            acl = _with_base(acl)
        return replace(self, acl=acl, own_masks=own_masks)

    def without(self, key: AclKey) -> Draft:
        """That entry taken out. Raises InputError for one that every list has."""
        entry = next(entry for entry in self.acl if entry.key == key)
        if why := why_it_stays(entry, self.acl):
            raise InputError(why)
        acl = removed(self.acl, [entry])
        mask = self.entry(AclKind.MASK, entry.scope)
        is_own = entry.scope in self.own_masks and entry.kind is not AclKind.MASK
        if is_own and mask is not None and any(one.key == mask.key for one in acl):
            acl = modified(acl, [mask])
        return replace(self, acl=acl)

    def with_mode(self, text: str) -> Draft:
        """Permissions as typed, `rwxr-x---` or `0750`. Raises InputError."""
        letters = parse_mode(text)
        is_sticky = letters[-1] in "tT"
        letters = letters.replace("t", "x").replace("T", "-")
        mask = self.entry(AclKind.MASK)
        kinds = (AclKind.USER, AclKind.MASK if mask else AclKind.GROUP, AclKind.OTHER)
        given = [
            AclEntry(AclScope.ACCESS, kind, "", letters[at * 3 : at * 3 + 3])
            for at, kind in enumerate(kinds)
        ]
        own_masks = self.own_masks | {AclScope.ACCESS} if mask else self.own_masks
        acl = modified(self.acl, given)
        return replace(self, acl=acl, is_sticky=is_sticky, own_masks=own_masks)

    def with_defaults_from_access(self) -> Draft:
        """What is made inside begins with what holds for the folder itself."""
        copied = [replace(entry, scope=AclScope.DEFAULT) for entry in self.entries(AclScope.ACCESS)]
        return replace(self, acl=in_order([*self.entries(AclScope.ACCESS), *copied]))

    def without_defaults(self) -> Draft:
        """What is made inside begins with the service's own permissions."""
        return replace(self, acl=self.entries(AclScope.ACCESS))


def _with_base(acl: tuple[AclEntry, ...]) -> tuple[AclEntry, ...]:
    """With the default entries of owner, group and others, which the service would add."""
    known = {entry.key for entry in acl}
    copied = [
        replace(entry, scope=AclScope.DEFAULT)
        for entry in acl
        if entry.scope is AclScope.ACCESS
        and not entry.is_named
        and entry.kind is not AclKind.MASK
        and (AclScope.DEFAULT, entry.kind, "") not in known
    ]
    return in_order([*acl, *copied])


def why_it_stays(entry: AclEntry, acl: Iterable[AclEntry]) -> str:
    """Why an entry cannot be taken out; empty where it can."""
    if entry.is_named:
        return ""
    if entry.kind is AclKind.MASK:
        named = any(one.is_named and one.scope is entry.scope for one in acl)
        return "A list with named users or groups needs its mask." if named else ""
    if entry.scope is AclScope.DEFAULT:
        return "Default entries have this one as long as there are any."
    return "Every list has this entry. Take its permissions away instead."


def _low(entry: AclEntry) -> tuple[AclKey, str]:
    return entry.key, entry.permissions


def _lowered(entries: Iterable[AclEntry]) -> Iterable[tuple[AclKey, str]]:
    return map(_low, entries)
