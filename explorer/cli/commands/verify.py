"""`quayside verify`: a place held against the manifest of a mirror's run."""

from __future__ import annotations

import argparse
from collections import Counter
from contextlib import ExitStack

from explorer.cli import options
from explorer.cli.copying import Connecting
from explorer.cli.exits import Exit
from explorer.cli.mirror_runs import folder_of
from explorer.cli.mirroring import end_of, is_local
from explorer.cli.output import Output
from explorer.cli.session import service_of
from explorer.workflows.manifest import Manifest
from explorer.workflows.mirror_runs import find_run
from explorer.workflows.verify import Verdict, Verifier, summary

NAME = "verify"
EXAMPLE = "quayside verify 20261121-065415-1a2b3c ./data"
DESCRIPTION = (
    "MANIFEST is a run as `quayside mirror --runs` names it, or a file. PLACE is where to look: a "
    "folder of this computer, or a container or folder of storage; without it, where the run put "
    "the files. Says what is missing or differs, and ends with 1 if anything does. Local files "
    "are read; blobs only with --read."
)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("manifest", metavar="MANIFEST", help="a run, or a manifest file")
    parser.add_argument(
        "place", nargs="?", default="", metavar="PLACE", help="a local folder or a target"
    )
    parser.add_argument(
        "--read", action="store_true", help="read blobs too, whose MD5 the manifest knows"
    )
    options.add_connection_options(parser)
    options.add_common_options(parser)


async def run(args: argparse.Namespace, out: Output) -> int:
    counts: Counter[Verdict] = Counter()
    with ExitStack() as stack:
        manifest = stack.enter_context(Manifest(find_run(folder_of(args), args.manifest)))
        async with service_of(args) as service:
            word = args.place or manifest.run.target
            place = await end_of(
                service, Connecting(service, args, out), word, is_local=is_local(word)
            )
            verifier = Verifier(service, place, reads=args.read)
            async for batch in verifier.findings(manifest):
                for finding in batch:
                    counts[finding.verdict] += 1
                    if out.is_json:
                        out.data({"name": finding.name, **_said(finding.verdict, finding.reason)})
                    elif finding.verdict is not Verdict.GOOD:
                        out.result(f"{finding.verdict.value}  {finding.name}  ({finding.reason})")
                out.passing(f"{sum(counts.values()):,} files checked")
            out.passing("")
    bad = sum(count for verdict, count in counts.items() if verdict is not Verdict.GOOD)
    out.note(summary(counts))
    return Exit.SOME_FAILED if bad else Exit.OK


def _said(verdict: Verdict, reason: str) -> dict[str, str]:
    return {"verdict": verdict.value, "reason": reason}
