"""Labels that never take text for markup, and tool tips that are safe to show names in."""

from __future__ import annotations

from html import escape

from PySide6.QtCore import QEvent, QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QLabel, QSizePolicy, QWidget


def plain_label(text: str = "", *, muted: bool = False, wrap: bool = False) -> QLabel:
    """A label that shows `text` as it is, whatever a server or a file name put in it."""
    label = QLabel()
    label.setTextFormat(Qt.TextFormat.PlainText)
    label.setText(text)
    label.setWordWrap(wrap)
    label.setProperty("muted", muted)
    return label


def tooltip(text: str) -> str:
    """`text` for a tool tip or a model's ToolTipRole: escaped, lines kept, long ones wrapped.

    Qt guesses whether a tool tip is rich text; a name such as `<img src=...>`
    must not be taken for it.
    """
    if not text:
        return ""
    return f'<p style="white-space: pre-wrap; margin: 0">{escape(text)}</p>'


def explain(widget: QWidget, text: str) -> None:
    """Give `widget` the tool tip `text`, and the same to a screen reader, without markup."""
    widget.setToolTip(tooltip(text))
    widget.setAccessibleDescription(text)


class ElidedLabel(QWidget):
    """One line of text that gives way: an ellipsis in the middle, the whole in the tool tip.

    Ends of paths and of file names tell most, so the middle goes by default.
    """

    def __init__(
        self,
        text: str = "",
        parent: QWidget | None = None,
        *,
        mode: Qt.TextElideMode = Qt.TextElideMode.ElideMiddle,
    ) -> None:
        super().__init__(parent)
        self._text = ""
        self._mode = mode
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.set_text(text)

    def text(self) -> str:
        return self._text

    def set_text(self, text: str) -> None:
        """Show `text`; line breaks become spaces."""
        self._text = text
        self.setAccessibleName(text)
        self.updateGeometry()
        self._tell_whole_when_cut()
        self.update()

    def shown_text(self) -> str:
        """What fits, as painted."""
        line = " ".join(self._text.splitlines())
        return self.fontMetrics().elidedText(line, self._mode, self.contentsRect().width())

    def _tell_whole_when_cut(self) -> None:
        is_cut = self.shown_text() != self._text
        self.setToolTip(tooltip(self._text) if is_cut else "")

    def sizeHint(self) -> QSize:
        metrics = self.fontMetrics()
        line = " ".join(self._text.splitlines())
        return QSize(metrics.horizontalAdvance(line) + 1, metrics.height() + 4)

    def minimumSizeHint(self) -> QSize:
        metrics = self.fontMetrics()
        return QSize(metrics.averageCharWidth() * 6, metrics.height() + 4)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._tell_whole_when_cut()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.FontChange:
            self.updateGeometry()
            self._tell_whole_when_cut()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        flags = Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft
        self.style().drawItemText(
            painter,
            self.contentsRect(),
            flags | Qt.TextFlag.TextSingleLine,
            self.palette(),
            self.isEnabled(),
            self.shown_text(),
            self.foregroundRole(),
        )
        painter.end()
