"""The page of the help that lists all commands, written from their own parsers.

    python -m explorer.cli.reference > resources/help/commands.md

A test compares the two. argparse's own help differs between versions of Python, so the page is
laid out here.
"""

from __future__ import annotations

import argparse
import re
import sys

from explorer.cli.command import command_of, parser_of
from explorer.cli.verbs import VERBS

_COMMON = ("transfer", "credentials", "general")
"""Groups that many commands have: told once, at the end."""
_HEAD = """# All commands

`quayside` alone opens the window, `quayside TARGET` opens it there. A TARGET is `CONTAINER`,
`CONTAINER/FOLDER`, or a URL: `https://` (with or without a SAS), `abfss://`, `wasbs://`, `az://`.

Exit codes: 0 all done, 1 some failed, 2 usage, 3 not authorised, 4 not found, 130 interrupted.
"""


def reference() -> str:
    """The whole page, Markdown."""
    parts = [_HEAD]
    common: dict[str, tuple[str, list[str]]] = {}
    for verb in VERBS:
        command = command_of(verb)
        parser = parser_of(command)
        parts += [f"## {verb}", "", _safe(parser.description or ""), ""]
        parts += [f"    {command.EXAMPLE}", ""]
        also = []
        for group in parser._action_groups:
            lines = [_line(action) for action in group._group_actions if _is_told(action)]
            if group.title in _COMMON:
                also.append(group.title)
                _, known = common.setdefault(group.title or "", (group.description or "", []))
                known += [line for line in lines if line not in known]
            elif lines:
                parts += [*lines, ""]
        parts += [f"Also those of many commands, below: {', '.join(also)}.", ""]
    for title, (description, lines) in common.items():
        parts += [f"## Options of many commands: {title}", ""]
        parts += [_safe(description), ""] if description else []
        parts += [*lines, ""]
    return "\n".join(parts).rstrip("\n") + "\n"


def _is_told(action: argparse.Action) -> bool:
    return action.help is not argparse.SUPPRESS and "--help" not in action.option_strings


def _line(action: argparse.Action) -> str:
    """`- `--limit RATE` bytes a second` as an item of a list."""
    names = ", ".join(action.option_strings)
    words = " ".join(filter(None, (names, _value(action))))
    # An own `%` is doubled for argparse.
    told = _safe((action.help or "").replace("%%", "%"))
    return f"- `{words}`{f': {told}' if told else ''}"


def _safe(text: str) -> str:
    """Without what Markdown takes for emphasis or markup; what is `code` stays as it is."""
    parts = text.split("`")
    parts[::2] = [re.sub(r"([*<])", r"\\\1", part) for part in parts[::2]]
    return "`".join(parts)


def _value(action: argparse.Action) -> str:
    if action.nargs == 0:
        return ""
    name = action.metavar
    if isinstance(name, tuple):
        return " ".join(name)
    if name:
        return name
    if action.choices is not None:
        return "|".join(str(choice) for choice in action.choices)
    return action.dest.upper()


if __name__ == "__main__":
    sys.stdout.write(reference())
