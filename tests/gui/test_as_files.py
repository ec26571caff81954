"""Blobs as files on the clipboard, to be pasted into any other program."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from azure.storage.blob import ContainerClient
from PySide6.QtCore import QUrl
from PySide6.QtGui import QGuiApplication

from explorer.gui.browse.drops import COPIED, files_mime, local_paths
from explorer.gui.browse.rows import Row, RowKind
from explorer.gui.carry import as_files
from explorer.gui.carry.as_files import fresh_folder, refusal
from explorer.gui.window.main_window import MainWindow
from explorer.gui.window.subject import Subject
from explorer.service.model import Location
from tests.gui.conftest import until
from tests.gui.test_manage import opened_by
from tests.gui.test_share import subject_of
from tests.gui.test_window import Run, put, run

__all__ = ["run"]
OFFER = "Copy as files for other programs"


def test_the_files_are_on_the_clipboard_once_they_are_downloaded(
    run: Run, container: ContainerClient, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(as_files, "cache_dir", lambda: tmp_path / "cache")
    put(container, "d/a b.txt", "d/é.csv", "d/other")
    QGuiApplication.clipboard().clear()

    async def work(window: MainWindow, here: Location) -> None:
        await opened_by(
            window, await subject_of(window, here.child("d"), "a b.txt", "é.csv"), OFFER
        )
        await until(lambda: "2 files are on the clipboard" in window.pane.notice.text(), "told")
        mime = QGuiApplication.clipboard().mimeData()
        paths = [Path(path) for path in local_paths(mime)]
        assert [path.name for path in paths] == ["a b.txt", "é.csv"]
        assert [path.read_bytes() for path in paths] == [b"x" * 9, b"x" * 7]
        (folder,) = (tmp_path / "cache" / "copied").iterdir()
        assert {path.parent for path in paths} == {folder}
        assert folder.stat().st_mode & 0o077 == 0
        await until(lambda: window.transfers.jobs.rowCount() == 1, "it was a transfer to be seen")

    run(work)


def test_file_managers_find_what_they_look_for() -> None:
    mime = files_mime(["/home/a b.txt", "/home/é"])
    assert mime.urls() == [QUrl.fromLocalFile("/home/a b.txt"), QUrl.fromLocalFile("/home/é")]
    assert bytes(mime.data(COPIED).data()) == b"copy\nfile:///home/a%20b.txt\nfile:///home/%C3%A9"
    assert mime.text() == "/home/a b.txt\n/home/é"


def row(size_bytes: int, kind: RowKind = RowKind.BLOB) -> Row:
    return Row(kind, "x", size_bytes, 0, "", "", None, "")


@pytest.mark.parametrize(
    ("rows", "reason"),
    [
        ((row(1), row(-1, RowKind.FOLDER)), "Folders"),
        ((row(0),) * 501, "More than 500 files"),
        ((row(2**30), row(1)), "More than 1 GiB"),
    ],
)
def test_what_is_too_much_is_refused_with_the_reason(
    run: Run, rows: tuple[Row, ...], reason: str
) -> None:
    async def work(window: MainWindow, here: Location) -> None:
        connection = window.pane.connection
        assert connection is not None
        assert refusal(Subject(connection, here, rows)).startswith(reason)
        assert refusal(Subject(connection, here, (row(2**30),))) == ""

    run(work)


def test_what_is_older_than_a_week_is_swept_away(tmp_path: Path) -> None:
    first = fresh_folder(tmp_path, 1e9)
    (first / "file").write_bytes(b"x")
    second = fresh_folder(tmp_path, 1e9)
    os.utime(first, (1e9, 1e9))
    os.utime(second, (1e9 + 60, 1e9 + 60))
    third = fresh_folder(tmp_path, 1e9 + 7 * 24 * 3600 + 30)
    assert set(tmp_path.iterdir()) == {second, third}
