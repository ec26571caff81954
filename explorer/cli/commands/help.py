"""`quayside help`: the verbs and topics, or one page of the help."""

from __future__ import annotations

import argparse
import difflib
import re

from explorer.base import help_pages
from explorer.base.errors import InputError
from explorer.cli import options
from explorer.cli.command import command_of, parser_of
from explorer.cli.output import Output
from explorer.cli.verbs import VERBS, overview

NAME = "help"
EXAMPLE = "quayside help transfers"
DESCRIPTION = (
    "Without TOPIC it lists the verbs and the topics. A topic gives its page, as the Help menu of "
    "the window shows it; a verb that has no page gives the same as `quayside VERB --help`."
)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("topic", nargs="?", default="", metavar="TOPIC", help="a topic, or a verb")
    options.add_common_options(parser, with_json=False)


def as_plain(text: str) -> str:
    """Markdown for a terminal: as it is, without the escapes that only a viewer needs. Pure."""
    return re.sub(r"\\([*<])", r"\1", text)


async def run(args: argparse.Namespace, out: Output) -> int:
    topic = args.topic.strip().lower()
    if not topic:
        out.result(overview())
        out.result("")
        out.result("topics, for `quayside help TOPIC`:")
        for one in help_pages.pages():
            out.result(f"  {one.name:<12} {one.title}")
        return 0
    if page := help_pages.page(topic):
        out.result(as_plain(page.text).rstrip("\n"))
        if topic in VERBS:
            out.note(f"All options: quayside {topic} --help")
        return 0
    if topic in VERBS:
        out.result(parser_of(command_of(topic)).format_help().rstrip("\n"))
        return 0
    known = [*VERBS, *(one.name for one in help_pages.pages())]
    near = next(iter(difflib.get_close_matches(topic, known, n=1)), "")
    raise InputError(
        f"There is no help about '{args.topic}'.",
        cure=f"Try: quayside help {near}" if near else "quayside help lists the topics.",
    )
