"""How a share of Azure Files is mounted: filled in, shown, copied. It mounts nothing.

No key is in what is shown: it goes into a file of its own. GUI thread only.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QCheckBox,
    QFormLayout,
    QTabWidget,
    QWidget,
)

from explorer.base.errors import InputError
from explorer.base.shown import shown
from explorer.base.tasks import TaskScope
from explorer.gui import ask
from explorer.gui.colours import Tone
from explorer.gui.mount.credentials import CredentialsSheet, Keys
from explorer.gui.parts.busy import BusyIndicator
from explorer.gui.parts.buttons import Rank, push_button
from explorer.gui.parts.copy_text import CopyText
from explorer.gui.parts.fields import line_field, mark_invalid
from explorer.gui.parts.texts import explain, plain_label
from explorer.gui.work_sheet import WorkSheet
from explorer.workflows import mount
from explorer.workflows.mount import Share
from explorer.workflows.mount_here import Reached

PARTS = (
    ("credentials", "&Credentials file", "Once: the file with the key, for root alone"),
    ("mount", "Mount &now", "In a terminal"),
    ("fstab", "At each s&tart", "A line of /etc/fstab"),
    ("volume", "&Backend.AI", "An entry of its etcd configuration"),
)
"""The name, tab and headline of each part, in their order."""


def texts_of(
    share: Share, mount_point: str, volume: str, *, at_startup: bool, file: str = ""
) -> dict[str, str]:
    """What each part says; `file` are the credentials, where they were written already. Raises
    InputError for a mount point that cannot be. Pure."""
    made = mount.written_commands(file) if file else mount.credentials_commands(share)
    return {
        "credentials": "\n".join(made),
        "mount": "\n".join(mount.mount_commands(share, mount_point, file)),
        "fstab": mount.fstab_line(share, mount_point, file),
        "volume": mount.volume_entry(share, volume, at_startup=at_startup, file=file),
    }


class MountSheet(WorkSheet):
    """For the shares at `host`. `reach` tries its port, for the button that asks for it."""

    def __init__(
        self,
        host: str,
        keys: Keys,
        reach: Callable[[str], Awaitable[Reached]],
        scope: TaskScope,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__("Mount Azure Files", scope, parent, icon_name="link", width=720)
        self._host = host
        self._keys = keys
        self._reach = reach
        self._share: Share | None = None
        self.file = ""
        """The credentials file, once it was written."""
        self.share = line_field("Share", placeholder="share, or share/folder")
        self.mount_point = line_field("Mount point", placeholder="/mnt/share")
        self.volume = line_field("Volume of Backend.AI")
        self.at_startup = QCheckBox("Mount the volume when an &agent starts")
        explain(self.at_startup, "Otherwise it is mounted when a session asks for it.")
        self.problem = plain_label(muted=True, wrap=True)
        self.problem.setMinimumHeight(self.problem.fontMetrics().lineSpacing())
        self.parts = {name: CopyText(title) for name, _, title in PARTS}
        self.tabs = QTabWidget()
        for name, tab, _ in PARTS:
            self.parts[name].setContentsMargins(12, 10, 12, 12)
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
        self.body.addWidget(self.notice)  # below what it is about
        self.write_button = push_button("&Write the file…", icon_name="key")
        self.write_button.clicked.connect(
            lambda: self._scope.spawn(self._write(), name="write credentials")
        )
        self.parts["credentials"].top.addWidget(self.write_button)
        self.check_button = self.add_button(f"Check port &{mount.SMB_PORT}", at_left=True)
        explain(self.check_button, f"Opens a connection to {host} and closes it; sends nothing.")
        self.check_button.clicked.connect(lambda: self.begin(self._check(), "check a port"))
        self.busy = BusyIndicator("Trying the port")
        self._left.addSpacing(10)
        self._left.addWidget(self.busy)
        close = self.add_button("Close", rank=Rank.PRIMARY)
        close.clicked.connect(self.accept)
        self._update()
        self.share.setFocus()

    async def _check(self) -> None:
        self.notice.hide()
        found = await self._reach(self._host)
        self.notice.tell(shown(found.text), Tone.OK if found.is_reached else Tone.WARN)
        self.fit()

    async def _write(self) -> None:
        if self._share is None:
            return
        sheet = CredentialsSheet(self._share, self._keys, self._scope, self)
        path = await ask.finished(sheet, lambda it: it.path)
        if path is not None:
            self.file = str(path)
            self._update()
            self.notice.tell(
                f"Wrote {shown(self.file)}, for you alone. The lines for mounting name it now.",
                Tone.OK,
            )
            self.fit()

    def show_state(self) -> None:
        self.check_button.setEnabled(not self.is_busy)
        if self.is_busy:
            self.busy.start()
        else:
            self.busy.stop()

    def _update(self) -> None:
        """What is shown follows what is typed; the mount point and the volume have a default."""
        typed = self.share.text().strip().strip("/")
        texts: dict[str, str] = {}
        problem, wrong = "", None
        self._share = None
        if typed:
            wrong = self.share
            try:
                share = self._share = mount.parse_share(f"//{self._host}/{typed}")
                point = f"/mnt/{share.name}"
                self.mount_point.setPlaceholderText(point)
                self.volume.setPlaceholderText(f"{share.account}-{share.name}")
                wrong = self.mount_point
                texts = texts_of(
                    share,
                    self.mount_point.text().strip() or point,
                    self.volume.text().strip(),
                    at_startup=self.at_startup.isChecked(),
                    file=self.file,
                )
                wrong = None
            except InputError as error:
                problem = str(error)
        self.write_button.setEnabled(self._share is not None)
        for field in (self.share, self.mount_point):
            mark_invalid(field, field is wrong)
        self.problem.setText(problem or ("" if typed else "Type the name of the share."))
        for name, part in self.parts.items():
            part.show_text(texts.get(name, ""))
