"""A small tree of an XML answer, by expat.

For answers that are read once: containers, block lists, and listings that the fast
reader does not take. A document type, which could define entities, is refused.
"""

from __future__ import annotations

from collections.abc import Iterator

MOST_NODES = 2_000_000
"""Each takes some 300 bytes; a page of 5,000 blobs with all about them has a tenth of that."""
MOST_DEEP = 64


def escaped(text: str) -> str:
    """Text as it stands in an element. The standard library's drags in a web client."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


class MarkupError(ValueError):
    """The answer is not the XML that was expected."""


class Node:
    """An element. `text` is what stands directly in it."""

    __slots__ = ("attributes", "children", "tag", "text")

    def __init__(self, tag: str, attributes: dict[str, str]) -> None:
        self.tag = tag
        self.attributes = attributes
        self.text = ""
        self.children: list[Node] = []

    def child(self, tag: str) -> Node | None:
        """The first child of that tag."""
        return next(self.all(tag), None)

    def all(self, tag: str) -> Iterator[Node]:
        return (child for child in self.children if child.tag == tag)

    def value(self, tag: str) -> str:
        """Text of the first child of that tag, empty if there is none."""
        found = self.child(tag)
        return found.text if found is not None else ""

    def values(self) -> dict[str, str]:
        """Tag and text of all children; of equal ones the last."""
        return {child.tag: child.text for child in self.children}


def parse_markup(data: bytes | bytearray, root_tag: str) -> Node:
    """The tree below `root_tag`. Raises MarkupError."""
    from xml.parsers import expat  # late: most listings are taken by the fast reader

    above = Node("", {})
    stack = [above]

    count = 0

    def start(tag: str, attributes: dict[str, str]) -> None:
        nonlocal count
        count += 1
        if count > MOST_NODES or len(stack) > MOST_DEEP:
            raise MarkupError("the answer has more elements than any of the service")
        node = Node(tag, attributes)
        stack[-1].children.append(node)
        stack.append(node)

    def end(_: str) -> None:
        stack.pop()

    def text(piece: str) -> None:
        stack[-1].text += piece

    def doctype(*_: object) -> None:
        raise MarkupError("the answer has a document type")

    parser = expat.ParserCreate()
    parser.buffer_text = True
    parser.StartElementHandler = start
    parser.EndElementHandler = end
    parser.CharacterDataHandler = text
    parser.StartDoctypeDeclHandler = doctype
    try:
        parser.Parse(bytes(data), True)
    except MarkupError:
        raise
    except (expat.ExpatError, LookupError, ValueError) as error:  # the last: of its encoding
        raise MarkupError(f"the answer is not whole XML: {error}") from error
    root = above.child(root_tag)
    if root is None:
        raise MarkupError(f"the answer is not {root_tag}")
    return root
