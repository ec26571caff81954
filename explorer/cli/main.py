"""The command `quayside`: a verb, or what it says of itself without loading any."""

from __future__ import annotations

import sys

from explorer.cli.verbs import VERBS, likely_verb, overview

_HELP = ("-h", "--help")
_VERSION = ("-V", "--version")


def is_command(words: list[str]) -> bool:
    """Whether `words` are for the command line; else they say what the window opens."""
    if not words:
        return False
    first = words[0]
    return first in VERBS or first in _HELP + _VERSION or bool(likely_verb(first))


def main(argv: list[str] | None = None) -> int:
    """Run one command and return its exit code."""
    words = list(sys.argv[1:] if argv is None else argv)
    if words and words[0] in VERBS:
        from explorer.cli.one_verb import run_verb  # late: its loop and errors take a while

        return run_verb(words[0], words[1:])
    if not words or words[0] in _HELP:
        sys.stdout.write(f"{overview()}\n")
        return 0
    if words[0] in _VERSION:
        from explorer import __version__

        sys.stdout.write(f"quayside {__version__}\n")
        return 0
    return _complain(words[0])


def _complain(word: str) -> int:
    from explorer.cli.exits import Exit
    from explorer.cli.output import Output

    verb = likely_verb(word)
    Output().error(
        f"'{word}' is no verb. "
        + (f"Did you mean `quayside {verb}`? " if verb else "quayside --help lists them. ")
        + f"For a container of that name: quayside az://{word}"
    )
    return Exit.USAGE
