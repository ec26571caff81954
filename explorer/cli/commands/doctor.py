"""`quayside doctor`: what works on this machine, what does not, and what to do."""

from __future__ import annotations

import argparse
import os
import time
from collections.abc import Callable, Iterable

from explorer.base.errors import QuaysideError
from explorer.base.paths import data_dir
from explorer.base.workers import Workers
from explorer.cli import health, options
from explorer.cli.exits import Exit
from explorer.cli.health import Finding, Level
from explorer.cli.output import Output, error_line
from explorer.cli.session import connect, service_of
from explorer.service.service import Service
from explorer.storage.environment import from_environment, sign_in_from_environment
from explorer.transfer.state import JobState

NAME = "doctor"
EXAMPLE = "quayside doctor --connection work"
_MARKS = {Level.OK: "ok  ", Level.NOTE: "note", Level.BAD: "BAD "}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("target", nargs="?", default="", metavar="TARGET")
    options.add_connection_options(parser)
    options.add_common_options(parser)


async def run(args: argparse.Namespace, out: Output) -> int:
    folder = options.absolute(args.data_dir) if args.data_dir else data_dir()
    findings: list[Finding] = []

    def tell(some: Iterable[Finding]) -> None:
        for finding in some:
            findings.append(finding)
            _print(finding, out)
        out.flush()

    tell(health.versions())
    tell(health.data_folder(folder))
    try:
        async with service_of(args) as service:
            tell(health.certificates(service.settings))
            tell(await _aside(health.keyring))
            tell(await _way_to_storage(service, args, out))
    except QuaysideError as error:
        tell([_failed("storage", error)])
    tell(await _journal(args))
    bad = sum(finding.level is Level.BAD for finding in findings)
    if not out.is_json:
        out.note("Everything works." if not bad else f"{bad} to put right.")
    return Exit.SOME_FAILED if bad else Exit.OK


async def _aside(check: Callable[[], Iterable[Finding]]) -> list[Finding]:
    """A check that may take its time, in a thread."""
    workers = Workers("doctor", 1)
    try:
        return await workers.run(lambda: list(check()))
    finally:
        workers.close()


def _print(finding: Finding, out: Output) -> None:
    if out.is_json:
        out.data({"check": finding})
        return
    out.result(f"{_MARKS[finding.level]}  {finding.about}: {finding.text}")
    if finding.cure:
        out.result(f"      -> {finding.cure}")


def _failed(about: str, error: QuaysideError) -> Finding:
    return Finding(Level.BAD, about, error_line("", error))


async def _way_to_storage(service: Service, args: argparse.Namespace, out: Output) -> list[Finding]:
    """Reach and clock, where it is said which storage."""
    is_said = args.target or args.connection or args.connection_string or args.auth
    is_known = from_environment(os.environ)[1] or sign_in_from_environment(os.environ)[1]
    if not is_said and not is_known:
        return [Finding(Level.NOTE, "storage", "not tried", "Name a TARGET or a --connection.")]
    connection = await connect(service, args, out, args.target)
    found = list(health.proxy(service.settings, connection.endpoint))
    begun = time.monotonic()
    try:
        report = await service.probe_connection(connection.id)
    except QuaysideError as error:
        return [*found, _failed(f"storage {connection.endpoint}", error)]
    took_ms = (time.monotonic() - begun) * 1000
    found.append(
        Finding(Level.OK, f"storage {connection.endpoint}", f"{report.summary} ({took_ms:.0f} ms)")
    )
    found.append(Finding(Level.OK, "clock", f"{report.clock_skew_s:+.0f} s against the service's"))
    found += [Finding(Level.NOTE, "storage", warning) for warning in report.warnings]
    return found


async def _journal(args: argparse.Namespace) -> list[Finding]:
    """Whether the queue can be opened, and what waits in it."""
    try:
        async with service_of(args, with_transfers=True, with_crew=False) as service:
            jobs = service.jobs()
    except QuaysideError as error:
        return [_failed("transfer queue", error)]
    waiting = [job for job in jobs if not job.state.is_final]
    found = [Finding(Level.OK, "transfer queue", f"{len(jobs)} jobs, {len(waiting)} not at an end")]
    for job in waiting:
        if job.state is JobState.NEEDS_CREDENTIALS:
            text = f"job {job.id} ({job.title}) waits for credentials"
            found.append(Finding(Level.NOTE, "transfer queue", text, f"quayside resume {job.id}"))
    return found
