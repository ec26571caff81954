"""A draft of somebody's access: masks that follow, what cannot go, what would be sent."""

from __future__ import annotations

from dataclasses import replace

import pytest

from explorer.base.errors import InputError
from explorer.gui.inspect import access_words as words
from explorer.gui.inspect.access_draft import Draft, why_it_stays
from explorer.gui.inspect.access_words import Below
from explorer.service.access_control import AccessCount
from explorer.storage.acl import AclKind, AclScope, acl_text, parse_acl, parse_entry
from explorer.storage.directories import PathAccess

ADA = "6f0c1f0e-5d0b-4f1e-9c57-0d9a4a2f7a01"
BASE = "user::rwx,group::r-x,other::---"
EXTENDED = f"user::rwx,user:{ADA}:r--,group::r-x,mask::r-x,other::---"


def access(acl: str = BASE, permissions: str = "rwxr-x---") -> PathAccess:
    return PathAccess("$superuser", "$superuser", permissions, parse_acl(acl), '"1"', 0)


def draft(acl: str = BASE, permissions: str = "rwxr-x---") -> Draft:
    return Draft.of(access(acl, permissions), is_directory=True)


def test_nothing_is_different_at_first() -> None:
    made = draft(EXTENDED, "rwxr-x--T")
    assert (made.is_changed, made.problem) == (False, "")
    assert (made.mode, made.octal) == ("rwxr-x--T", "1750")


def test_a_named_entry_brings_its_mask_and_takes_it_along_again() -> None:
    entry = parse_entry(f"user:{ADA}:rwx")
    made = draft().with_entry(entry)
    assert acl_text(made.acl) == f"user::rwx,user:{ADA}:rwx,group::r-x,mask::rwx,other::---"
    assert made.mode == "rwxrwx---"
    gone = made.without(entry.key)
    mask = gone.entry(AclKind.MASK)
    assert mask is not None
    assert not gone.without(mask.key).is_changed


def test_the_mask_follows_until_a_person_sets_it() -> None:
    key = (AclScope.ACCESS, AclKind.USER, ADA)
    made = draft(EXTENDED).with_letter(key, "w", is_on=True)
    assert made.mode == "rwxrwx---"
    mask = made.entry(AclKind.MASK)
    assert mask is not None
    chosen = made.with_letter(mask.key, "w", is_on=False).with_letter(key, "x", is_on=True)
    assert acl_text(chosen.entries(AclScope.ACCESS)).split(",")[3] == "mask::r-x"


def test_letters_of_the_owner_leave_a_narrow_mask_alone() -> None:
    narrow = f"user::rwx,user:{ADA}:rwx,group::r-x,mask::r--,other::---"
    made = draft(narrow).with_letter((AclScope.ACCESS, AclKind.USER, ""), "x", is_on=False)
    assert "mask::r--" in acl_text(made.acl)


def test_permissions_as_typed_are_those_of_the_mask_where_there_is_one() -> None:
    made = draft(EXTENDED).with_mode("1700")
    assert acl_text(made.acl) == f"user::rwx,user:{ADA}:r--,group::r-x,mask::---,other::---"
    assert (made.mode, made.is_sticky_changed) == ("rwx-----T", True)
    assert draft().with_mode("0705").mode == "rwx---r-x"
    with pytest.raises(InputError):
        draft().with_mode("rwx")


def test_default_entries_come_whole_and_go_whole() -> None:
    made = draft().with_entry(parse_entry(f"default:user:{ADA}:r-x"))
    assert acl_text(made.entries(AclScope.DEFAULT)) == (
        f"default:user::rwx,default:user:{ADA}:r-x,default:group::r-x,default:mask::r-x,"
        "default:other::---"
    )
    assert made.problem == ""
    assert not made.without_defaults().is_changed
    copied = draft(EXTENDED).with_defaults_from_access()
    assert len(copied.entries(AclScope.DEFAULT)) == len(copied.entries(AclScope.ACCESS))


def test_what_every_list_has_cannot_be_taken_out() -> None:
    made = draft(EXTENDED)
    for entry in made.acl:
        assert bool(why_it_stays(entry, made.acl)) is not entry.is_named
    with pytest.raises(InputError):
        made.without((AclScope.ACCESS, AclKind.OTHER, ""))


def test_changes_and_removals_are_told_apart() -> None:
    key = (AclScope.ACCESS, AclKind.USER, ADA)
    made = draft(EXTENDED).without(key).with_entry(parse_entry("group:analysts:r-x"))
    assert [str(entry) for entry in made.changes] == ["group:analysts:r-x"]
    assert [entry.key for entry in made.removals] == [key]
    assert replace(made, owner="").problem == "The owning user is missing."


# -- words --------------------------------------------------


def test_names_are_taken_only_from_an_answer_about_the_same_list() -> None:
    by_id = access(EXTENDED)
    named = replace(by_id, acl=parse_acl(EXTENDED.replace(ADA, "ada@contoso.com")))
    assert words.names_of(by_id, named) == {ADA: "ada@contoso.com"}
    assert words.names_of(by_id, replace(named, etag='"2"')) == {}
    assert words.names_of(by_id, access(BASE)) == {}


def test_what_the_mask_leaves_is_said() -> None:
    acl = parse_acl(f"user::rwx,user:{ADA}:rwx,group::r-x,mask::r--,other::---")
    assert words.whom_line(acl[1], acl, {ADA: "ada"}) == "ada (r-- by the mask)"
    assert words.whom_line(acl[0], acl, {}) == "Owner"


def test_each_way_says_beforehand_what_it_does() -> None:
    entries = parse_acl(f"user:{ADA}:r-x,default:user:{ADA}:r-x")
    names = {ADA: "ada"}

    def say(how: Below, owner: str = "") -> str:
        return words.sentence(how, "raw", entries, owner, "", names)

    assert say(Below.MERGE) == (
        "Adds to ‘raw’ and everything below it, or changes there: user ada: r-x; "
        "user ada: r-x, for what is made inside. Other entries stay."
    )
    assert say(Below.REMOVE).startswith("Takes out ada, default ada of ‘raw’")
    assert say(Below.SET).startswith("Replaces all access entries")
    assert "the owner ada" in say(Below.MERGE, ADA)
    assert words.sentence(Below.MERGE, "raw", (), "", "", {}) == "Choose what is to be done."
    count = AccessCount(directories=1, files=2, failed=3)
    assert words.count_line(count) == "1 folder and 2 files changed, 3 failed"
