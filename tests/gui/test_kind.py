"""Which kind an account is: in the tree, on tabs, and said by hand."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

from azure.storage.filedatalake import FileSystemClient
from PySide6.QtCore import Qt

from explorer.gui.browse.tree_words import kind_text
from explorer.gui.connect.edit import EditDialog
from explorer.gui.window.main_window import MainWindow
from explorer.service.model import Location
from tests.gui.conftest import Drive, until
from tests.gui.connections import connection
from tests.gui.places import run_at
from tests.gui.test_window import sheet
from tests.servers.lake.server import Lake


def test_the_kind_is_said_where_it_is_known() -> None:
    made = connection()
    assert kind_text(made) == "Blob"
    assert kind_text(replace(made, is_hierarchical=True)) == "Data Lake Gen2"
    assert kind_text(replace(made, is_hierarchical=None)) == ""
    by_hand = replace(made, is_hierarchical=True, is_namespace_set=True)
    assert kind_text(by_hand) == "Data Lake Gen2, as set by hand"


def test_a_lake_is_told_in_tree_and_tab_and_can_be_taken_for_flat(
    drive: Drive[Any], lake: Lake, filesystem: FileSystemClient, data_dir: Path
) -> None:
    async def work(window: MainWindow, here: Location) -> None:
        model = window.tree_model

        def told() -> str:
            index = model.index(0, 0)
            return str(index.data(Qt.ItemDataRole.AccessibleTextRole))

        def known() -> Any:
            return window.tree_controller.connection(here.connection_id)

        assert told() == "here, Data Lake Gen2"
        assert "Data Lake Gen2" in model.index(0, 0).data(Qt.ItemDataRole.ToolTipRole)
        assert "Data Lake Gen2" in window.tabs.tabToolTip(window.tabs.currentIndex())
        for at, is_hierarchical in ((1, False), (2, True), (0, None)):
            window.deeds.do(window.connecting.edit(known()), "edit")
            asked: EditDialog = await sheet(EditDialog)
            if at == 1:
                assert asked.kind.currentText() == "Automatic: Data Lake Gen2"
            asked.kind.setCurrentIndex(at)
            asked.save_button.click()
            await until(lambda: not asked.isVisible())  # noqa: B023
            wanted = (is_hierarchical, at != 0)
            await until(
                lambda: (known().is_hierarchical, known().is_namespace_set) == wanted,  # noqa: B023
                "it is said",
            )

    run_at(drive, data_dir, lake.connection_string, filesystem.file_system_name)(work)
