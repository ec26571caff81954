"""What the window says of versions and of a restore, and why something cannot be done."""

from __future__ import annotations

from explorer.base.errors import PreconditionFailedError
from explorer.gui.browse.restore_words import ended_text, failures_text, plan_lines
from explorer.gui.inspect import versions_words as words
from explorer.gui.inspect.versions_words import Reasons
from explorer.service.restore_plan import RestorePlan
from explorer.service.restoring import RestoreCount
from tests.unit.service.test_restore_plan import gone, now, snapshot, version

FREE = Reasons()


def test_each_state_has_its_word() -> None:
    states = [
        version(30, is_current=True),
        version(20),
        version(10, is_deleted=True),
        snapshot(10, 15),
        gone(10, 20),
    ]
    assert [words.state_line(state).cells[0] for state in states] == [
        "Current",
        "Version",
        "Version, deleted",
        "Snapshot",
        "Blob, deleted",
    ]
    assert "3 days left" in words.state_line(states[-1]).hint


def test_the_footnote_is_for_accounts_without_versions() -> None:
    assert words.footnote([now(10), snapshot(5, 8)]) == words.NO_VERSIONS
    assert words.footnote([version(10, is_current=True)]) == ""


def test_what_cannot_be_done_says_why() -> None:
    current, old, deleted = version(30, is_current=True), version(20), version(10, is_deleted=True)
    assert "Select" in words.promote_refusal(None, FREE)
    assert "already" in words.promote_refusal(current, FREE)
    assert words.promote_refusal(old, FREE) == ""
    assert words.promote_refusal(old, Reasons(write="no w")) == "no w"
    assert words.promote_refusal(deleted, Reasons(read="no r")) == ""
    assert "Undelete" in words.save_refusal(deleted, FREE)
    assert words.save_refusal(old, Reasons(read="no r")) == "no r"
    assert "listing" in words.delete_refusal(current, FREE)
    assert words.delete_refusal(old, Reasons(delete_version="no x")) == "no x"
    assert words.delete_refusal(snapshot(1, 2), Reasons(delete="no d")) == "no d"
    assert "already" in words.delete_refusal(deleted, FREE)


def test_a_plan_is_told_in_sentences() -> None:
    plan = RestorePlan(
        promoted=2,
        undeleted=1,
        unsure=1,
        size_bytes=3000,
        unchanged=1,
        lost=("a", "b", "c", "d"),
        lost_count=4,
        is_complete=True,
    )
    first, unsure, same, lost = plan_lines(plan)
    assert first.startswith("3 blobs would be restored (")
    assert unsure.startswith("1 of them was deleted at a time")
    assert same == "1 blob is as then."
    assert "a, b, c, …" in lost
    assert plan_lines(RestorePlan(is_complete=True)) == ("Nothing has to be restored.",)
    assert plan_lines(RestorePlan()) == ()


def test_an_end_tells_what_failed_and_why() -> None:
    error = PreconditionFailedError("it was changed since it was looked at.")
    count = RestoreCount(1, 2, 10, (("a", error),), 1, is_complete=True)
    assert ended_text(count) == "Restored 1 blob. 1 failed."
    assert failures_text(count) == "a: it was changed since it was looked at."
