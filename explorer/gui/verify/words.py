"""What the check against a manifest says, shows, copies and writes. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from typing import Final

from explorer.base.shown import shown
from explorer.base.units import format_bytes
from explorer.gui.parts.lines_model import Line
from explorer.service.listing_text import csv_field
from explorer.service.model import Location
from explorer.storage.connection_url import is_url_like
from explorer.workflows.manifest import Run
from explorer.workflows.mirror_runs import KeptRun
from explorer.workflows.verify import Finding, Verdict, summary

RUN_HEADERS: Final = ("Run", "Files", "Size", "From", "To")
FINDING_HEADERS: Final = ("What", "Name", "Why")
HEAD: Final = "verdict,name,reason\r\n"
ICONS: Final = {Verdict.MISSING: "error", Verdict.DIFFERS: "warning", Verdict.UNREADABLE: "lock"}


def run_line(kept: KeptRun) -> Line:
    """A run in the list of those that are known."""
    run, count = kept.run, kept.run.counts.get
    when = run.finished.replace("T", " ")[:19]
    cells = (
        when,
        f"{count('files', 0):,}",
        format_bytes(count("bytes", 0)),
        run.source,
        run.target,
    )
    return Line(cells, hint=f"{kept.id}\n{run.source} → {run.target}")


def concerns(run: Run, label: str) -> bool:
    """Whether the place of that label is one side of the run."""
    return label.rstrip("/") in (run.source.rstrip("/"), run.target.rstrip("/"))


def folder_in(run: Run) -> Path | None:
    """The folder of this computer that the run filled or read, if there is one."""
    for side in (run.target, run.source):
        if not is_url_like(side) and Path(side).is_absolute():
            return Path(side)
    return None


def place_title(place: Location | Path) -> str:
    """Where is looked, as one of the choices."""
    if isinstance(place, Path):
        return f"The folder {shown(str(place))} of this computer"
    return shown(f"{place.container}/{place.path}".rstrip("/"))


def progress(counts: Counter[Verdict], files: int) -> str:
    """`1,200 of 5,000 files checked, 3 missing`."""
    bad = [(it, counts[it]) for it in Verdict if it is not Verdict.GOOD and counts[it]]
    done = f"{counts.total():,} of {max(files, counts.total()):,} files checked"
    return ", ".join([done, *(f"{count:,} {it.value}" for it, count in bad)])


def ending(counts: Counter[Verdict], files: int, *, is_whole: bool) -> str:
    """The last word; a check that was stopped says how far it came."""
    if is_whole:
        return summary(counts)
    return f"Not all was checked: {progress(counts, files)}."


def finding_line(finding: Finding) -> Line:
    """One file that is not as the run left it."""
    reason = finding.reason[:1].upper() + finding.reason[1:]
    what = finding.verdict.value.capitalize()
    return Line((what, finding.name, reason), ICONS.get(finding.verdict, ""))


def as_text(findings: Iterable[Finding]) -> str:
    """For the clipboard, as the command prints them."""
    return "\n".join(
        f"{it.verdict.value}  {shown(it.name)}  ({shown(it.reason)})" for it in findings
    )


def as_csv(findings: Iterable[Finding]) -> str:
    """RFC 4180, with a header."""
    return HEAD + "".join(
        ",".join(map(csv_field, (it.verdict.value, it.name, it.reason))) + "\r\n" for it in findings
    )
