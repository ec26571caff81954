"""A container held against the manifest of a mirror, in the window."""

from __future__ import annotations

import asyncio
import csv
import hashlib
import os
from collections.abc import AsyncGenerator
from pathlib import Path
from typing import Any
from unittest.mock import AsyncMock

import pytest
from azure.storage.blob import ContainerClient, ContentSettings
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from explorer.base.tasks import TaskScope
from explorer.gui import ask
from explorer.gui.verify import words
from explorer.gui.verify.sheet import Stage, VerifyCalls, VerifySheet
from explorer.gui.window.main_window import MainWindow
from explorer.gui.window.subject import Subject
from explorer.service.model import Ability, Location
from explorer.workflows.manifest import Run as MirrorRun
from explorer.workflows.mirror_runs import KeptRun, runs
from explorer.workflows.verify import Finding, Verdict
from tests.gui.conftest import Drive, until
from tests.gui.connections import connection
from tests.gui.test_keyboard import KEY, in_front, mnemonic, press, tab_to
from tests.gui.test_manage import opened_by
from tests.gui.test_mirror import area_of, ended, folder, planned
from tests.gui.test_share import offer
from tests.gui.test_window import Run, run, sheet

__all__ = ["folder", "run"]

OFFER = "Verify with a manifest"


async def mirrored(window: MainWindow, here: Location, folder: Path) -> None:
    """Mirror the folder to the container: a manifest is left."""
    mirror = area_of(window).open(here, folder, is_up=True)
    await planned(mirror)
    mirror.start_button.click()
    assert "3 moved" in await ended(mirror)
    mirror.close()


async def opened(window: MainWindow, here: Location) -> VerifySheet:
    conn = window.pane.connection
    assert conn is not None
    await opened_by(window, Subject(conn, here), OFFER)
    dialog: VerifySheet = await sheet(VerifySheet)
    await in_front(dialog)
    await until(lambda: not dialog.is_busy, "the runs")
    return dialog


def found(dialog: VerifySheet) -> list[tuple[str, str]]:
    return [(line.cells[0], line.cells[1]) for line in dialog.model.lines]


async def checked(dialog: VerifySheet) -> str:
    await until(lambda: dialog.is_whole and not dialog.is_busy, "the end")
    return dialog.figures.text()


def test_what_differs_is_found_copied_and_left_by_keys(
    run: Run, container: ContainerClient, folder: Path
) -> None:
    async def work(window: MainWindow, here: Location) -> None:
        await mirrored(window, here, folder)
        dialog = await opened(window, here)
        tab_to(dialog, dialog.runs_table)
        assert dialog.chosen is not None
        assert dialog.chosen.run.counts["files"] == 3
        for widget in (dialog.where, dialog.reads, dialog.file_button, dialog.go_button):
            tab_to(dialog, widget)
        press(dialog, KEY.Key_Space)
        assert await checked(dialog) == "3 files are as the run left them."
        assert "nothing differs" in dialog.notice.text()
        assert not dialog.copy_button.isEnabled()
        mnemonic(dialog, KEY.Key_B)
        await until(lambda: dialog.stage is Stage.CHOOSE, "the runs again")
        container.delete_blob("runs/0.txt")
        container.upload_blob("runs/1.txt", b"other", overwrite=True)
        tab_to(dialog, dialog.go_button)
        press(dialog, KEY.Key_Return)
        told = await checked(dialog)
        assert told == "1 file is as the run left them, 1 missing, 1 differs."
        assert found(dialog) == [("Missing", "runs/0.txt"), ("Differs", "runs/1.txt")]
        tab_to(dialog, dialog.copy_button)
        press(dialog, KEY.Key_Space)
        lines = QGuiApplication.clipboard().text().splitlines()
        assert lines == [
            "missing  runs/0.txt  (it is not there)", "differs  runs/1.txt  (5 bytes, not 1)"
        ]  # fmt: skip
        tab_to(dialog, dialog.table)
        press(dialog, KEY.Key_Down)
        QTest.keyClick(dialog.table, KEY.Key_C, Qt.KeyboardModifier.ControlModifier)
        assert len(QGuiApplication.clipboard().text().splitlines()) == 1
        press(dialog, KEY.Key_Escape)
        await until(lambda: not dialog.isVisible())

    run(work)


def test_the_folder_of_this_computer_is_checked_by_its_bytes(
    run: Run, container: ContainerClient, folder: Path
) -> None:
    async def work(window: MainWindow, here: Location) -> None:
        await mirrored(window, here, folder)
        changed = folder / "runs" / "2.txt"
        before = os.stat(changed)
        changed.write_text("X")
        os.utime(changed, ns=(before.st_atime_ns, before.st_mtime_ns))
        dialog = await opened(window, here)
        assert [dialog.where.itemText(at) for at in range(dialog.where.count())] == [
            here.container, f"The folder {folder} of this computer"
        ]  # fmt: skip
        assert dialog.reads.isEnabled()
        dialog.where.setCurrentIndex(1)
        assert not dialog.reads.isEnabled()
        dialog.go_button.click()
        assert await checked(dialog) == "2 files are as the run left them, 1 differs."
        assert found(dialog) == [("Differs", "runs/2.txt")]
        dialog.reject()

    run(work)


