"""The tree of connections, containers and folders; children are listed when asked for.

GUI thread only. Nodes are known to Qt by number, since an index does not keep a
Python object alive. Whoever owns the model answers `listing_wanted` by `add`ing
children and then `finish`ing, with the generation that was asked for: answers to an
older question are dropped.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Iterator
from dataclasses import field
from enum import Enum
from typing import Any

from PySide6.QtCore import (
    QAbstractItemModel,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    Qt,
    Signal,
)

from explorer.base.records import dataclass
from explorer.base.shown import shown
from explorer.gui.browse.natural import natural_key
from explorer.gui.browse.tree_words import kind_text, marks_text, node_icon, node_tooltip
from explorer.gui.icons import icon
from explorer.service.model import Connection, Location

Index = QModelIndex | QPersistentModelIndex
ROOT = QModelIndex()
LOCATION_ROLE = Qt.ItemDataRole.UserRole + 1
CONNECTION_ROLE = Qt.ItemDataRole.UserRole + 2


class NodeState(Enum):
    """How much is known of what is below."""

    UNLISTED = "unlisted"
    LISTING = "listing"
    LISTED = "listed"
    FAILED = "failed"


@dataclass(slots=True)
class _Node:
    number: int
    parent: int
    location: Location
    name: str
    key: str
    row: int = 0
    children: list[int] = field(default_factory=list)
    keys: list[tuple[str, str]] = field(default_factory=list)
    state: NodeState = NodeState.UNLISTED
    generation: int = 0
    seen: set[str] = field(default_factory=set)
    trouble: str = ""
    is_group: bool = False
    """A heading over connections; it is no place."""


_FLAGS = Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable | Qt.ItemFlag.ItemIsDropEnabled


class TreeModel(QAbstractItemModel):
    """At the top groups by name, then connections in the order they were added; below those,
    names in natural order."""

    listing_wanted = Signal(object, int)
    """A Location whose children are asked for, and the generation to answer with."""
    group_made = Signal(QModelIndex)
    """Of a new group, with its first connection in it."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._top: list[int] = []
        self._nodes: dict[int, _Node] = {}
        self._places: dict[Location, int] = {}
        self._connections: dict[str, Connection] = {}
        self._roots: dict[str, int] = {}
        self._groups: dict[str, int] = {}
        self._next = 1

    # -- what Qt asks ---------------------------------------------------------

    def _node(self, index: Index) -> _Node | None:
        return self._nodes.get(index.internalId()) if index.isValid() else None

    def _below(self, index: Index) -> list[int]:
        node = self._node(index)
        return self._top if node is None else node.children

    def _index(self, node: _Node) -> QModelIndex:
        return self.createIndex(node.row, 0, node.number)

    def index(self, row: int, column: int, parent: Index = ROOT) -> QModelIndex:
        below = self._below(parent)
        if column != 0 or not 0 <= row < len(below):
            return QModelIndex()
        return self.createIndex(row, 0, below[row])

    def parent(self, index: Index = ROOT) -> QModelIndex:  # type: ignore[override]
        node = self._node(index)
        above = self._nodes.get(node.parent) if node is not None else None
        return QModelIndex() if above is None else self._index(above)

    def rowCount(self, parent: Index = ROOT) -> int:
        return len(self._below(parent)) if parent.column() <= 0 else 0

    def columnCount(self, parent: Index = ROOT) -> int:
        return 1

    def hasChildren(self, parent: Index = ROOT) -> bool:
        node = self._node(parent)
        if node is None:
            return bool(self._top)
        return bool(node.children) or node.state in (NodeState.UNLISTED, NodeState.LISTING)

    def flags(self, index: Index) -> Qt.ItemFlag:
        return _FLAGS if index.isValid() else Qt.ItemFlag.NoItemFlags

    def data(self, index: Index, role: int = int(Qt.ItemDataRole.DisplayRole)) -> Any:
        node = self._node(index)
        if node is None:
            return None
        if role == Qt.ItemDataRole.DisplayRole:
            return shown(node.name)
        if node.is_group:
            return icon("list") if role == Qt.ItemDataRole.DecorationRole else None
        if role == LOCATION_ROLE:
            return node.location
        connection = self._connections[node.location.connection_id]
        if role == CONNECTION_ROLE:
            return connection if self._is_root(node) else None
        if role == Qt.ItemDataRole.AccessibleTextRole and self._is_root(node):
            parts = (shown(node.name), kind_text(connection), marks_text(connection))
            return ", ".join(part for part in parts if part)
        if role == Qt.ItemDataRole.DecorationRole:
            return node_icon(node.location, connection, is_top=self._is_root(node))
        if role == Qt.ItemDataRole.ToolTipRole:
            return node_tooltip(
                node.location, connection, is_top=self._is_root(node), trouble=node.trouble
            )
        return None

    # -- connections ------------------------------------------------------------

    def connection(self, connection_id: str) -> Connection | None:
        return self._connections.get(connection_id)

    def connections(self) -> tuple[Connection, ...]:
        """In the order they are shown."""
        nodes = [self._nodes[number] for number in self._top]
        below = [[node] if not node.is_group else self._members(node) for node in nodes]
        ids = (one.location.connection_id for each in below for one in each)
        return tuple(self._connections[connection_id] for connection_id in ids)

    def groups(self) -> tuple[str, ...]:
        """In the order they are shown."""
        return tuple(self._nodes[number].name for number in self._top[: len(self._groups)])

    def _members(self, group: _Node) -> list[_Node]:
        return [self._nodes[number] for number in group.children]

    def _is_root(self, node: _Node) -> bool:
        return self._roots.get(node.location.connection_id) == node.number

    def put_connection(self, connection: Connection) -> None:
        """Add it at the end, or show its new state; what is below it stays."""
        known = connection.id in self._connections
        self._connections[connection.id] = connection
        if known:
            node = self._nodes[self._roots[connection.id]]
            node.name = connection.name
            self._regroup(node, connection.group)
            self._tell(node)
            return
        above = self._group(connection.group)
        below = self._top if above is None else above.children
        row = len(below)
        self.beginInsertRows(ROOT if above is None else self._index(above), row, row)
        node = self._make(0 if above is None else above.number, connection.root, connection.name)
        node.row = row
        self._roots[connection.id] = node.number
        below.append(node.number)
        self.endInsertRows()
        self._tell_new(above)

    # -- groups -----------------------------------------------------------------

    def _group(self, name: str) -> _Node | None:
        """The node of that group, made where there is none; None for no group."""
        if not name:
            return None
        if name in self._groups:
            return self._nodes[self._groups[name]]
        row = sum(natural_key(other) < natural_key(name) for other in self._groups)
        self.beginInsertRows(ROOT, row, row)
        node = _Node(self._next, 0, Location(""), name, natural_key(name), row, is_group=True)
        node.state = NodeState.LISTED
        self._next += 1
        self._nodes[node.number] = node
        self._groups[name] = node.number
        self._top.insert(row, node.number)
        self._renumber(self._top, row)
        self.endInsertRows()
        return node

    def _tell_new(self, group: _Node | None) -> None:
        if group is not None and len(group.children) == 1:
            self.group_made.emit(self._index(group))

    def _drop_if_empty(self, group: _Node | None) -> None:
        if group is None or group.children:
            return
        self.beginRemoveRows(ROOT, group.row, group.row)
        self._top.pop(group.row)
        self._renumber(self._top, group.row)
        del self._nodes[group.number]
        del self._groups[group.name]
        self.endRemoveRows()

    def _regroup(self, node: _Node, name: str) -> None:
        """Move a connection, with what is open below it, to where its group is."""
        before = self._nodes.get(node.parent)
        if (before.name if before is not None else "") == name:
            return
        after = self._group(name)
        source = self._top if before is None else before.children
        target = self._top if after is None else after.children
        row = len(target)
        from_index = ROOT if before is None else self._index(before)
        to_index = ROOT if after is None else self._index(after)
        self.beginMoveRows(from_index, node.row, node.row, to_index, row)
        source.pop(node.row)
        self._renumber(source, node.row)
        target.append(node.number)
        node.row, node.parent = row, 0 if after is None else after.number
        self.endMoveRows()
        self._drop_if_empty(before)
        self._tell_new(after)

    def remove_connection(self, connection_id: str) -> None:
        """Take it out with all below it."""
        if connection_id not in self._connections:
            return
        node = self._nodes[self._roots[connection_id]]
        above = self._nodes.get(node.parent)
        below = self._top if above is None else above.children
        self.beginRemoveRows(ROOT if above is None else self._index(above), node.row, node.row)
        below.pop(node.row)
        self._renumber(below, node.row)
        self._forget(node)
        del self._roots[connection_id]
        del self._connections[connection_id]
        self.endRemoveRows()
        self._drop_if_empty(above)

    # -- places -------------------------------------------------------------------

    def index_of(self, location: Location) -> QModelIndex:
        """Where that place is shown, or an invalid index."""
        number = self._places.get(location)
        return QModelIndex() if number is None else self._index(self._nodes[number])

    def state(self, location: Location) -> NodeState | None:
        """How much is known below that place; None where it is not in the tree."""
        number = self._places.get(location)
        return None if number is None else self._nodes[number].state

    def want(self, location: Location) -> None:
        """Ask for the children of a place, unless they are there or on their way."""
        number = self._places.get(location)
        if number is not None and self._nodes[number].state in (
            NodeState.UNLISTED,
            NodeState.FAILED,
        ):
            self._ask(self._nodes[number])

    def refresh(self, location: Location) -> None:
        """Ask again for the children of a place that were asked for before."""
        number = self._places.get(location)
        if number is not None and self._nodes[number].state is not NodeState.UNLISTED:
            self._ask(self._nodes[number])

    def _ask(self, node: _Node) -> None:
        node.generation += 1
        node.state = NodeState.LISTING
        node.seen = set()
        node.trouble = ""
        self._tell(node)
        self.listing_wanted.emit(node.location, node.generation)

    def _tell(self, node: _Node) -> None:
        index = self._index(node)
        self.dataChanged.emit(index, index)

    def _current(self, location: Location, generation: int) -> _Node | None:
        number = self._places.get(location)
        node = None if number is None else self._nodes[number]
        return node if node is not None and node.generation == generation else None

    def add(self, location: Location, generation: int, names: Iterable[str]) -> None:
        """Children that were found; those that are there already stay as they are."""
        node = self._current(location, generation)
        if node is None:
            return
        fresh = []
        for name in names:
            node.seen.add(name)
            if location.child(name) not in self._places:
                fresh.append((natural_key(name), name))
        self._insert(node, sorted(set(fresh)))

    def told(self, location: Location) -> int:
        """How many children the listing under way has brought."""
        number = self._places.get(location)
        return 0 if number is None else len(self._nodes[number].seen)

    def add_one(self, location: Location, name: str) -> None:
        """A child that came to be, where the children are known already."""
        number = self._places.get(location)
        if number is None:
            return
        node = self._nodes[number]
        node.seen.add(name)
        is_known = node.state is not NodeState.UNLISTED
        if is_known and location.child(name) not in self._places:
            self._insert(node, [(natural_key(name), name)])

    def ensure(self, location: Location) -> QModelIndex:
        """Have a node for that place, whatever else of its parents is known; where it is."""
        if location in self._places:
            return self.index_of(location)
        above = location.parent
        if location.connection_id not in self._connections or above == location:
            return QModelIndex()
        if not self.ensure(above).isValid():
            return QModelIndex()
        node = self._nodes[self._places[above]]
        node.seen.add(location.name)
        self._insert(node, [(natural_key(location.name), location.name)])
        return self.index_of(location)

    def offer(self, location: Location, names: Iterable[str]) -> None:
        """All children of a place, known because somebody else has just listed it."""
        number = self._places.get(location)
        if number is None:
            return
        node = self._nodes[number]
        node.generation += 1
        node.seen = set()
        self.add(location, node.generation, names)
        self.finish(location, node.generation)

    def finish(self, location: Location, generation: int, cut: str = "") -> None:
        """All children have been added: those that did not come again are gone. With `cut`,
        words that say so, there are more than are shown, and none is taken for gone."""
        node = self._current(location, generation)
        if node is None:
            return
        kept = [self._nodes[number] for number in node.children]
        for one in reversed(kept):
            if not cut and one.name not in node.seen:
                self._remove(node, one)
        node.trouble = cut
        node.seen = set()
        node.state = NodeState.LISTED
        self._tell(node)

    def fail(self, location: Location, generation: int, trouble: str) -> None:
        """It could not be listed; what is known stays, and it can be asked for again."""
        node = self._current(location, generation)
        if node is None:
            return
        node.state = NodeState.FAILED
        node.trouble = trouble
        node.seen = set()
        self._tell(node)

    def remove(self, location: Location) -> None:
        """A container or folder is gone."""
        number = self._places.get(location)
        if number is None:
            return
        node = self._nodes[number]
        above = self._nodes.get(node.parent)
        if above is not None and not above.is_group:
            self._remove(above, node)

    # -- nodes ----------------------------------------------------------------------

    def _make(self, parent: int, location: Location, name: str) -> _Node:
        node = _Node(self._next, parent, location, name, natural_key(name))
        self._next += 1
        self._nodes[node.number] = node
        self._places[location] = node.number
        return node

    def _insert(self, node: _Node, fresh: list[tuple[str, str]]) -> None:
        """Put sorted names in, each stretch of neighbours at once."""
        at = 0
        while at < len(fresh):
            place = bisect_left(node.keys, fresh[at])
            end = at + 1
            limit = node.keys[place] if place < len(node.keys) else None
            while end < len(fresh) and (limit is None or fresh[end] < limit):
                end += 1
            stretch = fresh[at:end]
            self.beginInsertRows(self._index(node), place, place + len(stretch) - 1)
            made = [
                self._make(node.number, node.location.child(name), name).number
                for _, name in stretch
            ]
            node.children[place:place] = made
            node.keys[place:place] = stretch
            self._renumber(node.children, place)
            self.endInsertRows()
            at = end

    def _remove(self, above: _Node, node: _Node) -> None:
        self.beginRemoveRows(self._index(above), node.row, node.row)
        above.children.pop(node.row)
        above.keys.pop(node.row)
        self._renumber(above.children, node.row)
        self._forget(node)
        self.endRemoveRows()

    def _renumber(self, numbers: list[int], start: int) -> None:
        for row in range(start, len(numbers)):
            self._nodes[numbers[row]].row = row

    def _forget(self, node: _Node) -> None:
        for each in list(self._walk(node)):
            del self._nodes[each.number]
            del self._places[each.location]

    def _walk(self, node: _Node) -> Iterator[_Node]:
        yield node
        for number in node.children:
            yield from self._walk(self._nodes[number])
