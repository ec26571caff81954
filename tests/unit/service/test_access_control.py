"""What a change of access asks for, and how its counts add up."""

from __future__ import annotations

import pytest

from explorer.base.errors import InputError
from explorer.service.access_control import (
    MAX_FAILURES_KEPT,
    AccessCount,
    AccessEdit,
    mode_entries,
)
from explorer.storage.acl import acl_text, parse_acl
from explorer.storage.directories import AclFailure, RecursiveAclProgress


@pytest.mark.parametrize(
    ("permissions", "entries"),
    [
        ("", ""),
        ("0750", "user::rwx,group::r-x,other::---"),
        ("rw-r--r--", "user::rw-,group::r--,other::r--"),
        ("1751", "user::rwx,group::r-x,other::--x"),
        ("1750", "user::rwx,group::r-x,other::---"),
    ],
)
def test_permissions_stand_for_three_entries(permissions: str, entries: str) -> None:
    assert acl_text(mode_entries(permissions)) == entries


def test_entries_and_permissions_go_together() -> None:
    edit = AccessEdit(permissions="0700", entries=parse_acl("user:anna:r-x"))
    assert acl_text(edit.changes) == "user::rwx,group::---,other::---,user:anna:r-x"


def test_entries_that_contradict_the_permissions_are_refused() -> None:
    edit = AccessEdit(permissions="0700", entries=parse_acl("group::r-x"))
    with pytest.raises(InputError, match="different things"):
        _ = edit.changes


def test_an_edit_of_nothing_is_empty() -> None:
    assert AccessEdit().is_empty
    assert not AccessEdit(owner="anna").is_empty


def test_counts_grow_and_failures_are_kept_up_to_a_limit() -> None:
    failures = tuple(AclFailure(f"f{number}", False, "no") for number in range(700))
    batch = RecursiveAclProgress(2, 3, failures, 900)
    count = AccessCount().with_batch(batch).with_batch(batch)
    assert (count.directories, count.files, count.failed) == (4, 6, 1800)
    assert len(count.failures) == MAX_FAILURES_KEPT
    assert count.failures[:700] == failures
