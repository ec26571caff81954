"""The Access page on a real lake: shown, edited, applied, applied below, failed, tried again."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from azure.storage.blob import ContainerClient
from azure.storage.filedatalake import (
    FileSystemClient,
    FileSystemSasPermissions,
    generate_file_system_sas,
)
from PySide6.QtCore import Qt
from PySide6.QtTest import QAbstractItemModelTester, QTest

from explorer.gui.inspect.access_below import BelowSheet
from explorer.gui.inspect.access_entries import EntriesEditor
from explorer.gui.inspect.access_page import AccessPage
from explorer.gui.inspect.access_words import Below
from explorer.gui.window.actions import Act
from explorer.gui.window.main_window import MainWindow
from explorer.service.emulator import Emulator
from explorer.service.model import Location
from tests.gui.conftest import Drive, until
from tests.gui.places import Run, run_at
from tests.gui.test_inspector import select
from tests.gui.test_window import sheet
from tests.servers.lake.server import Lake

ADA = "6f0c1f0e-5d0b-4f1e-9c57-0d9a4a2f7a01"
GRACE = "6f0c1f0e-5d0b-4f1e-9c57-0d9a4a2f7a02"


@pytest.fixture
def raw(lake: Lake, filesystem: FileSystemClient) -> FileSystemClient:
    """A folder `raw` that ada may read, with files below; beside it a file `b.txt`."""
    lake.names.update({ADA: "ada@contoso.com", GRACE: "grace@contoso.com"})
    for name in ("raw/deep/a.txt", "raw/c.txt", "b.txt"):
        filesystem.get_file_client(name).upload_data(b"x", overwrite=True)
    filesystem.get_directory_client("raw").set_access_control(
        acl=f"user::rwx,user:{ADA}:r-x,group::r-x,mask::r-x,other::---"
    )
    return filesystem


@pytest.fixture
def sail(drive: Drive[Any], lake: Lake, raw: FileSystemClient, data_dir: Path) -> Run:
    return run_at(drive, data_dir, lake.connection_string, raw.file_system_name)


def acl_of(filesystem: FileSystemClient, path: str) -> str:
    return str(filesystem.get_file_client(path).get_access_control()["acl"])


async def page_of(window: MainWindow, name: str) -> AccessPage:
    """The page about that row, once it was read."""
    window.inspecting.bring(AccessPage.key)
    await select(window, name)
    page = window.inspecting.inspector.page
    assert isinstance(page, AccessPage)
    title = name.rstrip("/")
    await until(
        lambda: page.path is not None and page.path.title == title and page.draft is not None,
        "access is read",
    )
    return page


def who(editor: EntriesEditor) -> list[str]:
    model = editor.model
    return [model.index(row, 0).data() for row in range(model.rowCount())]


def tick(editor: EntriesEditor, row: int, letter: str) -> None:
    """By the keyboard."""
    index = editor.model.index(row, 1 + "rwx".index(letter))
    editor.table.setFocus()
    editor.table.setCurrentIndex(index)
    QTest.keyClick(editor.table, Qt.Key.Key_Space)


def ticks(editor: EntriesEditor, row: int) -> str:
    role = Qt.ItemDataRole.CheckStateRole
    given = [editor.model.index(row, column).data(role) for column in (1, 2, 3)]
    on = [Qt.CheckState(state) is Qt.CheckState.Checked for state in given]
    return "".join(letter if is_on else "-" for letter, is_on in zip("rwx", on, strict=True))


def add(editor: EntriesEditor, who_is: str) -> None:
    editor.who.setText(who_is)
    editor.add_button.click()


def test_a_folder_shows_owner_permissions_and_entries_by_name(sail: Run) -> None:
    async def work(window: MainWindow, here: Location) -> None:
        page = await page_of(window, "raw/")
        await until(lambda: "ada@contoso.com" in who(page.access), "names")
        assert who(page.access) == ["Owner", "ada@contoso.com", "Owning group", "Mask", "Others"]
        assert [ticks(page.access, row) for row in range(5)] == ["rwx", "r-x", "r-x", "r-x", "---"]
        assert page.owners.owner.text() == "$superuser"
        assert (page.owners.mode.text(), page.owners.octal.text()) == ("rwxr-x---", "0750")
        assert page.defaults.isVisible()
        assert not page.apply_button.isEnabled()
        QAbstractItemModelTester(page.access.model)
        page = await page_of(window, "b.txt")
        await until(lambda: not page.defaults.isVisible(), "a file has no defaults")
        assert page.below_button.toolTip().endswith("A file has nothing below it.</p>")

    sail(work)


def test_ticks_and_new_entries_are_applied_and_the_mask_follows(
    sail: Run, raw: FileSystemClient
) -> None:
    async def work(window: MainWindow, here: Location) -> None:
        page = await page_of(window, "raw/")
        tick(page.access, 1, "w")
        add(page.access, GRACE)
        add(page.defaults, GRACE)
        assert page.owners.mode.text() == "rwxrwx---"
        page.owners.owner.setText("ada@contoso.com")
        page.owners.owner.textEdited.emit(page.owners.owner.text())
        page.owners.sticky.click()
        page.apply_button.click()
        await until(lambda: page.notice.text() == "Applied.", "it is applied")
        assert not page.apply_button.isEnabled()

    sail(work)
    told = raw.get_directory_client("raw").get_access_control()
    assert told["acl"] == (
        f"user::rwx,user:{ADA}:rwx,user:{GRACE}:r-x,group::r-x,mask::rwx,other::---,"
        f"default:user::rwx,default:user:{GRACE}:r-x,default:group::r-x,default:mask::r-x,"
        "default:other::---"
    )
    assert told["permissions"] == "rwxrwx--T+"
    assert told["owner"] in (ADA, "ada@contoso.com")


def test_an_entry_is_removed_and_what_must_stay_says_why(sail: Run, raw: FileSystemClient) -> None:
    async def work(window: MainWindow, here: Location) -> None:
        page = await page_of(window, "raw/")
        page.access.table.selectRow(0)
        assert not page.access.remove_button.isEnabled()
        assert "Every list has this entry" in page.access.remove_button.toolTip()
        page.access.table.selectRow(1)
        page.access.table.setFocus()
        QTest.keyClick(page.access.table, Qt.Key.Key_Delete)
        assert ADA not in who(page.access)
        page.revert_button.click()
        assert len(who(page.access)) == 5
        page.access.table.selectRow(1)
        page.access.remove_button.click()
        page.apply_button.click()
        await until(lambda: page.notice.text() == "Applied.", "it is applied")

    sail(work)
    assert ADA not in acl_of(raw, "raw")


def test_what_is_typed_wrong_is_told_beside_its_field(sail: Run) -> None:
    async def work(window: MainWindow, here: Location) -> None:
        page = await page_of(window, "raw/")
        page.access.who.setText("a b")
        assert page.access.problem.isVisible()
        assert not page.access.add_button.isEnabled()
        page.access.who.setText(ADA)
        assert page.access.problem.text() == "There is an entry about this user already."
        page.access.who.clear()
        page.owners.mode.setText("rwz")
        page.owners.mode.textEdited.emit("rwz")
        assert "permissions" in page.owners.problem
        assert not page.apply_button.isEnabled()
        page.owners.mode.setText("0700")
        page.owners.mode.textEdited.emit("0700")
        assert ticks(page.access, 3) == "---"
        assert page.apply_button.isEnabled()
        page.owners.owner.clear()
        page.owners.owner.textEdited.emit("")
        assert not page.apply_button.isEnabled()
        page.revert_button.click()
        assert page.owners.owner.text() == "$superuser"

    sail(work)


def test_a_draft_waits_while_another_row_is_looked_at(sail: Run) -> None:
    async def work(window: MainWindow, here: Location) -> None:
        page = await page_of(window, "raw/")
        tick(page.access, 4, "r")
        page = await page_of(window, "b.txt")
        assert not page.apply_button.isEnabled()
        page = await page_of(window, "raw/")
        assert page.notice.text() == "Your changes from before are not applied yet."
        assert ticks(page.access, 4) == "r--"

    sail(work)


def test_what_somebody_else_changed_meanwhile_is_not_written_over(
    sail: Run, raw: FileSystemClient
) -> None:
    async def work(window: MainWindow, here: Location) -> None:
        page = await page_of(window, "b.txt")
        raw.get_file_client("b.txt").upload_data(b"new", overwrite=True)
        tick(page.access, 2, "r")
        page.apply_button.click()
        await until(lambda: "meanwhile" in page.notice.text(), "the reason")
        page.notice.action_button.click()
        await until(lambda: page.draft is not None and not page.draft.is_changed, "read again")

    sail(work)


def test_entries_go_to_everything_below_and_what_fails_is_tried_again(
    sail: Run, raw: FileSystemClient, lake: Lake
) -> None:
    lake.acl_refused.add((raw.file_system_name, "raw/deep/a.txt"))

    async def work(window: MainWindow, here: Location) -> None:
        page = await page_of(window, "raw/")
        add(page.access, GRACE)
        page.below_button.click()
        asked: BelowSheet = await sheet(BelowSheet)
        assert {entry.whom for entry in asked.ticked()} == {f"user:{GRACE}"}
        assert "everything below it" in asked.plan.text()
        asked.go_button.click()
        await until(lambda: asked.count.is_complete, "all is tried")
        assert asked.progress.text() == "2 folders and 1 file changed, 1 failed."
        assert asked.failures.lines[0].cells[0] == "raw/deep/a.txt"
        lake.acl_refused.clear()
        await until(asked.retry_button.isVisible)
        asked.retry_button.click()
        await until(lambda: not asked.failures.rowCount(), "the rest is done")
        await until(asked.close_button.isVisible)
        asked.close_button.click()
        await until(lambda: page.draft is not None and not page.draft.is_changed, "read again")

    sail(work)
    for path in ("raw", "raw/deep", "raw/deep/a.txt", "raw/c.txt"):
        assert f"user:{GRACE}:r-x" in acl_of(raw, path)


def test_all_below_is_replaced_or_freed_of_an_entry(sail: Run, raw: FileSystemClient) -> None:
    async def work(window: MainWindow, here: Location) -> None:
        page = await page_of(window, "raw/")
        page.below_button.click()
        asked: BelowSheet = await sheet(BelowSheet)
        assert not asked.go_button.isEnabled()
        asked.choose(Below.SET)
        asked.go_button.click()
        await until(lambda: asked.count.is_complete, "replaced")
        await until(asked.close_button.isVisible)
        assert f"user:{ADA}:r-x" in acl_of(raw, "raw/deep/a.txt")
        asked.choose(Below.REMOVE)
        assert page.draft is not None
        asked.tick(page.draft.acl[1])
        await until(asked.go_button.isEnabled)
        asked.go_button.click()
        await until(lambda: asked.count.is_complete and asked.close_button.isVisible(), "removed")
        asked.close_button.click()
        await until(lambda: not asked.isVisible())

    sail(work)
    assert ADA not in acl_of(raw, "raw/deep/a.txt")
    assert ADA not in acl_of(raw, "raw")


def test_a_flat_account_says_why_it_has_no_access_lists(
    drive: Drive[Any], azurite: Emulator, container: ContainerClient, data_dir: Path
) -> None:
    container.upload_blob("a.txt", b"x")

    async def work(window: MainWindow, here: Location) -> None:
        window.inspecting.bring(AccessPage.key)
        await select(window, "a.txt")
        inspector = window.inspecting.inspector
        page = inspector.page
        assert isinstance(page, AccessPage)
        await until(lambda: "real folders" in inspector.hint() or page.notice.isVisible(), "why")

    run_at(drive, data_dir, azurite.connection_string, container.container_name)(work)


def test_a_sas_without_the_letter_p_shows_access_and_says_why_it_cannot_be_set(
    drive: Drive[Any], lake: Lake, raw: FileSystemClient, data_dir: Path
) -> None:
    sas = generate_file_system_sas(
        lake.account,
        raw.file_system_name,
        lake.key,
        permission=FileSystemSasPermissions(read=True, list=True, execute=True),
        expiry=datetime.now(UTC) + timedelta(hours=1),
    )

    async def work(window: MainWindow, here: Location) -> None:
        page = await page_of(window, "raw/")
        for button in (page.apply_button, page.below_button):
            assert not button.isEnabled()
            assert "sp lacks p" in button.toolTip()
        assert page.owners.owner.isReadOnly()
        assert page.owners.mode.isReadOnly()
        tick(page.access, 1, "w")
        assert ticks(page.access, 1) == "r-x"
        page.access.who.setText(GRACE)
        assert not page.access.add_button.isEnabled()
        assert not window.actions_[Act.RENAME].isEnabled()
        assert not window.actions_[Act.MOVE_TO].isEnabled()

    run_at(drive, data_dir, f"{lake.endpoint}/{raw.file_system_name}?{sas}", raw.file_system_name)(
        work
    )


def test_a_change_of_all_below_can_be_stopped(sail: Run, raw: FileSystemClient, lake: Lake) -> None:
    lake.limits.acl = 1
    for number in range(40):
        raw.get_file_client(f"raw/{number}.txt").create_file()

    async def work(window: MainWindow, here: Location) -> None:
        page = await page_of(window, "raw/")
        add(page.access, GRACE)
        page.below_button.click()
        asked: BelowSheet = await sheet(BelowSheet)
        asked.go_button.click()
        await until(lambda: asked.count.directories, "it has begun")
        asked.stop_button.click()
        await until(asked.close_button.isVisible, "it is stopped")
        assert asked.notice.text().startswith("Stopped: ")
        assert not asked.count.is_complete
        asked.close_button.click()
        await until(lambda: not asked.isVisible())

    sail(work)
