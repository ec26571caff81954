"""What the module of a verb has, and the parser of its arguments."""

from __future__ import annotations

import argparse
from functools import partial
from importlib import import_module
from typing import NoReturn, Protocol, cast

from explorer.cli.exits import Exit
from explorer.cli.output import Output
from explorer.cli.verbs import VERBS


class Command(Protocol):
    """What each module has. `DESCRIPTION` may be left out."""

    NAME: str
    EXAMPLE: str

    def add_arguments(self, parser: argparse.ArgumentParser) -> None: ...

    async def run(self, args: argparse.Namespace, out: Output) -> int: ...


class Parser(argparse.ArgumentParser):
    """Complains like every other error of ours: one line, without secrets, exit code 2."""

    def error(self, message: str) -> NoReturn:
        Output().error(f"{message}. See `{self.prog} --help`.")
        self.exit(Exit.USAGE)


def command_of(verb: str) -> Command:
    return cast(Command, import_module(f"explorer.cli.commands.{verb}"))


def parser_of(command: Command) -> Parser:
    """The arguments of one verb, with its example below."""
    summary = VERBS[command.NAME]
    parser = Parser(
        prog=f"quayside {command.NAME}",
        description=getattr(command, "DESCRIPTION", f"{summary[:1].upper()}{summary[1:]}."),
        epilog=f"example: {command.EXAMPLE}",
        # Each argument is tried on one; this one need not ask how wide the terminal is.
        formatter_class=partial(argparse.HelpFormatter, width=80),
        allow_abbrev=False,
    )
    command.add_arguments(parser)
    parser.formatter_class = argparse.HelpFormatter
    return parser
