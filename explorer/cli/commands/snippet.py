"""`quayside snippet`: lines to paste into the job descriptions of other systems."""

from __future__ import annotations

import argparse

from explorer.base.errors import InputError
from explorer.cli import options
from explorer.cli.output import Output
from explorer.workflows import snippet

NAME = "snippet"
EXAMPLE = "quayside snippet openpai --container training --archive"
DESCRIPTION = (
    "Without KIND it lists the kinds. The snippet goes to standard output, what it needs to "
    "standard error. There is no secret in it: the job has its connection string in "
    "STORAGE_CONNECTION_STRING."
)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "kind", nargs="?", default="", metavar="KIND", help=", ".join(snippet.KINDS)
    )
    parser.add_argument(
        "--container", metavar="NAME", default="outputs", help="where to (default: outputs)"
    )
    parser.add_argument(
        "--folder",
        metavar="PATH",
        default="",
        help="the folder in it (default: $PAI_USER_NAME/$PAI_JOB_NAME)",
    )
    parser.add_argument(
        "--per-job",
        action="store_true",
        help="below --folder, a folder for each job: $PAI_USER_NAME/$PAI_JOB_NAME",
    )
    parser.add_argument("--archive", action="store_true", help="send OUTPUT_DIR as one .tgz")
    parser.add_argument(
        "--yaml", action="store_true", help="as an item of the commands list of a job's YAML"
    )
    options.add_common_options(parser)


async def run(args: argparse.Namespace, out: Output) -> int:
    if not args.kind:
        for kind, what in snippet.KINDS.items():
            if out.is_json:
                out.data({"kind": kind, "what": what})
            else:
                out.result(f"{kind:<10} {what}")
        return 0
    if args.kind not in snippet.KINDS:
        raise InputError(
            f"There is no snippet '{args.kind}'.", cure=f"There are: {', '.join(snippet.KINDS)}."
        )
    made = snippet.openpai(
        args.container, args.folder, is_archive=args.archive, is_per_job=args.per_job
    )
    lines = snippet.as_yaml(made.commands) if args.yaml else list(made.commands)
    if out.is_json:
        out.data({"kind": args.kind, "snippet": "\n".join(lines), "notes": made.notes})
        return 0
    for line in lines:
        out.result(line)
    for note in made.notes:
        out.note(note)
    return 0
