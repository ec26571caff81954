"""How a share of Azure Files is mounted: filled in, shown, copied. It mounts nothing.

No key is asked for and none is in what is shown; it goes into a file that only root reads.
GUI thread only.
"""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QFontDatabase, QGuiApplication, QTextOption
from PySide6.QtWidgets import (
    QCheckBox,
    QFormLayout,
    QHBoxLayout,
    QPlainTextEdit,
    QPushButton,
    QTabWidget,
    QVBoxLayout,
    QWidget,
)

from explorer.base.errors import InputError
from explorer.gui.parts.buttons import Rank, push_button
from explorer.gui.parts.fields import line_field, mark_invalid
from explorer.gui.parts.texts import explain, plain_label
from explorer.gui.sheet import Sheet
from explorer.workflows import mount
from explorer.workflows.mount import Share

PARTS = (
    ("credentials", "&Credentials file", "Once: the file with the key, for root alone"),
    ("mount", "Mount &now", "In a terminal"),
    ("fstab", "At each s&tart", "A line of /etc/fstab"),
    ("volume", "&Backend.AI", "An entry of its etcd configuration"),
)
"""The name, tab and headline of each part, in their order."""
LINES = 8


def texts_of(share: Share, mount_point: str, volume: str, *, at_startup: bool) -> dict[str, str]:
    """What each part says. Raises InputError for a mount point that cannot be. Pure."""
    return {
        "credentials": "\n".join(mount.credentials_commands(share)),
        "mount": "\n".join(mount.mount_commands(share, mount_point)),
        "fstab": mount.fstab_line(share, mount_point),
        "volume": mount.volume_entry(share, volume, at_startup=at_startup),
    }


class _Part(QWidget):
    """A headline, the text, and a button that copies it as it is, however it is wrapped here."""

    def __init__(self, title: str) -> None:
        super().__init__()
        self.text = QPlainTextEdit()
        self.text.setReadOnly(True)
        self.text.setAccessibleName(title)
        self.text.setTabChangesFocus(True)
        self.text.setWordWrapMode(QTextOption.WrapMode.WrapAtWordBoundaryOrAnywhere)
        self.text.setFont(QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont))
        self.text.setMinimumHeight(self.text.fontMetrics().lineSpacing() * LINES + 18)
        self.copy_button: QPushButton = push_button("Copy", icon_name="copy")
        self.copy_button.setAccessibleName(f"Copy: {title}")
        self.copy_button.clicked.connect(self._copy)
        top = QHBoxLayout()
        top.addWidget(plain_label(title), 1)
        top.addWidget(self.copy_button)
        column = QVBoxLayout(self)
        column.setContentsMargins(12, 10, 12, 12)
        column.setSpacing(4)
        column.addLayout(top)
        column.addWidget(self.text)

    def show_text(self, text: str) -> None:
        """Show it; an empty one cannot be copied."""
        self.text.setPlainText(text)
        self.copy_button.setEnabled(bool(text))
        self.copy_button.setText("Copy")

    def _copy(self) -> None:
        QGuiApplication.clipboard().setText(self.text.toPlainText())
        self.copy_button.setText("Copied")


class MountSheet(Sheet):
    """For the shares at `host`."""

    def __init__(self, host: str, parent: QWidget | None = None) -> None:
        super().__init__("Mount Azure Files", parent, icon_name="link", width=720)
        self._host = host
        self.share = line_field("Share", placeholder="share, or share/folder")
        self.mount_point = line_field("Mount point", placeholder="/mnt/share")
        self.volume = line_field("Volume of Backend.AI")
        self.at_startup = QCheckBox("Mount the volume when an &agent starts")
        explain(self.at_startup, "Otherwise it is mounted when a session asks for it.")
        self.problem = plain_label(muted=True, wrap=True)
        self.problem.setMinimumHeight(self.problem.fontMetrics().lineSpacing())
        self.parts = {name: _Part(title) for name, _, title in PARTS}
        self.tabs = QTabWidget()
        for name, tab, _ in PARTS:
            self.tabs.addTab(self.parts[name], tab)
        form = QFormLayout()
        form.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.AllNonFixedFieldsGrow)
        form.setLabelAlignment(Qt.AlignmentFlag.AlignLeft)
        for words, field in (
            (f"&Share at {host}", self.share),
            ("Mount &point", self.mount_point),
            ("Name of the &volume", self.volume),
        ):
            caption = plain_label(words)
            caption.setBuddy(field)
            form.addRow(caption, field)
            field.textChanged.connect(self._update)
        form.addRow("", self.at_startup)
        self.at_startup.toggled.connect(self._update)
        self.body.addLayout(form)
        self.body.addWidget(self.problem)
        self.body.addWidget(self.tabs)
        self.body.addWidget(
            plain_label("\n".join(("It needs:", *mount.NEEDS)), muted=True, wrap=True)
        )
        close = self.add_button("Close", rank=Rank.PRIMARY)
        close.clicked.connect(self.accept)
        self._update()
        self.share.setFocus()

    def _update(self) -> None:
        """What is shown follows what is typed; the mount point and the volume have a default."""
        typed = self.share.text().strip().strip("/")
        texts: dict[str, str] = {}
        problem, wrong = "", None
        if typed:
            wrong = self.share
            try:
                share = mount.parse_share(f"//{self._host}/{typed}")
                point = f"/mnt/{share.name}"
                self.mount_point.setPlaceholderText(point)
                self.volume.setPlaceholderText(f"{share.account}-{share.name}")
                wrong = self.mount_point
                texts = texts_of(
                    share,
                    self.mount_point.text().strip() or point,
                    self.volume.text().strip(),
                    at_startup=self.at_startup.isChecked(),
                )
                wrong = None
            except InputError as error:
                problem = str(error)
        for field in (self.share, self.mount_point):
            mark_invalid(field, field is wrong)
        self.problem.setText(problem or ("" if typed else "Type the name of the share."))
        for name, part in self.parts.items():
            part.show_text(texts.get(name, ""))
