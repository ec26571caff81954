"""The plain parts of the window: what it remembers, where it has been, what it says."""

from __future__ import annotations

import json
import stat
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import QMimeData, QUrl
from PySide6.QtWidgets import QApplication

from explorer.base.errors import NotAuthorizedError, NotFoundError, UnsafeNameError
from explorer.gui.browse.columns import Columns
from explorer.gui.browse.counting import counted
from explorer.gui.browse.drops import local_paths
from explorer.gui.browse.history import History
from explorer.gui.browse.listing_model import ListingModel
from explorer.gui.browse.open_local import check_openable, fresh_folder
from explorer.gui.browse.operations import download_sources, folder_source, upload_sources
from explorer.gui.browse.rows import Row, RowKind, Rows
from explorer.gui.browse.sorting import Column
from explorer.gui.browse.words import Status, last_name, path_text
from explorer.gui.errors import describe
from explorer.gui.window import menus
from explorer.gui.window.actions import SPECS, Act
from explorer.gui.window.going import is_address
from explorer.gui.window.memory import Memory, load, save
from explorer.gui.window.status import items_text, selection_text
from explorer.service.model import Location
from explorer.storage.model import Container, Prefix
from explorer.transfer.model import DownloadSource, Failure, UploadSource

A, B, C = (Location("c", "data", f"{name}/") for name in "abc")


# -- history ------------------------------------------------------------------------


def test_going_on_from_the_middle_forgets_what_came_after() -> None:
    history = History()
    for place in (A, B, C):
        history.go(place)
    assert history.back() == B
    assert history.back() == A
    assert not history.can_go_back
    assert history.forward() == B
    history.go(A)
    assert not history.can_go_forward
    assert history.back() == B


def test_the_same_place_again_is_no_step() -> None:
    history = History()
    history.go(A)
    history.go(A)
    assert not history.can_go_back


# -- memory -------------------------------------------------------------------------


def test_what_is_remembered_is_remembered() -> None:
    columns = Columns()
    columns.widths[Column.SIZE] = 77
    columns.hidden.add(Column.TIER)
    columns.sorted_by, columns.descending = Column.MODIFIED, True
    memory = Memory(
        b"geo", b"lay", [A, Location("c")], current_tab=1, columns=columns, transfers="transfers"
    )
    assert Memory.from_bytes(memory.to_bytes()) == memory


@given(st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(
        ["tabs", "columns", "geometry", "current_tab", "widths", "hidden", "connection", "path",
         "container", "sorted_by", "transfers", "layout"]), inner, max_size=5),
))  # fmt: skip
def test_nonsense_in_the_file_is_no_error(data: object) -> None:
    text = json.dumps({"version": 1, **data} if isinstance(data, dict) else data)
    assert isinstance(Memory.from_bytes(text.encode()), Memory)


def test_a_broken_file_is_an_empty_memory(tmp_path: Path) -> None:
    (tmp_path / "window.json").write_bytes(b"{\xff not json")
    assert load(tmp_path) == Memory()
    assert load(tmp_path / "nowhere") == Memory()


def test_the_file_is_private(tmp_path: Path) -> None:
    save(tmp_path, Memory().to_bytes())
    assert stat.S_IMODE((tmp_path / "window.json").stat().st_mode) == 0o600


def test_a_state_that_cannot_be_written_is_no_error(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    save(tmp_path / "file" / "below", b"{}")


# -- words --------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("status", "text"),
    [
        (Status(items=35_000, shown=35_000, is_scanning=True), "scanning… 35,000 items"),
        (Status(items=1, shown=1), "1 item"),
        (Status(items=10, shown=3), "3 of 10 items"),
    ],
)
def test_the_status_bar_tells_how_far_the_listing_is(status: Status, text: str) -> None:
    assert items_text(status, has_place=True) == text
    assert items_text(status, has_place=False) == ""


def test_the_status_bar_tells_what_is_selected() -> None:
    assert selection_text(Status()) == ""
    assert selection_text(Status(folders_selected=2)) == "2 folders selected"
    both = Status(folders_selected=1, blobs_selected=1, bytes_selected=2048)
    assert selection_text(both) == "1 folder and 1 file selected, 2 KiB"


def test_selected_containers_are_told_as_such(qapp: QApplication) -> None:
    model, rows = ListingModel(), Rows()
    rows.add_containers([Container("a", 0, ""), Container("b", 0, "")])
    model.start(rows)
    model.show_new()
    assert selection_text(counted(model, [(0, 1)], is_scanning=False)) == "2 containers selected"
    folders = Rows()
    folders.add_prefixes([Prefix("a/")])
    model.start(folders)
    model.show_new()
    assert selection_text(counted(model, [(0, 0)], is_scanning=False)) == "1 folder selected"
    model.start(Rows())
    assert selection_text(counted(model, [], is_scanning=False)) == ""


