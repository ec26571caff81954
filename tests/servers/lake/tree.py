"""The namespace of a filesystem: directories and files by name, each with a blob behind it.

Changes are plain assignments on one loop, so that a rename is seen whole or not at all.
A node's bytes and properties are a blob of the emulator under a name that never changes;
`facts` is what the emulator said of it last.
"""

from __future__ import annotations

import base64
import time
import uuid
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass, field
from email.utils import formatdate, parsedate_to_datetime

from tests.servers.lake.acl import Access, basic
from tests.servers.lake.failures import RefusedError

FOLDER_MARK = "hdi_isfolder"
_META = "x-ms-meta-"
_TICKS_TO_1970 = 116_444_736_000_000_000
_DEPTH, _LENGTH = 63, 1024


@dataclass(frozen=True, slots=True)
class Piece:
    """Appended bytes: a block of the emulator's blob, not yet part of the file."""

    position: int
    size: int
    block: str


@dataclass(slots=True, eq=False)
class Node:
    """A directory, or a file. `children` is None for a file."""

    name: str
    parent: Node | None
    access: Access
    children: dict[str, Node] | None = None
    inode: str = field(default_factory=lambda: uuid.uuid4().hex)
    facts: dict[str, str] = field(default_factory=dict, repr=False)
    created_s: float = field(default_factory=time.time)
    expires_s: float | None = None
    pieces: dict[int, Piece] = field(default_factory=dict, repr=False)
    blocks: list[str] = field(default_factory=list, repr=False)
    """Blocks of the committed file, where it was written through dfs."""
    is_from_blob_api: bool = False
    copied_from: str = ""

    @property
    def is_directory(self) -> bool:
        return self.children is not None

    @property
    def is_empty(self) -> bool:
        """Whether nothing is in it; a file is empty in this sense too."""
        return all(node.is_expired for node in (self.children or {}).values())

    @property
    def path(self) -> str:
        names: list[str] = []
        node: Node | None = self
        while node is not None and node.parent is not None:
            names.append(node.name)
            node = node.parent
        return "/".join(reversed(names))

    @property
    def size(self) -> int:
        return int(self.facts.get("content-length", "0"))

    @property
    def etag(self) -> str:
        return self.facts.get("etag", "")

    @property
    def modified_s(self) -> float:
        return parsedate_to_datetime(self.facts["last-modified"]).timestamp()

    @property
    def metadata(self) -> dict[str, str]:
        """Without the mark of a directory."""
        return {
            name.removeprefix(_META): value
            for name, value in self.facts.items()
            if name.startswith(_META) and name != _META + FOLDER_MARK
        }

    @property
    def is_expired(self) -> bool:
        return self.expires_s is not None and time.time() >= self.expires_s


class Filesystem:
    """One namespace. `pending` are blobs that have blocks and no content yet, by path."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.root = Node("", None, Access(basic(0o750)), {})
        self.root.facts = {
            "etag": f'"0x{time.time_ns():X}"',
            "last-modified": formatdate(self.root.created_s, usegmt=True),
        }
        self.pending: dict[str, str] = {}

    def find(self, path: str) -> Node | None:
        """The node at a path; None where there is none, or where it has expired."""
        node = self.root
        for name in names_of(path):
            below = node.children.get(name) if node.children is not None else None
            if below is None or below.is_expired:
                return None
            node = below
        return node

    def parent_of(self, path: str) -> Node | None:
        """The directory that holds a path. None where it is not there; raises RefusedError
        where an element on the way is a file."""
        node = self.root
        for name in names_of(path)[:-1]:
            if node.children is None:
                raise RefusedError("PathConflict")
            below = node.children.get(name)
            if below is None or below.is_expired:
                return None
            node = below
        if node.children is None:
            raise RefusedError("PathConflict")
        return node


def put(parent: Node, node: Node, name: str) -> None:
    """Make `node` the child `name`, wherever it was before."""
    assert parent.children is not None
    if node.parent is not None and node.parent.children is not None:
        node.parent.children.pop(node.name, None)
    node.name, node.parent = name, parent
    parent.children[name] = node


def drop(node: Node) -> None:
    """Take a node, and all below it, out of the namespace."""
    if node.parent is not None and node.parent.children is not None:
        node.parent.children.pop(node.name, None)


def below(top: Node, *, after: str = "", is_recursive: bool = True) -> Iterator[Node]:
    """What is below `top`, each directory before what is in it, by name. `after` is a path
    from the root: only what comes later."""
    skip = names_of(after)
    depth = len(names_of(top.path))
    yield from _below(top, tuple(skip[depth:]), is_recursive)


def _below(top: Node, skip: tuple[str, ...], is_recursive: bool) -> Iterator[Node]:
    if top.children is None:
        return
    names = sorted(top.children)
    if skip:
        first = top.children.get(skip[0])
        if first is not None and is_recursive:
            yield from _below(first, skip[1:], is_recursive)
        names = names[bisect_right(names, skip[0]) :]
    for name in names:
        node = top.children.get(name)
        if node is None or node.is_expired:
            continue
        yield node
        if is_recursive:
            yield from _below(node, (), is_recursive)


def is_within(node: Node, top: Node) -> bool:
    """Whether `node` is `top` or below it."""
    at: Node | None = node
    while at is not None:
        if at is top:
            return True
        at = at.parent
    return False


def names_of(path: str) -> list[str]:
    return [name for name in path.split("/") if name]


def checked_path(path: str) -> str:
    """A path as the namespace knows it. Raises RefusedError for one that no file can have."""
    names = names_of(path)
    if any(name in (".", "..") for name in names) or "\0" in path:
        raise RefusedError("InvalidResourceName")
    if len(names) > _DEPTH or len(path) > _LENGTH:
        raise RefusedError("InvalidUri")
    return "/".join(names)


def token_of(path: str) -> str:
    """A continuation that says: after this path."""
    return base64.urlsafe_b64encode(f"/{path}".encode()).decode()


def path_of_token(token: str) -> str:
    """Raises RefusedError for what no reply gave."""
    try:
        return base64.urlsafe_b64decode(token.encode()).decode().removeprefix("/")
    except ValueError:
        raise RefusedError("InvalidQueryParameterValue", "continuation") from None


def filetime(seconds: float) -> str:
    """A time as listings give it: 100 ns since 1601."""
    return str(int(seconds * 10_000_000) + _TICKS_TO_1970)
