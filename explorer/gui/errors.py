"""Errors as people read them: what was tried, what the service said, what to do next.

Plain text, never a stack trace, never a secret: unknown errors show their kind only.
"""

from __future__ import annotations

from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QPlainTextEdit, QWidget

from explorer.base.errors import NotAuthorizedError, QuaysideError, Retry, StorageError
from explorer.base.records import dataclass
from explorer.gui.colours import Tone
from explorer.gui.parts.buttons import Rank
from explorer.gui.parts.notice import NoticeBar
from explorer.gui.parts.texts import plain_label
from explorer.gui.sheet import Sheet
from explorer.transfer.model import Failure

_NO_CONTAINER = "The account lists which there are; Create container in the menu Edit makes one."
_CURES = {"ContainerNotFound": _NO_CONTAINER, "FilesystemNotFound": _NO_CONTAINER}
"""What to do next, where the window has an action for it, by the service's code."""


@dataclass(frozen=True, slots=True)
class ErrorText:
    """An error in words. `code` and `request_id` are the service's, empty where unknown."""

    title: str
    message: str
    cure: str = ""
    code: str = ""
    request_id: str = ""
    needs_credential: bool = False
    """A new SAS or key would help."""

    @property
    def line(self) -> str:
        """What fits into a bar."""
        code = f"({self.code})" if self.code and self.code not in self.message else ""
        return " ".join(part for part in (self.message, code, self.cure) if part)

    @property
    def details(self) -> str:
        """Everything, to be copied into a mail."""
        parts = [self.title, self.message, self.cure]
        if self.code:
            parts.append(f"Code: {self.code}")
        if self.request_id:
            parts.append(f"Request id: {self.request_id}")
        return "\n".join(part for part in parts if part)


def describe(error: BaseException | Failure) -> ErrorText:
    """The words for any error."""
    if isinstance(error, Failure):
        cure = _CURES.get(error.code, error.cure)
        return ErrorText(error.title, error.message, cure, error.code, error.request_id)
    if isinstance(error, StorageError):
        code = error.code or (str(error.status) if error.status else "")
        return ErrorText(
            error.title,
            error.message,
            _CURES.get(code, error.cure),
            code,
            error.request_id,
            needs_credential=isinstance(error, NotAuthorizedError)
            or error.retry is Retry.NEEDS_CREDENTIALS,
        )
    if isinstance(error, QuaysideError):
        return ErrorText(error.title, error.message, error.cure)
    return ErrorText(
        "Something went wrong",
        f"Quayside met an error it did not expect ({type(error).__name__}).",
        "Try again; if it happens again, the log file has the details.",
    )


def tell(bar: NoticeBar, error: BaseException | Failure, *, action: str = "") -> ErrorText:
    """Put the error into a bar; returns its words, for a dialog with all of them."""
    words = describe(error)
    bar.tell(f"{words.title}. {words.line}", Tone.BAD, action=action)
    return words


class ErrorSheet(Sheet):
    """All there is to say about one error, with a button that copies it."""

    def __init__(self, words: ErrorText, parent: QWidget | None = None) -> None:
        super().__init__(words.title, parent, icon_name="error", tone=Tone.BAD)
        self.words = words
        self.body.addWidget(plain_label(words.message, wrap=True))
        if words.cure:
            self.body.addWidget(plain_label(words.cure, wrap=True))
        if words.code or words.request_id:
            self.body.addWidget(self._facts())
        copy = self.add_button("&Copy details", rank=Rank.FLAT, icon_name="copy", at_left=True)
        copy.clicked.connect(self._copy)
        close = self.add_button("Close", rank=Rank.PRIMARY)
        close.clicked.connect(self.accept)
        close.setFocus()

    def _facts(self) -> QPlainTextEdit:
        lines = []
        if self.words.code:
            lines.append(f"Code: {self.words.code}")
        if self.words.request_id:
            lines.append(f"Request id: {self.words.request_id}")
        view = QPlainTextEdit("\n".join(lines))
        view.setReadOnly(True)
        view.setTabChangesFocus(True)
        view.setAccessibleName("What the service answered")
        view.setFixedHeight(view.fontMetrics().lineSpacing() * len(lines) + 24)
        return view

    def _copy(self) -> None:
        QGuiApplication.clipboard().setText(self.words.details)


def show(parent: QWidget, error: BaseException | Failure) -> ErrorSheet:
    """Open a sheet with the error above `parent`, without waiting for it."""
    sheet = ErrorSheet(describe(error), parent)
    sheet.finished.connect(sheet.deleteLater)
    sheet.open()
    return sheet