def test_an_error_has_its_code_once_and_its_request_in_the_details() -> None:
    error = NotAuthorizedError(
        "No.", cure="Ask.", code="AuthorizationFailure", request_id="r-1", status=403
    )
    words = describe(error)
    assert words.line == "No. (AuthorizationFailure) Ask."
    assert "r-1" in words.details
    assert words.needs_credential
    assert describe(Failure("T", "M", code="X")).line == "M (X)"


def test_a_missing_container_is_mended_by_an_action_that_the_menu_has() -> None:
    error = NotFoundError("No such.", code="ContainerNotFound", cure="Look.")
    failure = Failure("Not found", "No such.", "Look.", "FilesystemNotFound")
    (edit,) = (acts for title, acts in menus._MENUS if title == "&Edit")
    for words in (describe(error), describe(failure)):
        assert "Create container in the menu Edit makes one." in words.cure
        assert "quayside" not in words.line
    assert Act.NEW_CONTAINER in edit
    assert SPECS[Act.NEW_CONTAINER].text.replace("&", "") == "Create container…"


def test_an_unknown_error_shows_its_kind_and_nothing_of_its_text() -> None:
    words = describe(ValueError("sig=secret"))
    assert "secret" not in words.details
    assert "ValueError" in words.line


# -- places and names -----------------------------------------------------------------


def test_a_place_is_shown_as_a_path() -> None:
    assert path_text(Location("c")) == "/"
    assert path_text(Location("c", "data")) == "/data/"
    assert path_text(A) == "/data/a/"


@pytest.mark.parametrize(
    ("text", "leaf"),
    [("/data/a/b.txt", "b.txt"), ("https://x/data/a%20b.txt?sv=1", "a b.txt"), ("/data/", "data")],
)
def test_the_last_name_of_what_was_typed_is_found(text: str, leaf: str) -> None:
    assert last_name(text) == leaf


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("https://acct.blob.core.windows.net/x", True),
        ("abfss://fs@acct.dfs.core.windows.net/x", True),
        ("AccountName=a;AccountKey=b", True),
        ("/data/x?y://z", False),
        ("data/x", False),
    ],
)
def test_an_address_is_told_from_a_path(text: str, expected: bool) -> None:
    assert is_address(text) is expected


def test_a_drop_gives_each_local_path_once() -> None:
    mime = QMimeData()
    mime.setUrls(
        [QUrl("file:///tmp/a%20b/"), QUrl("https://x/y"), QUrl("file:///tmp/a%20b"), QUrl("")]
    )
    assert local_paths(mime) == ["/tmp/a b"]
    assert local_paths(None) == []


def row(name: str, kind: RowKind) -> Row:
    return Row(kind, name, 1, 0, "", "", None, "")


def test_rows_become_sources_under_their_own_names() -> None:
    rows = [row("sub", RowKind.FOLDER), row("f.txt", RowKind.BLOB)]
    assert download_sources(A, rows) == (
        DownloadSource("a/sub/", True, "sub"),
        DownloadSource("a/f.txt", False, "f.txt"),
    )
    assert folder_source(A) == DownloadSource("a/", True, "a")
    assert folder_source(Location("c", "data")) == DownloadSource("", True, "data")
    assert upload_sources(["/x/y", "/"]) == (UploadSource("/x/y", "y"),)


@pytest.mark.parametrize("name", ["a.exe", "x.DESKTOP", "run.sh.bat", "link.lnk", "evil.exe. "])
def test_what_a_system_would_run_is_not_opened(name: str) -> None:
    for platform in ("linux", "win32", "darwin"):
        with pytest.raises(UnsafeNameError):
            check_openable(name, platform)


def test_a_script_is_shown_where_it_is_not_run() -> None:
    check_openable("train.py", "linux")
    with pytest.raises(UnsafeNameError):
        check_openable("train.py", "win32")
    for name in ("a.txt", "noextension", "archive.tar.gz", ".bashrc"):
        check_openable(name, sys.platform)


def test_what_is_opened_lies_in_a_private_folder_of_its_own() -> None:
    first, second = fresh_folder(), fresh_folder()
    assert first != second
    assert stat.S_IMODE(first.stat().st_mode) == 0o700
