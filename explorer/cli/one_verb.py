"""One verb from its arguments to its exit code: its loop, its errors, its last words."""

from __future__ import annotations

import asyncio
import logging
import os
import sys

from explorer.base.errors import QuaysideError
from explorer.cli.command import command_of, parser_of
from explorer.cli.exits import Exit, exit_code
from explorer.cli.output import Output, error_line

log = logging.getLogger(__name__)


def run_verb(verb: str, words: list[str]) -> int:
    """Run the verb with the words that follow it and return its exit code."""
    logging.getLogger().addHandler(logging.NullHandler())  # no message of a library gets out
    command = command_of(verb)
    _harden_streams()
    try:
        args = parser_of(command).parse_args(words)
    except SystemExit as end:  # --help, or a complaint that was printed
        return end.code if isinstance(end.code, int) else Exit.USAGE
    out = Output(is_quiet=args.quiet, is_json=getattr(args, "json", False))
    try:
        code = asyncio.run(command.run(args, out))
        out.flush()
    except QuaysideError as error:
        out.error(error_line(verb, error))
        return exit_code(error)
    except KeyboardInterrupt:
        out.stderr.write("\n" if out.stderr.isatty() else "")
        return Exit.INTERRUPTED
    except BrokenPipeError:
        out.silence()
        return Exit.OK
    except Exception as error:  # a fault of ours: no stack trace unless it is asked for
        log.critical("%s failed", verb, exc_info=error)
        out.error(
            f"{verb}: a fault inside Quayside ({type(error).__name__}). "
            "QUAYSIDE_DEBUG=1 shows where; please report it."
        )
        if os.environ.get("QUAYSIDE_DEBUG"):
            out.stderr.write(_trace_of(error))
        return Exit.SOME_FAILED
    return code


def _trace_of(error: Exception) -> str:
    import traceback

    from explorer.base.redact import redact
    from explorer.base.shown import shown_lines

    return shown_lines(redact("".join(traceback.format_exception(error))))


def _harden_streams() -> None:
    """A file name that is no text must not stop a listing."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="backslashreplace")
