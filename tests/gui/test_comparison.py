"""Two panes compared in the window: by size and time, by MD5, and what is selected by it."""

from __future__ import annotations

import hashlib
import os
import uuid
from pathlib import Path

from azure.storage.blob import BlobBlock, ContainerClient, ContentSettings
from PySide6.QtCore import Qt

from explorer.gui.browse.pane import Pane
from explorer.gui.browse.sorting import Column
from explorer.gui.colours import Tone
from explorer.gui.local.pane import LocalPane
from explorer.gui.window.actions import Act
from explorer.gui.window.main_window import MainWindow
from explorer.service.emulator import Emulator
from explorer.service.model import Location
from explorer.storage.model import Blob, BlobType
from tests.gui.conftest import until
from tests.gui.test_two_panes import files, local_beside, other, ready
from tests.gui.test_window import Run, choose, listed, names, put, run

__all__ = ["files", "other", "run"]


def test_the_panes_are_compared_and_what_the_other_lacks_is_selected(
    run: Run, container: ContainerClient, files: Path
) -> None:
    put(container, "both.txt", "only.txt")
    (files / "both.txt").write_bytes(b"x" * len("both.txt"))

    async def work(window: MainWindow, here: Location) -> None:
        pane = window.pane
        pane.refresh()
        await until(lambda: len(names(pane)) == 2)
        local = await local_beside(window, files)
        await ready(local, "both.txt")
        await choose(window, Act.COMPARE)
        assert pane.model.marks[("only.txt", False)][0] == "only here"
        assert local.model.marks[("both.txt", False)][0] == "same size"
        pane.notice.action_button.click()
        assert [row.name for row in pane.selection()] == ["only.txt"]
        assert "1 only at the left, 1 of the same size" in pane.notice.text()
        (files / "only.txt").write_bytes(b"it came another way")
        await until(lambda: "only at the left" not in pane.notice.text(), "the sum follows")
        local.go(files.parent)
        assert not pane.model.marks
        assert not local.model.marks
        assert pane.notice.isHidden()

    run(work)


def md5_of(data: bytes) -> ContentSettings:
    return ContentSettings(content_md5=bytearray(hashlib.md5(data).digest()))


def without_md5(container: ContainerClient, name: str, data: bytes) -> None:
    """A block blob as most programs write it: nobody told the service its MD5."""
    blob = container.get_blob_client(name)
    blob.stage_block("MDAw", data)
    blob.commit_block_list([BlobBlock("MDAw")])


def says(pane: Pane | LocalPane, name: str) -> str:
    return pane.model.marks[(name, False)][0]


def test_files_of_one_size_are_compared_by_md5_and_the_other_ones_go_across(
    run: Run, container: ContainerClient, files: Path
) -> None:
    for name, data in (("same", b"aaaa"), ("other", b"bbbb")):
        container.upload_blob(name, data, content_settings=md5_of(data))
    without_md5(container, "unknown", b"cccc")
    for name, data in (("same", b"aaaa"), ("other", b"BBBB"), ("unknown", b"cccc")):
        (files / name).write_bytes(data)
        os.utime(files / name, (1, 1))

    async def work(window: MainWindow, here: Location) -> None:
        pane = window.pane
        pane.refresh()
        await until(lambda: len(names(pane)) == 3)
        local = await local_beside(window, files)
        await ready(local, "other", "same", "unknown")
        assert not window.actions_[Act.SELECT_LACKING].isEnabled()
        window.tabs.tab.sides.turn_to(pane)
        await choose(window, Act.COMPARE_MD5)
        await until(lambda: "size and MD5" in pane.notice.text(), "it is compared")
        assert [says(pane, name) for name in ("same", "other", "unknown")] == [
            "same MD5",
            "newer",
            "no MD5 stored",
        ]
        assert says(local, "other") == "older"
        row = pane.model.position("same")
        assert row is not None
        spoken = pane.model.index(row, Column.NAME).data(Qt.ItemDataRole.AccessibleTextRole)
        assert spoken == "File same, same MD5"
        await choose(window, Act.SELECT_NEWER)
        assert {row.name for row in pane.selection()} == {"other"}
        assert not window.actions_[Act.SELECT_ONLY_HERE].isEnabled()
        assert window.actions_[Act.SELECT_ONLY_HERE].statusTip() == "Nothing is only here."
        (files / "other").unlink()
        await until(lambda: ("other", False) not in local.model.marks, "the marks follow")
        await until(window.actions_[Act.SELECT_ONLY_HERE].isEnabled, "now one is only here")
        await choose(window, Act.SELECT_ONLY_HERE)
        assert [row.name for row in pane.selection()] == ["other"]
        await choose(window, Act.COPY_ACROSS)
        await until((files / "other").exists, "just this one is copied")

    run(work)