def test_blobs_are_read_only_when_that_is_asked_for(
    run: Run, container: ContainerClient, folder: Path
) -> None:
    async def work(window: MainWindow, here: Location) -> None:
        await mirrored(window, here, folder)
        blob = container.get_blob_client("runs/2.txt")
        right = bytearray(hashlib.md5(b"2", usedforsecurity=False).digest())
        blob.upload_blob(b"X", overwrite=True)
        blob.set_http_headers(ContentSettings(content_md5=right))
        dialog = await opened(window, here)
        dialog.go_button.click()
        assert await checked(dialog) == "3 files are as the run left them."
        dialog.back_button.click()
        dialog.reads.click()
        dialog.go_button.click()
        assert await checked(dialog) == "2 files are as the run left them, 1 differs."
        dialog.reject()

    run(work)


def test_a_manifest_of_a_file_is_used_and_what_differs_is_exported(
    run: Run,
    container: ContainerClient,
    data_dir: Path,
    folder: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    kept, broken = tmp_path / "now.jsonl", tmp_path / "no.jsonl"
    broken.write_text("{}\n")
    target = tmp_path / "differences.csv"

    async def work(window: MainWindow, here: Location) -> None:
        await mirrored(window, here, folder)
        (only,) = runs(data_dir)
        os.rename(only.path, kept)
        container.delete_blob("runs/1.txt")
        dialog = await opened(window, here)
        assert "No run of a mirror is known" in dialog.figures.text()
        assert not dialog.go_button.isEnabled()
        files = [broken]
        monkeypatch.setattr(ask, "files_to_open", AsyncMock(return_value=files))
        dialog.file_button.click()
        await until(lambda: "no manifest" in dialog.notice.text(), "the reason")
        files[0] = kept
        dialog.file_button.click()
        await until(dialog.go_button.isEnabled, "it is read")
        dialog.go_button.click()
        await checked(dialog)
        assert found(dialog) == [("Missing", "runs/1.txt")]

        monkeypatch.setattr(ask, "file_to_save", AsyncMock(return_value=target))
        dialog.save_button.click()
        await until(lambda: "Wrote" in dialog.notice.text(), "it is written")
        dialog.reject()

    run(work)
    with target.open(encoding="utf-8", newline="") as file:
        assert list(csv.reader(file)) == [
            ["verdict", "name", "reason"], ["missing", "runs/1.txt", "it is not there"]
        ]  # fmt: skip


def test_a_check_that_is_stopped_says_how_far_it_came(
    qtbot: QtBot, scope: TaskScope, drive: Drive[Any], tmp_path: Path
) -> None:
    ends: list[str] = []
    known = MirrorRun("https://account/training/", str(tmp_path), "a", "b", {"files": 9})

    async def known_runs() -> list[KeptRun]:
        return [KeptRun("1", tmp_path / "1.jsonl", known)]

    async def never(*_: object) -> Any:
        pytest.fail("it was asked for")

    async def endless(*_: object) -> AsyncGenerator[list[Finding], None]:
        try:
            yield [Finding("a", Verdict.GOOD), Finding("b", Verdict.MISSING, "it is not there")]
            await asyncio.Event().wait()
        finally:
            ends.append("closed")

    async def go() -> None:
        calls = VerifyCalls(known_runs, never, endless, never, never)
        dialog = VerifySheet(Location("c", "training"), "https://account/training/", calls, scope)
        qtbot.addWidget(dialog)
        dialog.show()
        await until(dialog.go_button.isEnabled, "the runs")
        dialog.go_button.click()
        await until(lambda: found(dialog) == [("Missing", "b")], "what is found")
        assert dialog.figures.text() == "2 of 9 files checked, 1 missing"
        assert not dialog.copy_button.isEnabled()
        dialog.stop_button.click()
        await until(lambda: ends, "it is stopped")
        assert dialog.figures.text() == "Not all was checked: 2 of 9 files checked, 1 missing."
        assert dialog.notice.isHidden()
        assert dialog.copy_button.isEnabled()
        dialog.back_button.click()
        assert dialog.stage is Stage.CHOOSE
        dialog.go_button.click()
        await until(lambda: found(dialog) == [("Missing", "b")], "it begins anew")
        dialog.reject()
        await until(lambda: len(ends) == 2, "closing stops it, too")

    drive(go())


def test_the_run_of_this_place_is_chosen_first() -> None:
    run = MirrorRun("https://a.blob/c/x/", "/data", "", "")
    assert words.concerns(run, "https://a.blob/c/x/")
    assert words.concerns(run, "https://a.blob/c/x")
    assert not words.concerns(run, "https://a.blob/c/")
    assert words.folder_in(run) == Path("/data")
    assert words.folder_in(MirrorRun("https://a/c/", "https://b/d/", "", "")) is None


def test_what_is_written_is_no_formula_and_what_is_copied_moves_no_cursor() -> None:
    bad = Finding("=1+1\n", Verdict.MISSING, "it is not there")
    assert "\"'=1+1" in words.as_csv([bad])
    assert "\n" not in words.as_text([bad])


def test_who_may_not_read_is_told_so(run: Run, container: ContainerClient) -> None:
    async def work(window: MainWindow, here: Location) -> None:
        blind = connection(denied=(Ability.READ,))
        at = Location(blind.id, here.container)
        assert offer(window, Subject(blind, at), OFFER).refusal == "No read here."

    run(work)
