"""A download knows which state of each blob it means, and refuses what cannot be meant."""

from __future__ import annotations

import pytest

from explorer.base.errors import InputError
from explorer.transfer.encoding import request_from_text, request_to_text
from explorer.transfer.marks import marks_of
from explorer.transfer.model import DownloadRequest, DownloadSource, RemotePlace

PLACE = RemotePlace("id", "https://a.blob.core.windows.net", "c")


def request(*sources: DownloadSource) -> DownloadRequest:
    return DownloadRequest(sources, PLACE, "/downloads")


def test_only_what_is_not_meant_as_it_is_now_is_marked() -> None:
    asked = request(
        DownloadSource("a", False, "a"),
        DownloadSource("b", False, "b", version_id="v"),
        DownloadSource("c", False, "c", snapshot="s"),
    )
    assert marks_of(asked) == {"b": ("", "v"), "c": ("s", "")}


@pytest.mark.parametrize(
    "sources",
    [
        (DownloadSource("a", False, "a"), DownloadSource("a", False, "b", version_id="v")),
        (DownloadSource("d/", True, "d", snapshot="s"),),
        (DownloadSource("d/", True, "d"), DownloadSource("d/a", False, "a", version_id="v")),
        (DownloadSource("", True, ""), DownloadSource("d/a", False, "a", version_id="v")),
    ],
)
def test_one_blob_in_two_states_and_a_folder_in_one_are_refused(
    sources: tuple[DownloadSource, ...],
) -> None:
    with pytest.raises(InputError):
        marks_of(request(*sources))


def test_the_journal_keeps_marks_and_writes_nothing_new_without_them() -> None:
    marked = request(DownloadSource("a", False, "a", version_id="v"))
    assert request_from_text(request_to_text(marked)) == marked
    plain = request_to_text(request(DownloadSource("a", False, "a")))
    assert "snapshot" not in plain
    assert "version" not in plain
