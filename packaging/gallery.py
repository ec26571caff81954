"""Shows every part of the look in one window, and saves pictures of it.

    python packaging/gallery.py              opens the window
    python packaging/gallery.py --to DIR     saves light and dark at this scale and ends

QT_SCALE_FACTOR=2 gives the pictures of a 200 % screen.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from PySide6.QtCore import QEventLoop, QSize, Qt, QTimer
from PySide6.QtGui import QAction, QFont, QStandardItem, QStandardItemModel
from PySide6.QtWidgets import (
    QApplication,
    QCheckBox,
    QComboBox,
    QFormLayout,
    QGridLayout,
    QGroupBox,
    QHBoxLayout,
    QHeaderView,
    QLabel,
    QLineEdit,
    QListView,
    QMainWindow,
    QMenu,
    QPlainTextEdit,
    QProgressBar,
    QRadioButton,
    QSplitter,
    QTableView,
    QTabWidget,
    QToolBar,
    QToolButton,
    QTreeView,
    QVBoxLayout,
    QWidget,
)

from explorer.base.settings import ThemeChoice
from explorer.gui import colours, icons
from explorer.gui.colours import Tone
from explorer.gui.parts.busy import BusyIndicator
from explorer.gui.parts.buttons import Rank, push_button, tool_button
from explorer.gui.parts.chip import Chip
from explorer.gui.parts.empty import EmptyState
from explorer.gui.parts.fields import filter_field, line_field, number_field
from explorer.gui.parts.notice import NoticeBar
from explorer.gui.parts.progress import Progress, ProgressDelegate, ProgressState
from explorer.gui.parts.secret import SecretField
from explorer.gui.parts.texts import ElidedLabel, plain_label
from explorer.gui.parts.views import dress_table, dress_tree
from explorer.gui.theme import Theme, tabular

PROGRESS_ROLE = int(Qt.ItemDataRole.UserRole) + 1

BLOBS = [
    ("checkpoints", "", "", "", "Folder"),
    ("logs", "", "", "", "Folder"),
    ("model-00001-of-00004.safetensors", "4.63 GB", "2025-03-14 09:41", "Hot", "octet-stream"),
    ("model-00002-of-00004.safetensors", "4.63 GB", "2025-03-14 09:44", "Hot", "octet-stream"),
    ("tokenizer.json", "1.84 MB", "2025-03-14 09:12", "Hot", "json"),
    ("train.parquet", "812.4 MB", "2025-03-11 17:03", "Cool", "parquet"),
    ("loss-curve.png", "218.3 kB", "2025-03-14 10:02", "Hot", "png"),
    ("training.log", "12.7 MB", "2025-03-14 10:02", "Hot", "plain"),
    ("dataset-2024.tar.zst", "96.2 GB", "2024-12-02 08:30", "Archive", "zstd"),
    ("README.md", "3.1 kB", "2025-02-27 14:55", "Hot", "markdown"),
    ("train.py", "18.9 kB", "2025-03-10 11:20", "Hot", "x-python"),
]
TRANSFERS = [
    ("model-00003-of-00004.safetensors", ProgressState.RUNNING, 0.62, "184 MB/s"),
    ("dataset-2024.tar.zst", ProgressState.PAUSED, 0.37, ""),
    ("eval-results/", ProgressState.WAITING, None, ""),
    ("training.log", ProgressState.DONE, 1.0, "96 MB/s"),
    ("shards/part-0481.parquet", ProgressState.FAILED, 0.81, ""),
    ("experiments/run-17/", ProgressState.NEEDS_ATTENTION, 0.12, ""),
]


def tree() -> QTreeView:
    model = QStandardItemModel()
    model.setHorizontalHeaderLabels(["Connections"])

    def row(parent: QStandardItem, name: str, icon_name: str) -> QStandardItem:
        item = QStandardItem(icons.icon(icon_name), name)
        item.setEditable(False)
        parent.appendRow(item)
        return item

    account = row(model.invisibleRootItem(), "research-store", "account")
    models = row(account, "models", "container")
    for name in ("checkpoints", "exports", "logs"):
        row(models, name, "folder")
    row(account, "datasets", "container")
    row(account, "public-figures", "container")
    row(model.invisibleRootItem(), "partner-share (expired)", "expired")
    emulator = row(model.invisibleRootItem(), "Local storage", "account-emulator")
    row(emulator, "playground", "container")
    view = QTreeView()
    dress_tree(view, "Connections")
    view.setModel(model)
    view.expandAll()
    view.setCurrentIndex(models.index())
    model.setParent(view)
    return view


def blobs() -> QTableView:
    model = QStandardItemModel()
    model.setHorizontalHeaderLabels(["Name", "Size", "Last modified", "Tier", "Type"])
    for name, size, modified, tier, kind in BLOBS:
        is_folder = kind == "Folder"
        first = QStandardItem(icons.icon("folder") if is_folder else icons.file_icon(name), name)
        row = [first, *(QStandardItem(text) for text in (size, modified, tier, kind))]
        row[1].setTextAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        for cell in row[1:3]:
            cell.setFont(tabular(QFont()))
        model.appendRow(row)
    view = table(model, "Blobs")
    view.setSortingEnabled(True)
    view.sortByColumn(0, Qt.SortOrder.AscendingOrder)
    view.selectRow(4)
    return view


def transfers() -> QTableView:
    model = QStandardItemModel()
    model.setHorizontalHeaderLabels(["Name", "Progress", "Status", "Speed"])
    for name, state, fraction, speed in TRANSFERS:
        cell = QStandardItem()
        progress = Progress(state, fraction)
        cell.setData(progress, PROGRESS_ROLE)
        cell.setText(progress.words)
        first = QStandardItem(icons.file_icon(name), name)
        status = QStandardItem(state.value.capitalize())
        model.appendRow([first, cell, status, QStandardItem(speed)])
    view = table(model, "Transfers")
    view.setItemDelegateForColumn(1, ProgressDelegate(PROGRESS_ROLE, view))
    view.setColumnWidth(1, 200)
    view.selectRow(0)
    return view


def table(model: QStandardItemModel, name: str) -> QTableView:
    view = QTableView()
    dress_table(view, name)
    view.setModel(model)
    model.setParent(view)
    view.setColumnWidth(2, 130)
    view.horizontalHeader().setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
    return view


def notices() -> list[NoticeBar]:
    told = []
    for text, tone, action in (
        ("This SAS may list and read. Uploads are switched off.", Tone.INFO, ""),
        ("The access to 'partner-share' expires in 6 days.", Tone.WARN, "Replace the SAS"),
        (
            "Could not list 'datasets': the service refused (AuthorizationPermissionMismatch). "
            "Ask for a SAS with the list permission.",
            Tone.BAD,
            "Try again",
        ),
        ("1,204 files uploaded and verified.", Tone.OK, "Show"),
    ):
        bar = NoticeBar()
        bar.tell(text, tone, action=action)
        told.append(bar)
    return told


def chips() -> QWidget:
    row = QWidget()
    layout = QHBoxLayout(row)
    layout.setContentsMargins(0, 0, 0, 0)
    for text, tone, icon_name in (
        ("list", Tone.OK, "check"),
        ("read", Tone.OK, "check"),
        ("write", Tone.NEUTRAL, "lock"),
        ("expires in 6 d", Tone.WARN, "clock"),
        ("expired", Tone.BAD, "expired"),
        ("read-only", Tone.INFO, "eye"),
        ("Hot", Tone.NEUTRAL, ""),
    ):
        layout.addWidget(Chip(text, tone, icon_name=icon_name))
    layout.addStretch()
    return row


def buttons() -> QWidget:
    row = QWidget()
    layout = QHBoxLayout(row)
    layout.setContentsMargins(0, 0, 0, 0)
    layout.addWidget(push_button("Connect", Rank.PRIMARY))
    layout.addWidget(push_button("Test", Rank.SECONDARY))
    layout.addWidget(push_button("Upload", Rank.SECONDARY, icon_name="upload"))
    layout.addWidget(push_button("Delete 3 blobs", Rank.DANGER))
    layout.addWidget(push_button("Learn more", Rank.FLAT))
    off = push_button("Not allowed", Rank.PRIMARY)
    off.setEnabled(False)
    layout.addWidget(off)
    layout.addStretch()
    return row


def fields() -> QWidget:
    box = QGroupBox("Connection")
    form = QFormLayout(box)
    name = line_field("Name", "research-store")
    secret = SecretField("Account key")
    secret.set_text("not-a-real-key-only-a-picture")
    tier = QComboBox()
    tier.addItems(["Hot", "Cool", "Cold", "Archive"])
    parallel = number_field("At once", 1, 64, suffix=" files")
    parallel.setValue(16)
    off = QLineEdit("cannot be changed here")
    off.setEnabled(False)
    checks = QWidget()
    grid = QGridLayout(checks)
    grid.setContentsMargins(0, 0, 0, 0)
    checked, plain, partial = QCheckBox("Verify MD5"), QCheckBox("Overwrite"), QCheckBox("Some")
    checked.setChecked(True)
    partial.setTristate(True)
    partial.setCheckState(Qt.CheckState.PartiallyChecked)
    one, two, none = QRadioButton("Keyring"), QRadioButton("Memory"), QRadioButton("Off")
    one.setChecked(True)
    none.setEnabled(False)
    for column, widget in enumerate((checked, plain, partial)):
        grid.addWidget(widget, 0, column)
    for column, radio in enumerate((one, two, none)):
        grid.addWidget(radio, 1, column)
    form.addRow("Name", name)
    form.addRow("Account key", secret)
    form.addRow("Tier", tier)
    form.addRow("At once", parallel)
    form.addRow("Address", off)
    form.addRow("", checks)
    return box


def icon_wall() -> QWidget:
    wall = QListView()
    wall.setAccessibleName("Icons")
    model = QStandardItemModel(wall)
    for name in icons.names():
        model.appendRow(QStandardItem(icons.icon(name), name))
    wall.setModel(model)
    wall.setViewMode(QListView.ViewMode.IconMode)
    wall.setIconSize(QSize(24, 24))
    wall.setGridSize(QSize(104, 60))
    wall.setUniformItemSizes(True)
    wall.setProperty("bare", True)
    return wall


def page(*widgets: QWidget) -> QWidget:
    sheet = QWidget()
    column = QVBoxLayout(sheet)
    column.setContentsMargins(16, 16, 16, 16)
    column.setSpacing(12)
    for widget in widgets:
        column.addWidget(widget)
    column.addStretch()
    return sheet


class Gallery(QMainWindow):
    """The window with all of it."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self.setWindowTitle("Quayside: gallery")
        self.resize(1240, 820)
        self._menus()
        self.addToolBar(self._tool_bar())
        tabs = QTabWidget()
        tabs.setDocumentMode(True)
        tabs.setTabsClosable(True)
        browse = QSplitter(Qt.Orientation.Vertical)
        self.listing = blobs()
        browse.addWidget(self.listing)
        browse.addWidget(transfers())
        browse.setSizes([440, 220])
        tabs.addTab(browse, icons.icon("container"), "models")
        tabs.addTab(self._parts(), icons.icon("settings"), "Parts")
        tabs.addTab(self._empty(), icons.icon("link"), "Empty")
        tabs.addTab(icon_wall(), icons.icon("star"), "Icons")
        self.tabs = tabs
        middle = QSplitter()
        middle.addWidget(tree())
        middle.addWidget(tabs)
        middle.setStretchFactor(1, 1)
        middle.setSizes([240, 1000])
        self.setCentralWidget(middle)
        self._status()

    def _menus(self) -> None:
        menu = self.menuBar().addMenu("&View")
        for choice in ThemeChoice:
            action = QAction(choice.value.capitalize(), menu)
            action.triggered.connect(lambda _=False, c=choice: self._theme.choose(c))
            menu.addAction(action)
        self.menuBar().addMenu("&Transfer").addAction("Upload files")
        context = QMenu(self)
        for name, text in (
            ("eye", "Preview"),
            ("download", "Download"),
            ("copy", "Copy"),
            ("", ""),
            ("rename", "Rename"),
            ("delete", "Delete"),
        ):
            if text:
                context.addAction(icons.icon(name), text)
            else:
                context.addSeparator()
        context.actions()[4].setEnabled(False)
        check = context.addAction("Read-only")
        check.setCheckable(True)
        check.setChecked(True)
        self.context = context

    def _tool_bar(self) -> QToolBar:
        bar = QToolBar("Browse")
        bar.setMovable(False)
        for name, text in (("back", "Back"), ("forward", "Forward"), ("up", "Up")):
            bar.addWidget(tool_button(name, text))
        path = line_field("Path", "research-store / models / checkpoints")
        bar.addWidget(path)
        bar.addWidget(tool_button("refresh", "Refresh"))
        bar.addSeparator()
        upload = tool_button("upload", "Upload", with_text=True)
        upload.setPopupMode(QToolButton.ToolButtonPopupMode.MenuButtonPopup)
        bar.addWidget(upload)
        bar.addWidget(tool_button("download", "Download", with_text=True))
        bar.addWidget(tool_button("new-folder", "New folder"))
        off = tool_button("delete", "Delete")
        off.setEnabled(False)
        bar.addWidget(off)
        checked = tool_button("panel-right", "Inspector")
        checked.setCheckable(True)
        checked.setChecked(True)
        bar.addWidget(checked)
        return bar

    def _parts(self) -> QWidget:
        label = ElidedLabel(
            "https://research.blob.core.windows.net/models/checkpoints/run-17/step-0042000/"
            "optimizer/model-00001-of-00004.safetensors"
        )
        label.setMaximumWidth(520)
        busy = QWidget()
        row = QHBoxLayout(busy)
        row.setContentsMargins(0, 0, 0, 0)
        spinner = BusyIndicator("Listing")
        spinner.start()
        bar = QProgressBar()
        bar.setValue(62)
        bar.setMaximumWidth(240)
        row.addWidget(spinner)
        row.addWidget(plain_label("Listing 'datasets', 12,000 so far", muted=True))
        row.addStretch()
        row.addWidget(bar)
        text = QPlainTextEdit("step  loss\n100   2.31\n200   1.87")
        text.setFixedHeight(72)
        narrow = filter_field("Filter", placeholder="Filter this listing")
        return page(*notices(), chips(), buttons(), label, busy, fields(), narrow, text)

    def _empty(self) -> QWidget:
        empty = EmptyState(
            "link",
            "Connect to your storage",
            "Paste a connection string, a SAS URL or the address of a blob. "
            "Keys stay in the system's keyring.",
        )
        field = line_field(
            "Connection string, SAS URL or blob URL",
            placeholder="Paste a connection string, SAS URL or blob URL",
        )
        empty.add_widget(field)
        empty.add_action("Connect", Rank.PRIMARY)
        empty.add_action("Explore local storage", icon_name="local-storage")
        return empty

    def _status(self) -> None:
        self.statusBar().addWidget(QLabel("11 items, 1 selected (1.84 MB)"))
        self.statusBar().addPermanentWidget(QLabel("↑ 184 MB/s"))


