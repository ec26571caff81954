"""The snippet for a job of OpenPAI, in the window: what the command prints, nothing secret."""

from __future__ import annotations

import pytest
from azure.storage.blob import ContainerClient
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from explorer.gui.outputs.snippet_sheet import SnippetSheet
from explorer.gui.window.main_window import MainWindow
from explorer.gui.window.subject import Subject
from explorer.service.emulator import Emulator
from explorer.service.model import Ability, Location
from explorer.workflows import snippet
from tests.gui.conftest import until
from tests.gui.connections import connection
from tests.gui.test_keyboard import KEY, in_front, press, tab_to
from tests.gui.test_manage import opened_by
from tests.gui.test_share import offer
from tests.gui.test_window import Run, run, sheet
from tests.integration.cli.conftest import Quayside, bare

__all__ = ["bare", "run"]

OFFER = "Copy job snippet"


@pytest.fixture
def dialog(qtbot: QtBot) -> SnippetSheet:
    made = SnippetSheet(Location("c1", "training", "runs/7/"))
    qtbot.addWidget(made)
    made.show()
    return made


def text(dialog: SnippetSheet) -> str:
    return dialog.part.text.toPlainText()


def test_a_snippet_is_chosen_and_copied_by_keys(
    run: Run, container: ContainerClient, azurite: Emulator
) -> None:
    async def work(window: MainWindow, here: Location) -> None:
        conn = window.pane.connection
        assert conn is not None
        await opened_by(window, Subject(conn, here), OFFER)
        dialog: SnippetSheet = await sheet(SnippetSheet)
        await in_front(dialog)
        assert dialog.folder.hasFocus()
        assert not dialog.per_job.isEnabled()
        QTest.keyClicks(dialog.folder, "runs of ada")
        tab_to(dialog, dialog.per_job)
        press(dialog, KEY.Key_Space)
        tab_to(dialog, dialog.archive)
        press(dialog, KEY.Key_Space)
        tab_to(dialog, dialog.part.copy_button)
        press(dialog, KEY.Key_Space)
        copied = QGuiApplication.clipboard().text()
        assert f"upload \"$OUTPUT_DIR\" {here.container} 'runs of ada' --archive" in copied
        everything = copied + dialog.notes.text()
        assert azurite.accounts[0].key not in everything
        assert "AccountKey" not in everything
        press(dialog, KEY.Key_Escape)
        await until(lambda: not dialog.isVisible())

    run(work)


@pytest.mark.parametrize("options", [(), ("--archive",), ("--yaml", "--per-job")])
def test_it_is_what_the_command_prints(
    dialog: SnippetSheet, bare: Quayside, options: tuple[str, ...]
) -> None:
    dialog.per_job.setChecked("--per-job" in options)
    dialog.archive.setChecked("--archive" in options)
    dialog.yaml.setChecked("--yaml" in options)
    words = ("snippet", "openpai", "--container", "training", "--folder", "runs/7", *options)
    assert f"{text(dialog)}\n" == bare.ok(*words)


def test_without_a_folder_each_job_has_its_own_and_what_cannot_be_is_said(
    dialog: SnippetSheet,
) -> None:
    assert f'training runs/7/"{snippet.FOLDER}"' in text(dialog)
    dialog.folder.setText("")
    assert f'training "{snippet.FOLDER}"' in text(dialog)
    dialog.folder.setText("runs//7")
    assert dialog.folder.property("invalid")
    assert "empty" in dialog.problem.text()
    assert not dialog.part.copy_button.isEnabled()
    assert text(dialog) == ""


def test_it_needs_no_right_and_a_container(run: Run) -> None:
    async def work(window: MainWindow, here: Location) -> None:
        blind = connection(denied=tuple(Ability))
        assert not offer(window, Subject(blind, Location(blind.id, here.container)), OFFER).refusal
        with pytest.raises(AssertionError, match="nobody offers"):
            offer(window, Subject(blind, Location(blind.id)), OFFER)

    run(work)
