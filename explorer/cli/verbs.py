"""The verbs of the command, each a module of `explorer.cli.commands` that is imported late."""

from __future__ import annotations

import argparse
import difflib
from importlib import import_module
from typing import NoReturn, Protocol, cast

from explorer.cli.exits import Exit
from explorer.cli.output import Output

VERBS = (
    "ls", "du", "upload", "download", "copy", "move", "mirror", "verify",
    "rm", "restore", "mkdir", "stat", "cat",
    "props", "lease", "sas", "url", "acl",
    "jobs", "resume", "pause", "cancel", "retry",
    "artifact", "watch", "mount", "outputs", "snippet",
    "connect", "demo", "doctor", "help",
)  # fmt: skip
"""In the order of the help."""


class Command(Protocol):
    """What each module has. `DESCRIPTION` may be left out."""

    NAME: str
    SUMMARY: str
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
    parser = Parser(
        prog=f"quayside {command.NAME}",
        description=getattr(
            command, "DESCRIPTION", f"{command.SUMMARY[:1].upper()}{command.SUMMARY[1:]}."
        ),
        epilog=f"example: {command.EXAMPLE}",
        allow_abbrev=False,
    )
    command.add_arguments(parser)
    return parser


def overview() -> str:
    """The help of the command itself."""
    lines = ["usage: quayside [TARGET]            open the window, there"]
    lines += ["       quayside VERB ...            see `quayside VERB --help`", ""]
    for verb in VERBS:
        lines.append(f"  {verb:<10} {command_of(verb).SUMMARY}")
    lines += [
        "",
        "TARGET: CONTAINER, CONTAINER/FOLDER, https://..., abfs[s]://, wasb[s]://, az://",
        "exit: 0 all done, 1 some failed, 2 usage, 3 not authorised, 4 not found, 130 interrupted",
        "",
        "example: quayside upload out training runs/7",
    ]
    return "\n".join(lines)


def likely_verb(word: str) -> str:
    """The verb a mistyped word was meant to be; empty where it looks like a target. Pure."""
    if any(mark in word for mark in "/:.@"):
        return ""
    return next(iter(difflib.get_close_matches(word, VERBS, n=1, cutoff=0.75)), "")