def settle() -> None:
    """Let the window be laid out and painted."""
    loop = QEventLoop()
    QTimer.singleShot(250, loop.quit)
    loop.exec()


def save(window: Gallery, theme: Theme, folder: Path) -> None:
    """One picture for each tab and theme, and one of the context menu."""
    folder.mkdir(parents=True, exist_ok=True)
    scale = round(window.devicePixelRatioF() * 100)
    for choice in (ThemeChoice.LIGHT, ThemeChoice.DARK):
        theme.choose(choice)
        for at in range(window.tabs.count()):
            window.tabs.setCurrentIndex(at)
            if at == 0:
                window.listing.setFocus()
            settle()
            name = window.tabs.tabText(at).lower()
            window.grab().save(str(folder / f"{choice.value}-{scale}-{name}.png"))
        window.context.popup(window.mapToGlobal(window.rect().center()))
        settle()
        window.context.grab().save(str(folder / f"{choice.value}-{scale}-menu.png"))
        window.context.close()
    for is_dark in (False, True):
        strict = colours.choose(is_dark=is_dark, is_high_contrast=True)
        theme.show(strict)
        for at in (0, 1):
            window.tabs.setCurrentIndex(at)
            settle()
            name = f"contrast-{'dark' if is_dark else 'light'}-{scale}-{at}.png"
            window.grab().save(str(folder / name))


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--to", type=Path, help="save pictures to this folder and end")
    arguments = parser.parse_args()
    app = QApplication(sys.argv[:1])
    theme = Theme(app)
    window = Gallery(theme)
    window.show()
    if arguments.to is None:
        return app.exec()
    settle()
    save(window, theme, arguments.to)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
