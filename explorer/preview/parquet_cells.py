"""A value of pyarrow as a cell: of long lists and texts only the beginning is ever made. Pure."""

from __future__ import annotations

from typing import Any

from explorer.preview import cells

ITEMS = 60
"""Of a list in a cell; of lists within it, fewer."""
BYTES = 100


def cell_of(value: Any) -> str:
    """`value` is a pyarrow.Scalar."""
    try:
        return cells.cell(_words(value, 0))
    except (ArithmeticError, LookupError, ValueError):  # a moment beyond those of Python
        return "(beyond what can be shown)"


def _words(value: Any, depth: int) -> str:
    import pyarrow as pa

    if isinstance(value, pa.DictionaryScalar):
        value = value.value
    if not value.is_valid:
        return "None" if depth else ""
    if isinstance(value, pa.StructScalar):
        keys = list(value)
        parts = [f"{key!r}: {_words(value[at], depth + 1)}" for at, key in _first(keys, depth)]
        return "{" + _listed(parts, len(keys)) + "}"
    if isinstance(value, pa.ListScalar):  # large, of a fixed size, and maps as well
        items = value.values
        parts = [_words(item, depth + 1) for _, item in _first(items, depth)]
        return "[" + _listed(parts, len(items)) + "]"
    if isinstance(value, pa.StringScalar):
        data = value.as_buffer()[: 4 * cells.CELL_CHARACTERS + 4].to_pybytes()
        text = data.decode("utf-8", "replace")
        return repr(text) if depth else text
    if isinstance(value, pa.BinaryScalar):
        return bytes(value.as_buffer()[:BYTES].to_pybytes()).hex(" ")
    plain = value.as_py()
    return repr(plain) if depth else str(plain)


def _first(items: Any, depth: int) -> list[tuple[int, Any]]:
    most = max(1, ITEMS // 4**depth)
    return [(at, items[at]) for at in range(min(most, len(items)))]


def _listed(parts: list[str], count: int) -> str:
    return ", ".join([*parts, "…"] if len(parts) < count else parts)
