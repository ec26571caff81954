"""The small widgets: names for screen readers, keys, plain text, and what they show."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Protocol

import pytest
from PySide6.QtCore import QRect, Qt
from PySide6.QtGui import (
    QColor,
    QGuiApplication,
    QImage,
    QPainter,
    QPaintEvent,
    QStandardItem,
    QStandardItemModel,
)
from PySide6.QtTest import QTest
from PySide6.QtWidgets import (
    QAbstractButton,
    QApplication,
    QFormLayout,
    QLabel,
    QLineEdit,
    QStyleOptionViewItem,
    QTableView,
    QTreeView,
    QVBoxLayout,
    QWidget,
)
from pytestqt.qtbot import QtBot

from explorer.base.settings import ThemeChoice
from explorer.gui import colours
from explorer.gui.account.metadata_field import MetadataField
from explorer.gui.colours import Tone
from explorer.gui.parts.busy import BusyIndicator
from explorer.gui.parts.buttons import Rank, push_button, tool_button
from explorer.gui.parts.chip import Chip
from explorer.gui.parts.empty import EmptyState
from explorer.gui.parts.fields import filter_field, line_field, number_field
from explorer.gui.parts.notice import NoticeBar
from explorer.gui.parts.progress import (
    Progress,
    ProgressDelegate,
    ProgressState,
    bar_colour,
    paint_progress,
    percent_text,
)
from explorer.gui.parts.secret import SecretField
from explorer.gui.parts.secret_clip import secret_clip
from explorer.gui.parts.secret_line import SecretLine
from explorer.gui.parts.texts import ElidedLabel, explain, plain_label, tooltip
from explorer.gui.parts.views import dress_table, dress_tree
from explorer.gui.theme import Theme

MARKUP = '<img src="http://example.org/x.png"> & <b>bold</b>'


@pytest.fixture
def theme(qapp: QApplication) -> Iterator[Theme]:
    made = Theme(qapp, ThemeChoice.LIGHT)
    yield made
    made.show(colours.LIGHT)
    qapp.setStyleSheet("")
    made.deleteLater()


class Show(Protocol):
    """Puts widgets into a window on the screen, and returns it."""

    def __call__(self, *widgets: QWidget) -> QWidget: ...


@pytest.fixture
def shown(qtbot: QtBot) -> Iterator[Show]:
    windows: list[QWidget] = []

    def show(*widgets: QWidget) -> QWidget:
        window = QWidget()
        column = QVBoxLayout(window)
        for widget in widgets:
            column.addWidget(widget)
        qtbot.addWidget(window)
        windows.append(window)
        window.show()
        qtbot.waitExposed(window)
        return window

    yield show
    windows.clear()


def test_every_part_has_a_name_for_a_screen_reader(qtbot: QtBot, theme: Theme, shown: Show) -> None:
    notice = NoticeBar()
    notice.tell("It did not work.", Tone.BAD, action="Try again")
    parts: list[QWidget] = [
        notice,
        EmptyState("folder", "Nothing here"),
        Chip("read", Tone.OK),
        BusyIndicator("Listing"),
        ElidedLabel("a/b/c"),
        SecretField("Account key"),
        tool_button("refresh", "Refresh"),
        line_field("Name"),
        filter_field("Filter"),
        number_field("At once", 1, 8),
    ]
    window = shown(*parts)
    assert [part for part in parts if not part.accessibleName()] == []
    inside = [*window.findChildren(QAbstractButton), *window.findChildren(QLineEdit)]
    nameless = [
        widget
        for widget in inside
        if widget.isVisible()
        and widget.objectName() not in ("qt_spinbox_lineedit",)
        and not widget.accessibleName()
        and not (isinstance(widget, QAbstractButton) and widget.text())
    ]
    assert nameless == []


def test_every_button_is_reached_by_tab(qtbot: QtBot, theme: Theme, shown: Show) -> None:
    notice = NoticeBar()
    notice.tell("It did not work.", Tone.BAD, action="Try again")
    secret = SecretField("Account key")
    window = shown(notice, secret, tool_button("refresh", "Refresh"), push_button("Go"))
    window.activateWindow()
    secret.line.setFocus()
    qtbot.waitUntil(lambda: QApplication.focusWidget() is secret.line)
    reached = set()
    for _ in range(12):
        QTest.keyClick(QApplication.focusWidget() or window, Qt.Key.Key_Tab)
        reached.add(QApplication.focusWidget())
    buttons = {button for button in window.findChildren(QAbstractButton) if button.isVisible()}
    assert buttons <= reached


# ---- texts ----


def test_a_label_shows_markup_as_it_is(qtbot: QtBot) -> None:
    label = plain_label(MARKUP)
    qtbot.addWidget(label)
    assert label.textFormat() == Qt.TextFormat.PlainText
    assert label.text() == MARKUP


def test_a_tool_tip_escapes_markup_and_keeps_lines() -> None:
    made = tooltip(MARKUP + "\nsecond")
    assert "<img" not in made
    assert "<b>" not in made
    assert "&lt;img" in made
    assert "\nsecond" in made
    assert tooltip("") == ""


def test_an_explained_widget_tells_a_screen_reader_without_markup(qtbot: QtBot) -> None:
    widget = QWidget()
    qtbot.addWidget(widget)
    explain(widget, "a < b")
    assert widget.accessibleDescription() == "a < b"
    assert "a &lt; b" in widget.toolTip()


def test_a_long_line_loses_its_middle_and_shows_it_in_the_tool_tip(qtbot: QtBot) -> None:
    label = ElidedLabel("start/" + "middle/" * 40 + "<end>")
    qtbot.addWidget(label)
    label.resize(160, 24)
    label.show()
    assert label.shown_text().startswith("start")
    assert label.shown_text().endswith("<end>")
    assert "&lt;end&gt;" in label.toolTip()
    label.resize(4000, 24)
    assert label.shown_text() == label.text()
    assert label.toolTip() == ""


# ---- notice ----


def test_a_notice_is_hidden_until_it_has_something_to_say(qtbot: QtBot, shown: Show) -> None:
    notice = NoticeBar()
    shown(notice)
    assert not notice.isVisible()
    notice.tell(MARKUP, Tone.WARN)
    assert notice.isVisible()
    assert notice.text() == MARKUP
    assert notice.accessibleName() == f"Warning: {MARKUP}"
    formats = {label.textFormat() for label in notice.findChildren(QLabel)}
    assert formats == {Qt.TextFormat.PlainText}


def test_escape_closes_a_notice_that_may_be_closed(qtbot: QtBot, shown: Show) -> None:
    notice = NoticeBar()
    shown(notice)
    notice.tell("stays", closable=False)
    QTest.keyClick(notice, Qt.Key.Key_Escape)
    assert notice.isVisible()
    notice.tell("goes")
    with qtbot.waitSignal(notice.closed):
        QTest.keyClick(notice, Qt.Key.Key_Escape)
    assert not notice.isVisible()


def test_a_notice_asks_for_its_action(qtbot: QtBot, shown: Show) -> None:
    notice = NoticeBar()
    shown(notice)
    notice.tell("no action")
    assert not notice.action_button.isVisible()
    notice.tell("one", action="Try again")
    with qtbot.waitSignal(notice.action_requested):
        notice.action_button.click()


def test_the_tone_of_a_notice_is_seen(qtbot: QtBot, theme: Theme, shown: Show) -> None:
    notice = NoticeBar()
    window = shown(notice)
    window.resize(400, 80)
    for tone in (Tone.BAD, Tone.OK):
        notice.tell("text", tone)
        picture = notice.grab().toImage()
        assert QColor(picture.pixel(200, 4)).name() == colours.LIGHT.soft(tone)


# ---- empty, chip, busy ----


def test_an_empty_state_leads_on(qtbot: QtBot, shown: Show) -> None:
    empty = EmptyState("link", "Connect", "Paste an address.")
    action = empty.add_action("Connect", Rank.PRIMARY)
    field = line_field("Address")
    empty.add_widget(field)
    window = shown(empty)
    window.resize(600, 500)
    with qtbot.waitSignal(action.clicked):
        QTest.mouseClick(action, Qt.MouseButton.LeftButton)
    assert field.isVisible()
    assert (
        field.mapTo(window, field.rect().center()).y()
        < action.mapTo(window, action.rect().center()).y()
    )


def test_wrapped_text_of_an_empty_state_is_not_cut(qtbot: QtBot, theme: Theme, shown: Show) -> None:
    empty = EmptyState("link", "Connect", "words of some length " * 12)
    window = shown(empty)
    window.resize(600, 500)
    for label in empty.findChildren(QLabel):
        assert label.height() >= label.heightForWidth(label.width())


def test_a_chip_says_in_words_what_its_tone_says(qtbot: QtBot) -> None:
    chip = Chip("expires in 6 d", Tone.WARN, icon_name="clock")
    qtbot.addWidget(chip)
    wide = chip.sizeHint().width()
    chip.set_state("expired", Tone.BAD)
    assert chip.accessibleName() == "expired"
    assert chip.tone() is Tone.BAD
    assert chip.sizeHint().width() < wide


def test_a_chip_takes_the_colours_of_the_theme(qtbot: QtBot, theme: Theme, shown: Show) -> None:
    chip = Chip("read", Tone.OK)
    shown(chip)
    for choice, scheme in ((ThemeChoice.LIGHT, colours.LIGHT), (ThemeChoice.DARK, colours.DARK)):
        theme.choose(choice)
        picture = chip.grab().toImage()
        assert QColor(picture.pixel(picture.width() // 2, 2)).name() == scheme.ok_soft


def test_a_switch_of_theme_repaints_what_paints_itself(
    qtbot: QtBot, theme: Theme, shown: Show
) -> None:
    painted_in: list[bool] = []

    class Watched(Chip):
        def paintEvent(self, event: QPaintEvent) -> None:
            painted_in.append(colours.current().is_dark)
            super().paintEvent(event)

    shown(Watched("read", Tone.OK))
    qtbot.waitUntil(lambda: painted_in[-1:] == [False])
    theme.choose(ThemeChoice.DARK)
    qtbot.waitUntil(lambda: painted_in[-1:] == [True])


def test_a_busy_indicator_turns_only_while_it_is_seen(qtbot: QtBot, shown: Show) -> None:
    busy = BusyIndicator("Listing")
    window = shown(busy)
    turning = [busy.is_turning]
    for change in (busy.start, window.hide, window.show, busy.stop):
        change()
        turning.append(busy.is_turning)
    assert turning == [False, True, False, True, False]


# ---- progress ----


@pytest.mark.parametrize(
    ("fraction", "text"),
    [(None, ""), (0.0, "0 %"), (0.999, "99 %"), (1.0, "100 %"), (7.0, "100 %")],
)
def test_per_cent_is_rounded_down(fraction: float | None, text: str) -> None:
    assert percent_text(fraction) == text


def painted(progress: Progress) -> QImage:
    option = QStyleOptionViewItem()
    picture = QImage(200, 28, QImage.Format.Format_ARGB32)
    picture.fill(QColor(colours.current().base))
    painter = QPainter(picture)
    paint_progress(painter, QRect(0, 0, 200, 28), progress, option)
    painter.end()
    return picture


def test_a_bar_is_as_long_as_its_fraction(qapp: QApplication) -> None:
    accent = QColor(colours.current().accent).name()

    def length(fraction: float) -> int:
        picture = painted(Progress(ProgressState.RUNNING, fraction))
        return sum(QColor(picture.pixel(x, 14)).name() == accent for x in range(26, 200))

    assert length(0.0) == 0
    assert length(0.5) == pytest.approx(length(1.0) / 2, abs=2)
    assert length(1.0) > 60


def test_the_per_cent_stands_beside_the_bar(qapp: QApplication) -> None:
    def words(fraction: float | None) -> QImage:
        return painted(Progress(ProgressState.WAITING, fraction)).copy(160, 0, 40, 28)

    assert words(0.25) != words(0.75)
    assert words(None) != words(0.75)


def test_states_differ_by_more_than_colour(qapp: QApplication) -> None:
    signs = set()
    for state in ProgressState:
        icon_part = painted(Progress(state, 0.5)).copy(0, 0, 24, 28)
        shape = icon_part.convertToFormat(QImage.Format.Format_Mono)
        signs.add(bytes(shape.constBits()))
    assert len(signs) == len(ProgressState)
    finished = (ProgressState.DONE, ProgressState.FAILED, ProgressState.NEEDS_ATTENTION)
    assert len({bar_colour(state, colours.LIGHT) for state in finished}) == 3


def test_the_delegate_paints_progress_and_leaves_other_cells_alone(
    qtbot: QtBot, theme: Theme, shown: Show
) -> None:
    role = int(Qt.ItemDataRole.UserRole) + 1
    model = QStandardItemModel(2, 1)
    model.setData(model.index(0, 0), Progress(ProgressState.FAILED, 0.9), role)
    model.setItem(1, 0, QStandardItem("text"))
    view = QTableView()
    dress_table(view, "Transfers")
    view.setModel(model)
    view.setItemDelegate(ProgressDelegate(role, view))
    view.setColumnWidth(0, 200)
    shown(view)
    top = view.viewport().grab(view.visualRect(model.index(0, 0))).toImage()
    below = view.viewport().grab(view.visualRect(model.index(1, 0))).toImage()

    def reds(picture: QImage) -> int:
        return sum(
            QColor(picture.pixel(x, picture.height() // 2)).name() == colours.LIGHT.bad
            for x in range(picture.width())
        )

    assert reds(top) > 50
    assert reds(below) == 0


# ---- secret, fields, views ----


def test_a_secret_is_hidden_until_asked_for_and_hidden_again(qtbot: QtBot, shown: Show) -> None:
    field = SecretField("Account key")
    window = shown(field)
    field.set_text("s3cret")
    assert field.line.displayText() != "s3cret"
    QTest.keyClick(field.reveal_button, Qt.Key.Key_Space)
    assert field.line.displayText() == "s3cret"
    assert field.reveal_button.accessibleName() == "Hide the secret"
    window.hide()
    assert not field.is_revealed
    assert field.line.displayText() != "s3cret"


def test_a_cleared_secret_cannot_be_undone(qtbot: QtBot, shown: Show) -> None:
    field = SecretField("Account key")
    shown(field)
    QTest.keyClicks(field.line, "s3cret")
    field.clear()
    field.reveal_button.click()
    QTest.keyClick(field.line, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    assert field.text() == ""


def test_a_secret_tells_when_it_changes(qtbot: QtBot, shown: Show) -> None:
    field = SecretField("Account key")
    shown(field)
    with qtbot.waitSignal(field.text_changed) as told:
        QTest.keyClick(field.line, Qt.Key.Key_A)
    assert told.args == ["a"]


def test_enter_in_a_dialog_presses_no_ordinary_button(qtbot: QtBot) -> None:
    button = push_button("Delete", Rank.DANGER)
    qtbot.addWidget(button)
    assert not button.autoDefault()


def test_the_text_of_a_number_does_not_touch_its_edge(
    qtbot: QtBot, theme: Theme, shown: Show
) -> None:
    field = number_field("At once", 1, 64, suffix=" files")
    shown(field)
    assert field.lineEdit().textMargins().left() >= 4
    assert (field.minimum(), field.maximum()) == (1, 64)


def test_rows_are_high_enough_from_the_first_time(qtbot: QtBot, theme: Theme, shown: Show) -> None:
    tree, table = QTreeView(), QTableView()
    dress_tree(tree, "Connections")
    dress_table(table, "Blobs")
    model = QStandardItemModel()
    model.appendRow(QStandardItem("one"))
    tree.setModel(model)
    table.setModel(model)
    first = tree.visualRect(model.index(0, 0)).height()
    shown(tree, table)
    assert tree.visualRect(model.index(0, 0)).height() == first >= 24
    assert table.rowHeight(0) >= 28
    assert tree.accessibleName() == "Connections"


def test_what_is_copied_out_of_a_secret_field_leaves_the_clipboard_again(shown: Show) -> None:
    field = SecretField("Account key")
    shown(field)
    field.set_text("the secret")
    clip, kept = QGuiApplication.clipboard(), secret_clip()
    field.line.selectAll()
    clip.setText("before")
    QTest.keyClick(field.line, Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier)
    assert clip.text() == "before", "nothing is copied while it is hidden"
    field.reveal_button.setChecked(True)
    for how in ("key", "menu"):
        field.line.selectAll()
        if how == "key":
            QTest.keyClick(field.line, Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier)
        else:
            line = field.line
            assert isinstance(line, SecretLine)
            menu = line.menu()
            next(one for one in menu.actions() if one.text().startswith("&Copy")).trigger()
            menu.close()
        assert clip.text() == "the secret"
        assert kept.timer.isActive()
        kept.timer.timeout.emit()
        assert clip.text() == ""
    field.line.selectAll()
    QTest.keyClick(field.line, Qt.Key.Key_X, Qt.KeyboardModifier.ControlModifier)
    assert (clip.text(), field.text()) == ("the secret", "")
    kept.take_away()


def test_the_key_of_a_caption_leads_into_a_field_made_of_parts(
    qtbot: QtBot, theme: Theme, shown: Show
) -> None:
    window = QWidget()
    form = QFormLayout(window)
    secret, metadata = SecretField("Passphrase"), MetadataField()
    other = QLineEdit()
    for caption, field in (("&Other", other), ("&Passphrase", secret), ("&Metadata", metadata)):
        form.addRow(caption, field)
    shown(window)
    window.activateWindow()
    qtbot.waitUntil(window.isActiveWindow)
    alt = Qt.KeyboardModifier.AltModifier
    for key, line in ((Qt.Key.Key_P, secret.line), (Qt.Key.Key_M, metadata.lines)):
        other.setFocus()
        QTest.keyClick(other, key, alt)
        assert line.hasFocus()
    QTest.keyClick(metadata.lines, Qt.Key.Key_Tab)
    QTest.keyClick(other, Qt.Key.Key_Tab)
    assert secret.line.hasFocus(), "one step of Tab, not two"
