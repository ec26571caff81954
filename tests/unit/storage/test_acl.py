"""Access control lists: read as typed, refused with the reason, made whole before they are sent."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from explorer.base.errors import InputError
from explorer.storage.acl import (
    MAX_ENTRIES,
    AclEntry,
    AclKind,
    AclScope,
    acl_text,
    checked,
    checked_changes,
    checked_principal,
    effective,
    in_order,
    modified,
    octal_of,
    parse_acl,
    parse_entry,
    parse_mode,
    parse_permissions,
    parse_removal,
    removal_text,
    removed,
)

GUID = "4a1b0e3c-9d2f-4c55-8a77-0123456789ab"
BASE = parse_acl("user::rwx,group::r-x,other::---")


@pytest.mark.parametrize(
    ("text", "whole"),
    [
        ("user::rwx", "user::rwx"),
        ("user:anna@contoso.com:r-x", "user:anna@contoso.com:r-x"),
        (f"group:{GUID.upper()}:rx", f"group:{GUID}:r-x"),
        ("u:ben:5", "user:ben:r-x"),
        ("d:g:team:rw", "default:group:team:rw-"),
        ("default:mask::7", "default:mask::rwx"),
        (" Other::- ", "other::---"),
        ("access:user:cara:wr", "user:cara:rw-"),
        ("m::x", "mask::--x"),
    ],
)
def test_an_entry_is_read_as_people_write_it(text: str, whole: str) -> None:
    assert str(parse_entry(text)) == whole


@pytest.mark.parametrize(
    ("text", "part"),
    [
        ("", "not an access entry"),
        ("user:anna", "not an access entry"),
        ("default:user:anna", "not an access entry"),
        ("owner:anna:rwx", "whom"),
        ("user:anna:rwq", "permissions"),
        ("user:anna:rwxr", "permissions"),
        ("user:anna:rr", "permissions"),
        ("user:anna:8", "permissions"),
        ("mask:anna:rwx", "has no user"),
        ("other:anna:rwx", "has no user"),
        ("user:anna b:rwx", "neither an object id"),
        ("user:änna:rwx", "object id"),
        (f"user:{GUID[:-1]}:rwx", "parts of it are missing"),
    ],
)
def test_what_is_wrong_with_an_entry_is_said(text: str, part: str) -> None:
    with pytest.raises(InputError) as refused:
        parse_entry(text)
    assert part in str(refused.value)
    assert refused.value.cure


@pytest.mark.parametrize("who", ["", "a,b", "a;b", "a:b", "a\tb", "a\0b"])
def test_a_principal_that_would_break_the_list_is_refused(who: str) -> None:
    with pytest.raises(InputError):
        checked_principal(who)


@pytest.mark.parametrize(
    ("text", "sent"),
    [
        ("user:anna", "user:anna"),
        ("user:anna:rwx", "user:anna"),
        ("default:group:team", "default:group:team"),
        ("default:user", "default:user"),
        ("default:other::r--", "default:other"),
        ("mask", "mask"),
    ],
)
def test_a_removal_needs_no_permissions(text: str, sent: str) -> None:
    assert removal_text([parse_removal(text)]) == sent


@pytest.mark.parametrize("text", ["user", "group::", "other", "user::rwx", "a:b:c:d"])
def test_an_entry_every_list_needs_is_not_removed(text: str) -> None:
    with pytest.raises(InputError):
        parse_removal(text)


@pytest.mark.parametrize(
    ("text", "letters", "digits"),
    [
        ("750", "rwxr-x---", "0750"),
        ("0644", "rw-r--r--", "0644"),
        ("1777", "rwxrwxrwt", "1777"),
        ("1750", "rwxr-x--T", "1750"),
        ("rwxr-x--T", "rwxr-x--T", "1750"),
        ("rwxr-x---+", "rwxr-x---", "0750"),
        ("---------", "---------", "0000"),
    ],
)
def test_permissions_are_letters_or_digits(text: str, letters: str, digits: str) -> None:
    assert parse_mode(text) == letters
    assert octal_of(text) == digits


@pytest.mark.parametrize(
    "text", ["", "75", "788", "2750", "rwx", "rwxrwxrwz", "wrxr-x---", "0o750"]
)
def test_other_permissions_are_refused(text: str) -> None:
    with pytest.raises(InputError):
        parse_mode(text)


@given(st.integers(0, 0o1777))
def test_digits_survive_the_way_through_letters(mode: int) -> None:
    assert octal_of(parse_mode(f"{mode:04o}")) == f"{mode:04o}"


def test_a_list_is_read_by_commas_spaces_and_lines() -> None:
    text = "user::rwx, group::r-x\nother::---;user:anna:r--"
    assert acl_text(parse_acl(text)) == "user::rwx,group::r-x,other::---,user:anna:r--"


def test_what_follows_from_the_rest_is_filled_in() -> None:
    given_list = (*BASE, *parse_acl("user:anna:rw-,default:group:team:r--"))
    assert acl_text(checked(given_list)) == (
        "user::rwx,user:anna:rw-,group::r-x,mask::rwx,other::---,"
        "default:user::rwx,default:group::r-x,default:group:team:r--,default:mask::r-x,"
        "default:other::---"
    )


def test_a_given_mask_stays() -> None:
    assert "mask::r--" in acl_text(checked((*BASE, *parse_acl("user:anna:rw-,mask::r--"))))


@pytest.mark.parametrize("missing", ["user", "group", "other"])
def test_each_list_has_its_three_entries(missing: str) -> None:
    with pytest.raises(InputError, match="missing"):
        checked([entry for entry in BASE if entry.kind.value != missing])


def test_nobody_is_listed_twice() -> None:
    twins = parse_acl("user:Anna@contoso.com:r--,user:anna@contoso.com:rwx")
    with pytest.raises(InputError, match="two access entries"):
        checked((*BASE, *twins))
    with pytest.raises(InputError, match="two access entries"):
        checked_changes(twins)


def test_a_file_has_no_default_entries() -> None:
    with pytest.raises(InputError, match="file"):
        checked((*BASE, *parse_acl("default:user::rwx")), is_directory=False)


def test_more_than_the_service_keeps_is_refused() -> None:
    # Three of the base and the mask are there too.
    named = [AclEntry(AclScope.ACCESS, AclKind.USER, f"u{n}", "r--") for n in range(MAX_ENTRIES)]
    assert len(checked((*BASE, *named[: MAX_ENTRIES - 4]))) == MAX_ENTRIES
    with pytest.raises(InputError, match="33 access entries"):
        checked((*BASE, *named[: MAX_ENTRIES - 3]))


def test_a_change_of_nothing_is_none() -> None:
    with pytest.raises(InputError):
        checked_changes(())


def test_a_change_computes_the_mask_anew_so_that_it_takes_effect() -> None:
    before = parse_acl("user::rwx,user:anna:r--,group::r--,mask::r--,other::---")
    after = modified(before, parse_acl("user:ben:rwx"))
    assert acl_text(after) == (
        "user::rwx,user:anna:r--,user:ben:rwx,group::r--,mask::rwx,other::---"
    )


def test_a_change_that_gives_the_mask_keeps_it() -> None:
    after = modified(BASE, parse_acl("user:ben:rwx,mask::r--"))
    assert "mask::r--" in acl_text(after)


def test_a_change_of_the_access_entries_leaves_the_default_mask() -> None:
    before = (*BASE, *parse_acl("default:user:anna:rwx,default:mask::r--"))
    assert "default:mask::r--" in acl_text(modified(before, parse_acl("user:ben:rwx")))


def test_what_is_removed_is_gone_and_only_that() -> None:
    before = checked((*BASE, *parse_acl("user:anna:rwx,group:team:r-x")))
    after = removed(before, [parse_removal("user:anna")])
    assert acl_text(after) == "user::rwx,group::r-x,group:team:r-x,mask::r-x,other::---"


def test_removing_the_default_entries_takes_their_mask_along() -> None:
    before = checked((*BASE, *parse_acl("default:user:anna:rwx")))
    gone = [parse_removal(f"default:{who}") for who in ("user", "user:anna", "group", "other")]
    assert acl_text(removed(before, gone)) == acl_text(BASE)


def test_what_is_not_there_is_not_removed() -> None:
    with pytest.raises(InputError, match="no access entry user:anna"):
        removed(BASE, [parse_removal("user:anna")])


@pytest.mark.parametrize(
    ("whom", "comes_to"),
    [("user:", "rwx"), ("user:anna", "r--"), ("group:", "r--"), ("other:", "rwx")],
)
def test_the_mask_limits_all_but_the_owner_and_others(whom: str, comes_to: str) -> None:
    acl = parse_acl("user::rwx,user:anna:rwx,group::rwx,mask::r--,other::rwx")
    found = next(entry for entry in acl if entry.whom == whom)
    assert effective(found, acl) == comes_to


def test_without_a_mask_nothing_is_limited() -> None:
    assert effective(BASE[1], BASE) == "r-x"


# -- properties ----------------------------------------------------------------

_names = st.one_of(
    st.uuids().map(str), st.from_regex(r"[a-z][a-z0-9._-]{0,12}@[a-z]{1,8}\.com", fullmatch=True)
)
_permissions = st.integers(0, 7).map(lambda value: parse_permissions(str(value)))
_named = st.builds(
    AclEntry,
    st.sampled_from(AclScope),
    st.sampled_from([AclKind.USER, AclKind.GROUP]),
    _names,
    _permissions,
)
_named_lists = st.lists(_named, max_size=10, unique_by=lambda entry: entry.key)


@given(_named_lists)
def test_a_list_survives_the_way_through_text(entries: list[AclEntry]) -> None:
    assert list(parse_acl(acl_text(entries))) == entries


@given(_named_lists)
def test_a_checked_list_stays_as_it_is(named: list[AclEntry]) -> None:
    once = checked((*BASE, *named))
    assert checked(once) == once
    assert set(named) <= set(once)


@given(_named_lists, _named_lists)
def test_what_was_asked_for_takes_effect(before: list[AclEntry], changes: list[AclEntry]) -> None:
    after = checked(modified(checked((*BASE, *before)), changes))
    for entry in changes:
        assert effective(entry, after) == entry.permissions


@given(_named_lists)
def test_what_was_added_can_be_removed_again(named: list[AclEntry]) -> None:
    before = checked(BASE)
    access = [entry for entry in named if entry.scope is AclScope.ACCESS]
    after = removed(checked(modified(before, access)), access)
    assert [entry for entry in after if entry.kind is not AclKind.MASK] == list(before)


@given(_named_lists)
def test_the_order_is_one(named: list[AclEntry]) -> None:
    assert in_order(reversed(in_order(named))) == in_order(named)
