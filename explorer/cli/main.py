"""The command `quayside`: which verb, its arguments, its errors, its exit code."""

from __future__ import annotations

import asyncio
import logging
import os
import sys
import traceback
from collections.abc import Sequence

from explorer.base.errors import QuaysideError
from explorer.base.redact import redact
from explorer.base.shown import shown_lines
from explorer.cli.exits import Exit, exit_code
from explorer.cli.output import Output, error_line

log = logging.getLogger(__name__)


_HELP = ("-h", "--help")
_VERSION = ("-V", "--version")


def is_command(words: Sequence[str]) -> bool:
    """Whether `words` are for the command line; else they say what the window opens."""
    from explorer.cli.verbs import VERBS, likely_verb

    if not words:
        return False
    first = words[0]
    return first in VERBS or first in _HELP + _VERSION or bool(likely_verb(first))


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code."""
    words = list(sys.argv[1:] if argv is None else argv)
    from explorer.cli.verbs import VERBS, likely_verb, overview  # late: the window needs none

    if words and words[0] in VERBS:
        return _run_verb(words[0], words[1:])
    out = Output()
    if not words or words[0] in _HELP:
        out.result(overview())
        return Exit.OK
    if words[0] in _VERSION:
        from explorer import __version__

        out.result(f"quayside {__version__}")
        return Exit.OK
    verb = likely_verb(words[0])
    out.error(
        f"'{words[0]}' is no verb. "
        + (f"Did you mean `quayside {verb}`? " if verb else "quayside --help lists them. ")
        + f"For a container of that name: quayside az://{words[0]}"
    )
    return Exit.USAGE


def _run_verb(verb: str, words: list[str]) -> int:
    from explorer.cli.verbs import command_of, parser_of

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
            out.stderr.write(shown_lines(redact("".join(traceback.format_exception(error)))))
        return Exit.SOME_FAILED
    return code


def _harden_streams() -> None:
    """A file name that is no text must not stop a listing."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="backslashreplace")
