"""What a command says: results on standard output, everything else on standard error.

Names come from strangers: on a terminal, control characters and the marks that turn the
direction of text are shown as escapes, never sent.
"""

from __future__ import annotations

import dataclasses
import json
import os
import sys
import unicodedata
from collections.abc import Mapping
from enum import Enum
from typing import TYPE_CHECKING, Any, TextIO

from explorer.base.errors import QuaysideError, StorageError
from explorer.base.redact import redact
from explorer.base.shown import shown, shown_lines

if TYPE_CHECKING:
    from explorer.transfer.model import Failure

_PLAIN = frozenset({str, int, float, bool, type(None)})
as_json = json.JSONEncoder(ensure_ascii=False).encode
"""JSON on one line, letters as they are."""


def width_of(text: str) -> int:
    """Columns on a terminal: wide characters take two, combining ones none."""
    return sum(
        0 if unicodedata.combining(letter) else 1 + (unicodedata.east_asian_width(letter) in "WF")
        for letter in text
    )


def cut(text: str, width: int) -> str:
    """At most `width` columns, with an ellipsis where something is missing."""
    if width_of(text) <= width:
        return text
    kept = ""
    for letter in text:
        if width_of(kept + letter) > width - 1:
            break
        kept += letter
    return f"{kept}…"


_NO_CONTAINER = "`quayside ls` shows which there are; `quayside mkdir CONTAINER` makes one."
_CURES = {"ContainerNotFound": _NO_CONTAINER, "FilesystemNotFound": _NO_CONTAINER}
"""What to do next, where a command does it, by the service's code."""


def error_line(tried: str, error: QuaysideError) -> str:
    """`what was tried: what happened. cure (code, request id)`, nothing said twice."""
    if isinstance(error, StorageError):
        cure = _CURES.get(error.code, error.cure)
        return _line(tried, error.message, cure, error.code, error.request_id)
    return _line(tried, error.message, error.cure)


def failure_line(tried: str, failure: Failure) -> str:
    """The same for what a transfer reports."""
    cure = _CURES.get(failure.code, failure.cure)
    return _line(tried, failure.message, cure, failure.code, failure.request_id)


def _line(tried: str, message: str, cure: str, code: str = "", request_id: str = "") -> str:
    text = f"{tried}: {message.strip()}" if tried else message.strip()
    if cure:
        text += f" {cure}" if text.endswith((".", "!", "?")) else f". {cure}"
    marks = [code] if code and code not in message else []
    if request_id and request_id not in message:
        marks.append(f"request {request_id}")
    return f"{text} ({', '.join(marks)})" if marks else text


def plain(value: Any) -> Any:
    """A value for JSON: dataclasses and named tuples as objects, enums as their values,
    bytes as hexadecimal digits."""
    kind = type(value)
    if kind in _PLAIN:
        return value
    if kind is dict:
        return {
            str(key): item if type(item) in _PLAIN else plain(item) for key, item in value.items()
        }
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, bytes):
        return value.hex()
    if isinstance(value, QuaysideError):
        return {"title": value.title, "message": value.message, "cure": value.cure}
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {item.name: plain(getattr(value, item.name)) for item in dataclasses.fields(value)}
    if isinstance(value, tuple) and hasattr(value, "_fields"):
        return {name: plain(item) for name, item in zip(value._fields, value, strict=True)}
    if isinstance(value, Mapping):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, tuple | list | set | frozenset):
        return [plain(item) for item in value]
    return value


class Output:
    """Where one command writes. `is_json` makes every result one JSON object a line."""

    def __init__(
        self,
        stdout: TextIO | None = None,
        stderr: TextIO | None = None,
        *,
        is_quiet: bool = False,
        is_json: bool = False,
    ) -> None:
        self.stdout = stdout or sys.stdout
        self.stderr = stderr or sys.stderr
        self.is_quiet = is_quiet
        self.is_json = is_json

    @property
    def is_terminal(self) -> bool:
        return self.stdout.isatty()

    @property
    def can_ask(self) -> bool:
        """Somebody sits there and can answer."""
        return sys.stdin is not None and sys.stdin.isatty() and self.stderr.isatty()

    def result(self, text: str) -> None:
        """One line of the result; names in it are made safe on a terminal only."""
        self.stdout.write(f"{shown(text) if self.is_terminal else text}\n")

    def data(self, value: Mapping[str, Any]) -> None:
        """One object of the result as a line of JSON."""
        text = as_json(plain(value))
        self.stdout.write(f"{shown(text) if self.is_terminal else text}\n")

    def lines(self, texts: list[str]) -> None:
        """Many lines of the result at once; see `result`."""
        if self.is_terminal:
            texts = [shown(text) for text in texts]
        if texts:
            self.stdout.write("\n".join(texts) + "\n")

    def whole_lines(self, text: str) -> None:
        """Lines of the result in one text, each with its end; see `result`."""
        self.stdout.write(shown_lines(text) if self.is_terminal else text)

    def note(self, text: str) -> None:
        """Something worth knowing that is no result; not with --quiet."""
        if not self.is_quiet:
            self._say(text)

    def error(self, text: str) -> None:
        """`quayside: ...` on standard error, without secrets, on one line."""
        self._say(f"quayside: {redact(text)}")

    def _say(self, text: str) -> None:
        self.stderr.write(f"{shown(text)}\n")
        self.stderr.flush()

    def passing(self, text: str) -> None:
        """How far it is, on a terminal only: the next one goes over it; empty wipes it."""
        if self.stderr.isatty() and not self.is_quiet:
            self.stderr.write(f"\r{shown(text)}\x1b[K")
            self.stderr.flush()

    def flush(self) -> None:
        self.stdout.flush()

    def silence(self) -> None:
        """Nobody reads standard output any more: let what is still buffered go nowhere."""
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, self.stdout.fileno())
        os.close(nowhere)
