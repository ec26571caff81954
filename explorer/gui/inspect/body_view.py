"""The part of a preview that shows the content: text, tables, members or a picture."""

from __future__ import annotations

from dataclasses import replace

from PySide6.QtCore import QSize, Signal
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QVBoxLayout, QWidget

from explorer.base.units import format_bytes
from explorer.gui.inspect.picture_view import PictureView
from explorer.gui.inspect.table_view import TableView
from explorer.gui.inspect.text_view import TextView
from explorer.gui.parts.buttons import push_button
from explorer.gui.parts.room import Stack
from explorer.gui.parts.texts import explain, plain_label
from explorer.preview import members
from explorer.preview.cells import cell
from explorer.preview.model import Archive, Body, Member, Picture, Table, Tables, Text

_MEMBER_COLUMNS = ("Name", "Size", "Last modified")


def member_row(member: Member) -> tuple[str, ...]:
    """A member as the list shows it. Pure."""
    size = "" if member.is_folder else format_bytes(member.size_bytes)
    return cell(member.name), size, member.modified


class BodyView(Stack):
    """Shows one body, which may grow by parts of the same kind."""

    table_chosen = Signal()
    """Another of several tables is in front, which may have more or not."""
    save_requested = Signal(object, object)
    """An `Archive`, and the `Member` of it to be saved."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._body: Body | None = None
        self._tables: list[Table] = []
        self.text = TextView()
        self.picture = PictureView()
        self.table = TableView("Rows")
        self.members = TableView("Members of the archive")
        self.choice = QComboBox()
        self.choice.setAccessibleName("Which table")
        self.lacking = plain_label(muted=True, wrap=True)
        self.lacking.setContentsMargins(12, 8, 12, 8)
        self.save_button = push_button("&Save member as…", icon_name="download")
        self._nothing = QWidget()
        self._tables_room = self._with_tables()
        self._members_room = self._with_members()
        rooms = (self._nothing, self.text, self.picture, self._tables_room, self._members_room)
        for room in rooms:
            self.addWidget(room)
        self.choice.currentIndexChanged.connect(self._show_chosen)
        self.save_button.clicked.connect(self._save)
        self.members.activated.connect(self._save)
        self.members.selectionModel().selectionChanged.connect(self._update_save)

    def _with_tables(self) -> QWidget:
        room = QWidget()
        column = QVBoxLayout(room)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        self._choice_room = QWidget()
        row = QHBoxLayout(self._choice_room)
        row.setContentsMargins(12, 4, 12, 6)
        row.addWidget(self.choice)
        row.addStretch()
        column.addWidget(self._choice_room)
        column.addWidget(self.lacking)
        column.addWidget(self.table, 1)
        return room

    def _with_members(self) -> QWidget:
        room = QWidget()
        column = QVBoxLayout(room)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.members, 1)
        row = QHBoxLayout()
        row.setContentsMargins(12, 6, 12, 2)
        row.addWidget(self.save_button)
        row.addStretch()
        column.addLayout(row)
        return room

    # -- showing -----------------------------------------------------------------------

    @property
    def body(self) -> Body | None:
        """What is shown, with the way on of its last part."""
        return self._body

    @property
    def chosen_table(self) -> Table | None:
        """The table in front, with the way on of its last part."""
        at = self.choice.currentIndex()
        is_tables = isinstance(self._body, Tables)
        return self._tables[at] if is_tables and 0 <= at < len(self._tables) else None

    @property
    def has_more(self) -> bool:
        if isinstance(self._body, Tables):
            table = self.chosen_table
            return table is not None and table.more is not None
        return isinstance(self._body, Text | Archive) and self._body.more is not None

    def show_body(self, body: Body | None, *, at_end: bool = False) -> None:
        """Show this and nothing else. A picture comes later, by `show_image`."""
        self._body = body
        self.text.clear_text()
        self.picture.clear_image()
        if isinstance(body, Text):
            self.text.show_text(body.text, at_end=at_end)
            self.setCurrentWidget(self.text)
        elif isinstance(body, Tables):
            self._show_tables(body)
            self.setCurrentWidget(self._tables_room)
        elif isinstance(body, Archive):
            rows = tuple(map(member_row, body.members))
            self.members.show_table(
                Table("Members", _MEMBER_COLUMNS, rows, numeric=frozenset({1}), first_row=None)
            )
            self._update_save()
            self.setCurrentWidget(self._members_room)
        elif isinstance(body, Picture):
            self.setCurrentWidget(self.picture)
        else:
            self.setCurrentWidget(self._nothing)

    def show_image(self, image: QImage, picture: Picture) -> None:
        """The pixels of the picture that is shown."""
        size = QSize(picture.width, picture.height)
        if (image.width() > image.height()) != (size.width() > size.height()):
            size.transpose()  # turned as its camera was held
        words = f"{picture.format_name} picture, {picture.width} by {picture.height} pixels"
        self.picture.show_image(image, size, words)

    def _show_tables(self, body: Tables) -> None:
        self._tables = list(body.tables)
        self.choice.blockSignals(True)
        self.choice.clear()
        self.choice.addItems([table.title for table in body.tables])
        self.choice.blockSignals(False)
        self._choice_room.setVisible(len(body.tables) > 1)
        self._show_chosen()

    def _show_chosen(self) -> None:
        table = self.chosen_table
        if table is not None:
            self.table.setAccessibleName(table.title)
            self.table.show_table(table)
            self.lacking.setText(table.lacking)
            self.lacking.setVisible(bool(table.lacking))
            self.table_chosen.emit()

    # -- growing -----------------------------------------------------------------------

    def add_text(self, part: Text) -> None:
        """More of the text that is shown."""
        if part.is_earlier:
            self.text.add_before(part.text)
        else:
            self.text.add_text(part.text)
        self._body = part

    def add_members(self, part: Archive) -> None:
        """More of the members that are shown."""
        if isinstance(self._body, Archive):
            self._body = replace(part, members=self._body.members + part.members)
            self.members.table.add_rows([member_row(member) for member in part.members])

    def add_rows(self, part: Table) -> None:
        """More of the table that is in front."""
        at = self.choice.currentIndex()
        before = self._tables[at]
        if before.columns == part.columns:
            self._tables[at] = replace(
                before, rows=before.rows + part.rows, more=part.more, lacking=part.lacking
            )
            self.table.table.add_rows(part.rows)
        else:
            self._tables[at] = part
            self._show_chosen()

    # -- members -----------------------------------------------------------------------

    def _chosen_member(self) -> Member | None:
        rows = self.members.selectionModel().selectedRows()
        if len(rows) != 1 or not isinstance(self._body, Archive):
            return None
        return self._body.members[rows[0].row()]

    def _update_save(self) -> None:
        member = self._chosen_member()
        reason = "Select one member."
        if member is not None and isinstance(self._body, Archive):
            reason = members.refusal(self._body, member)
        self.save_button.setEnabled(not reason)
        explain(self.save_button, reason or "Save this one member; the archive is not downloaded.")

    def _save(self) -> None:
        member = self._chosen_member()
        if member is not None and self.save_button.isEnabled():
            self.save_requested.emit(self._body, member)
