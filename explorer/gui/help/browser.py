"""One page of the help: Markdown of our own, nothing loaded from anywhere. GUI thread only."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import QEvent, QUrl, Signal
from PySide6.QtGui import (
    QColor,
    QDesktopServices,
    QFont,
    QFontDatabase,
    QPalette,
    QTextBlock,
    QTextBlockFormat,
    QTextCharFormat,
    QTextCursor,
    QTextDocument,
    QTextFormat,
    QTextTable,
)
from PySide6.QtWidgets import QFrame, QTextBrowser, QTextEdit, QWidget

from explorer.base.help_pages import Page
from explorer.gui import colours

_FEATURES = (
    QTextDocument.MarkdownFeature.MarkdownDialectGitHub
    | QTextDocument.MarkdownFeature.MarkdownNoHTML
)
_MARGIN = 18.0
_INDENT = 12.0


def _is_code(block: QTextBlock) -> bool:
    return block.isValid() and block.blockFormat().hasProperty(
        QTextFormat.Property.BlockCodeLanguage
    )


def _table_of(cursor: QTextCursor) -> QTextTable | None:
    """None outside of a table, of which PySide's types know nothing."""
    return cursor.currentTable()


def _dress_table(table: QTextTable, now: colours.Colours) -> None:
    form = table.format()
    form.setBorderBrush(QColor(now.outline))
    form.setCellPadding(6)
    form.setBottomMargin(_INDENT)
    table.setFormat(form)


class HelpBrowser(QTextBrowser):
    """Shows pages and marks words in them."""

    topic_chosen = Signal(str)
    """A link to another page was followed."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName("Help")
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setProperty("bare", True)
        self.setOpenLinks(False)
        self.setOpenExternalLinks(False)
        self.anchorClicked.connect(self._follow)
        self._page: Page | None = None
        self._words: tuple[str, ...] = ()

    def loadResource(self, _kind: int, _name: QUrl | str) -> Any:
        """Nothing: pages are text alone."""
        return None

    def show_page(self, page: Page, words: str = "") -> None:
        """The page from its top, or from the first of `words` in it."""
        self._page = page
        self._lay_out()
        self.mark(words)

    def mark(self, words: str) -> None:
        """Mark every place of each word and go to the first."""
        self._words = tuple(words.split())
        places = [place for word in self._words for place in self._places(word)]
        found = QTextCharFormat()
        found.setBackground(QPalette().color(QPalette.ColorRole.Highlight))
        found.setForeground(QPalette().color(QPalette.ColorRole.HighlightedText))
        marks = []
        for place in places:
            mark = QTextEdit.ExtraSelection()
            mark.cursor = place
            mark.format = found
            marks.append(mark)
        self.setExtraSelections(marks)
        if places:
            self._go_to(min(places, key=lambda place: place.selectionStart()).selectionStart())
        else:
            self._go_to(0)

    def next_place(self, *, back: bool = False) -> None:
        """To the next marked place, from the last to the first."""
        starts = sorted({mark.cursor.selectionStart() for mark in self.extraSelections()})
        if not starts:
            return
        here = self.textCursor().position()
        if back:
            before = [start for start in starts if start < here]
            self._go_to(before[-1] if before else starts[-1])
        else:
            after = [start for start in starts if start > here]
            self._go_to(after[0] if after else starts[0])

    def _places(self, word: str) -> list[QTextCursor]:
        places: list[QTextCursor] = []
        cursor = self.document().find(word)
        while not cursor.isNull():
            places.append(cursor)
            cursor = self.document().find(word, cursor)
        return places

    def _go_to(self, position: int) -> None:
        cursor = QTextCursor(self.document())
        cursor.setPosition(position)
        self.setTextCursor(cursor)
        self.ensureCursorVisible()

    def _follow(self, url: QUrl) -> None:
        """Another page is shown here; a page of the web by the browser, when it is clicked."""
        target = url.path()
        if url.scheme() == "https":
            QDesktopServices.openUrl(url)
        if not url.scheme() and target.endswith(".md"):
            self.topic_chosen.emit(target.removesuffix(".md"))

    # -- the look ---------------------------------------------------------------

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        kinds = (QEvent.Type.PaletteChange, QEvent.Type.FontChange, QEvent.Type.StyleChange)
        if event.type() in kinds and getattr(self, "_page", None) is not None:
            at = self.verticalScrollBar().value()
            self._lay_out()
            self.mark(" ".join(self._words))
            self.verticalScrollBar().setValue(at)

    def _lay_out(self) -> None:
        if self._page is None:
            return
        document = self.document()
        document.setDocumentMargin(_MARGIN)
        document.setDefaultFont(self.font())
        document.setMarkdown(self._page.text, _FEATURES)
        self._dress(document)

    def _dress(self, document: QTextDocument) -> None:
        """What Markdown leaves to us: room between parts, code on a ground of its own."""
        now = colours.current()
        fixed = QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont)
        fixed.setPointSizeF(self.font().pointSizeF())
        ground = colours.translucent(now.text, 0.07)
        cursor = QTextCursor(document)
        block = document.begin()
        while block.isValid():
            cursor.setPosition(block.position())
            form = block.blockFormat()
            is_code = _is_code(block)
            table = _table_of(cursor)
            if is_code:
                form.setBackground(ground)
                form.setNonBreakableLines(False)
                form.setLeftMargin(_INDENT)
                form.setRightMargin(_INDENT)
                form.setBottomMargin(0 if _is_code(block.next()) else _INDENT)
                form.setTopMargin(0)
            elif form.headingLevel():
                form.setTopMargin(0 if form.headingLevel() == 1 else 20)
                form.setBottomMargin(6)
            elif block.textList() is not None:
                form.setBottomMargin(4)
            elif table is not None:
                _dress_table(table, now)
            else:
                form.setBottomMargin(9)
                form.setLineHeight(118, QTextBlockFormat.LineHeightTypes.ProportionalHeight.value)
            cursor.setBlockFormat(form)
            self._dress_text(cursor, block.begin(), now, fixed, is_code=is_code)
            block = block.next()

    def _dress_text(
        self, cursor: QTextCursor, pieces: Any, now: colours.Colours, fixed: QFont, *, is_code: bool
    ) -> None:
        spans = []
        while not pieces.atEnd():
            piece = pieces.fragment()
            form = piece.charFormat()
            change = QTextCharFormat()
            if form.fontFixedPitch() or is_code:
                change.setFontFamilies(fixed.families() or [fixed.family()])
                if not is_code:
                    change.setBackground(colours.translucent(now.text, 0.07))
            if form.isAnchor():
                change.setForeground(QColor(now.link))
            spans.append((piece.position(), piece.length(), change))
            pieces += 1
        for start, length, change in spans:
            cursor.setPosition(start)
            cursor.setPosition(start + length, QTextCursor.MoveMode.KeepAnchor)
            cursor.mergeCharFormat(change)
