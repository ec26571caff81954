"""Logging for the whole process: a private rotating file, and no secret in any line.

Set up once by a face, on its main thread. Every handler formats through the redactor:
message, arguments, exception and stack alike.
"""

from __future__ import annotations

import asyncio
import logging
import logging.handlers
import os
import sys
import threading
from collections.abc import Callable
from io import TextIOWrapper
from pathlib import Path
from types import TracebackType
from typing import Any

from explorer.base.paths import logs_dir, make_private_dir, open_private
from explorer.base.redact import redact
from explorer.base.shown import shown, shown_lines

log = logging.getLogger(__name__)

FILE_SIZE_BYTES = 2 * 1024 * 1024
KEPT_FILES = 4
_FORMAT = "%(asctime)s %(levelname)-7s %(threadName)s %(name)s: %(message)s"
# Their lower levels print addresses, headers and queries, and help nobody here.
_NOISY = ("azure", "urllib3", "keyring", "secretstorage", "jeepney", "qasync", "asyncio")


class RedactingFormatter(logging.Formatter):
    """Formats like any other, then takes out the secrets, and what would command a terminal; a
    broken record is no error."""

    def format(self, record: logging.LogRecord) -> str:
        try:
            text = super().format(record)
        except Exception as error:  # arguments that do not fit: say where, not what
            text = f"{record.levelname} {record.name}: unprintable record ({type(error).__name__})"
        return shown_lines(redact(text))

    def formatMessage(self, record: logging.LogRecord) -> str:
        """A name with a line break in it makes no line that looks like one of ours."""
        record.message = shown(record.message)
        return super().formatMessage(record)


class PrivateRotatingHandler(logging.handlers.RotatingFileHandler):
    """A rotating file that only its owner may read; a full disk does not stop the program."""

    def _open(self) -> TextIOWrapper:
        flags = os.O_WRONLY | os.O_CREAT | os.O_APPEND
        descriptor = open_private(Path(self.baseFilename), flags)
        return TextIOWrapper(os.fdopen(descriptor, "ab", buffering=0), "utf-8", "backslashreplace")

    def handleError(self, record: logging.LogRecord) -> None:
        """Nothing: the original would print the record as it is, secrets included."""


class _PrivateStreamHandler(logging.StreamHandler[Any]):
    def handleError(self, record: logging.LogRecord) -> None:
        """Nothing: the original would print the record as it is, secrets included."""


def set_up_logging(
    folder: Path, name: str = "quayside", *, level: int = logging.INFO, to_stderr: bool = False
) -> Callable[[], None]:
    """Log into `folder/logs/name.log`, and to standard error if asked; returns the undoing.

    A folder that cannot be written costs the file, not the start: then warnings go to
    standard error.
    """
    handlers: list[logging.Handler] = []
    failure: OSError | None = None
    try:
        path = make_private_dir(logs_dir(folder)) / f"{name}.log"
        handlers.append(
            PrivateRotatingHandler(
                path, maxBytes=FILE_SIZE_BYTES, backupCount=KEPT_FILES, encoding="utf-8"
            )
        )
    except OSError as error:
        failure = error
    if to_stderr or failure is not None:
        stream = _PrivateStreamHandler(sys.stderr)
        stream.setLevel(level if to_stderr else logging.WARNING)
        handlers.append(stream)
    root = logging.getLogger()
    old_level = root.level
    root.setLevel(level)
    for handler in handlers:
        handler.setFormatter(RedactingFormatter(_FORMAT))
        root.addHandler(handler)
    for noisy in _NOISY:
        logging.getLogger(noisy).setLevel(logging.WARNING)
    if failure is not None:
        log.warning("no log file: %s", failure.strerror)

    def undo() -> None:
        root.setLevel(old_level)
        for handler in handlers:
            root.removeHandler(handler)
            handler.close()

    return undo


def install_hooks(
    on_error: Callable[[BaseException], None] | None = None,
) -> Callable[[], None]:
    """Send what nobody caught, in any thread, to the log and to `on_error`; returns the undoing.

    `on_error` may be called from any thread.
    """
    old_hook, old_thread_hook, old_unraisable = (
        sys.excepthook,
        threading.excepthook,
        sys.unraisablehook,
    )

    def report(where: str, error: BaseException) -> None:
        log.critical("%s", where, exc_info=error)
        if on_error is not None:
            on_error(error)

    def from_main(
        kind: type[BaseException], error: BaseException, trace: TracebackType | None
    ) -> None:
        if issubclass(kind, KeyboardInterrupt):
            old_hook(kind, error, trace)
            return
        report("uncaught", error)

    def from_thread(args: threading.ExceptHookArgs) -> None:
        if args.exc_value is not None and not issubclass(args.exc_type, SystemExit):
            name = args.thread.name if args.thread is not None else "?"
            report(f"uncaught in thread {name}", args.exc_value)

    def unraisable(args: Any) -> None:
        if args.exc_value is not None:
            log.error("ignored in a finalizer", exc_info=args.exc_value)

    sys.excepthook, threading.excepthook, sys.unraisablehook = from_main, from_thread, unraisable

    def undo() -> None:
        sys.excepthook = old_hook
        threading.excepthook = old_thread_hook
        sys.unraisablehook = old_unraisable

    return undo


def install_loop_handler(
    loop: asyncio.AbstractEventLoop, on_error: Callable[[BaseException], None] | None = None
) -> None:
    """What a loop would print goes to the log, and to `on_error` on the loop's thread."""

    def handle(_: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
        error = context.get("exception")
        message = context.get("message", "error in the event loop")
        log.error("%s", message, exc_info=error)
        if error is not None and on_error is not None:
            on_error(error)

    loop.set_exception_handler(handle)