def test_two_containers_are_compared_by_the_md5s_they_store(
    run: Run, container: ContainerClient, other: ContainerClient
) -> None:
    for client, data in ((container, b"1111"), (other, b"2222")):
        client.upload_blob("differs", data, content_settings=md5_of(data))
        client.upload_blob("same", b"same", content_settings=md5_of(b"same"))
        client.upload_blob("empty", b"")
    without_md5(container, "unknown", b"cccc")
    other.upload_blob("unknown", b"cccc", content_settings=md5_of(b"cccc"))

    async def work(window: MainWindow, here: Location) -> None:
        await choose(window, Act.TWO_PANES)
        left, right = window.tabs.panes()
        left.refresh()
        right.go(Location(here.connection_id, str(other.container_name)))
        await until(lambda: len(names(left)) == len(names(right)) == 4, "both are listed")
        await choose(window, Act.COMPARE_MD5)
        await until(lambda: "size and MD5" in window.tabs.front.notice.text(), "it is compared")
        assert says(left, "differs") in ("newer", "older", "other MD5")
        assert [says(right, name) for name in ("same", "empty", "unknown")] == [
            "same MD5",
            "same MD5",
            "no MD5 stored",
        ]

    run(work)


def test_comparing_by_md5_can_be_stopped_and_ends_where_a_pane_goes_elsewhere(
    run: Run, container: ContainerClient, files: Path
) -> None:
    size = 8 * 1024**3
    container.upload_blob("huge", b"small", content_settings=md5_of(b"small"))
    with (files / "huge").open("wb") as file:
        file.truncate(size)

    async def work(window: MainWindow, here: Location) -> None:
        pane = window.pane
        await until(lambda: listed(pane) and names(pane) == ["huge"])
        local = await local_beside(window, files)
        await ready(local, "huge")
        window.tabs.tab.sides.turn_to(pane)
        # As large as the file, which takes a while to be hashed.
        kind = BlobType.BLOCK
        huge = Blob("huge", size, 1, "", "", None, kind, "", "", 0, None, False)
        pane.model.rows.replace_blob(0, huge)
        await choose(window, Act.COMPARE_MD5)
        await until(lambda: "0 of 1 file," in pane.notice.text(), "it is told how far it is")
        await until(lambda: "iB of 8" in pane.notice.text(), "bytes are read")
        assert not window.actions_[Act.COMPARE_MD5].isEnabled()
        pane.notice.action_button.click()
        assert "stopped" in pane.notice.text()
        assert says(pane, "huge") == "same size"
        await until(lambda: "compare by MD5" not in window._scope.names, "nothing is read on")
        await choose(window, Act.COMPARE_MD5)
        await until(lambda: "0 of 1 file" in pane.notice.text(), "it begins again")
        local.go(files.parent)
        await until(lambda: "compare by MD5" not in window._scope.names, "it ends")
        assert pane.notice.isHidden()
        assert not pane.model.marks

    run(work)


def test_where_md5s_cannot_be_asked_for_it_is_told_and_sizes_stay_marked(
    run: Run, azurite: Emulator, container: ContainerClient
) -> None:
    put(container, "a")
    name = f"gone-{uuid.uuid4().hex[:20]}"
    with ContainerClient.from_connection_string(azurite.connection_string, name) as gone:
        gone.create_container()
        put(gone, "a")

        async def work(window: MainWindow, here: Location) -> None:
            await choose(window, Act.TWO_PANES)
            left, right = window.tabs.panes()
            right.go(Location(here.connection_id, name))
            await until(lambda: names(left) == names(right) == ["a"], "both are listed")
            window.tabs.tab.sides.turn_to(left)
            gone.delete_container()
            await choose(window, Act.COMPARE_MD5)
            await until(lambda: left.notice.tone() is Tone.BAD, "it is told")
            assert says(left, "a") == says(right, "a") == "same size"
            await until(window.actions_[Act.COMPARE_MD5].isEnabled, "it can be tried again")

        run(work)
