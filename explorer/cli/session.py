"""One command's service: started, connected, closed whatever happens."""

from __future__ import annotations

import argparse
import asyncio
import os
import sys
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from explorer.base.collector import pass_over_what_is_loaded
from explorer.base.errors import InputError
from explorer.base.paths import data_dir
from explorer.base.tasks import TaskScope
from explorer.cli.options import absolute, given
from explorer.cli.output import Output
from explorer.cli.targets import choose
from explorer.service.model import Connection, Location, SecretHome
from explorer.service.service import Service
from explorer.storage.sign_in_codes import hear_codes

if TYPE_CHECKING:
    from explorer.transfer.away import Fleet
    from explorer.transfer.crew import Crew
    from explorer.transfer.model import JobSnapshot, Request

T = TypeVar("T")


@asynccontextmanager
async def service_of(
    args: argparse.Namespace,
    *,
    with_transfers: bool = False,
    with_crew: bool = True,
    asks_first: bool = False,
) -> AsyncIterator[Service]:
    """The service on this command's data folder. Without transfers the queue stays shut, and
    nothing is logged. Where nothing moves, or one file does, the processes of a crew would cost
    more than they are worth. A command that `asks_first` calls `start_transfers` itself."""
    folder = absolute(args.data_dir) if args.data_dir else data_dir()
    crew = _crew() if with_transfers and with_crew else None  # before any thread
    stop_logging = _logging_into(folder) if with_transfers else None
    try:
        async with await Service.start(
            folder, adopt_jobs=False, with_transfers=False, crew=crew
        ) as service:
            hear_codes(Output(is_quiet=args.quiet).error)
            if with_transfers and not asks_first:
                await start_transfers(service, args)
            else:
                _loaded(service, args)
            yield service
    finally:
        if crew is not None:
            crew.close()
        if stop_logging is not None:
            stop_logging()


async def start_transfers(service: Service, args: argparse.Namespace) -> None:
    """The queue and what moves files."""
    await service.start_transfers()
    _with_clusters(service)
    _loaded(service, args)


async def asked_meanwhile(
    service: Service, args: argparse.Namespace, question: Coroutine[Any, Any, T]
) -> T:
    """What comes of the question, while `start_transfers` is at its work too. Raises what either
    of them raises."""
    scope = TaskScope(on_error=lambda name, error: None)  # raised here
    try:
        answer: asyncio.Task[T] = scope.spawn(question, name="asked meanwhile")
        await start_transfers(service, args)
        return await answer
    finally:
        await scope.aclose()


def _loaded(service: Service, args: argparse.Namespace) -> None:
    """Say what there is to say of it."""
    out = Output(is_quiet=args.quiet)
    for notice in service.take_notices():
        out.note(f"quayside: {notice.title}: {notice.message}")
    pass_over_what_is_loaded()


def _crew() -> Crew | None:
    from explorer.transfer.crew import fork_crew  # late, like the engine

    pass_over_what_is_loaded()  # or each process would copy it, to look at it
    return fork_crew()


def _with_clusters(service: Service) -> None:
    def open_fleet(request: Request) -> AbstractAsyncContextManager[Fleet]:
        from explorer.cluster.run import opener  # late: hardly a job runs there

        return opener(service)(request)

    service.use_cluster(open_fleet)


def _logging_into(folder: Path) -> Callable[[], None]:
    from explorer.base.log import set_up_logging  # late: a command that only looks logs nothing

    return set_up_logging(folder, "command")


def read_text(source: str) -> str:
    """What stands behind `-` (standard input) or `@FILE`. Raises InputError."""
    if source == "-":
        if sys.stdin is None or sys.stdin.closed:
            raise InputError("There is no standard input to read from.")
        return sys.stdin.read()
    path = Path(source[1:]).expanduser()
    try:
        return path.read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is not text"
        raise InputError(f"'{path}' cannot be read: {reason}.") from None


async def connect(
    service: Service, args: argparse.Namespace, out: Output, target: str
) -> Connection:
    """The connection that options, environment and target say; see `targets.choose`."""
    chosen = choose(target, given(args), os.environ, read_text)
    if chosen.note:
        out.note(f"quayside: {chosen.note}")
    if chosen.spec is not None:
        return await service.session_connection(chosen.spec)
    return await saved_connection(service, chosen.saved_name)


async def saved_connection(service: Service, name: str, *, needs_secret: bool = True) -> Connection:
    """A saved one by its name or id, ready for use. Raises InputError."""
    matching = [one for one in service.connections() if name in (one.name, one.id)]
    if not matching:
        names = ", ".join(f"'{one.name}'" for one in service.connections())
        raise InputError(
            f"There is no saved connection '{name}'.",
            cure=f"Saved are: {names}." if names else "Save one with `quayside connect NAME`.",
        )
    if not needs_secret:
        return matching[0]
    await service.load_secrets(matching[0].id)
    found = service.connection(matching[0].id)
    if found.secret_home is SecretHome.MISSING:
        raise InputError(
            f"The secret of '{name}' is not there: {found.notice}",
            cure="Unlock the keyring, or give the credentials by --connection-string.",
        )
    return found


async def place_of(
    service: Service, args: argparse.Namespace, out: Output, target: str
) -> tuple[Location, str]:
    """(folder, name) of a target: the name is what follows its last slash, empty for a
    container or a target that ends with `/`."""
    connection = await connect(service, args, out, target)
    container, path = service.locate(connection.id, target)
    head, slash, name = path.rpartition("/")
    return Location(connection.id, container, head + slash), name


async def state_of(
    service: Service, args: argparse.Namespace, out: Output, target: str
) -> tuple[Location, str, str, str]:
    """(folder, name, snapshot, version id) of a target that may be one state of a blob: by its
    URL, or by the options of `options.add_state_options`. Raises InputError."""
    connection = await connect(service, args, out, target)
    folder, name, snapshot, version_id = service.locate_state(connection.id, target)
    if (args.snapshot and snapshot) or (args.version_id and version_id):
        raise InputError("The URL names a version already.", cure="Leave the option out.")
    snapshot, version_id = args.snapshot or snapshot, args.version_id or version_id
    if snapshot and version_id:
        raise InputError("Both a snapshot and a version are named.", cure="Name one of them.")
    if (snapshot or version_id) and not name:
        raise InputError("Only a blob has versions and snapshots.", cure="Name one blob.")
    return folder, name, snapshot, version_id


async def credentials_for(
    service: Service, args: argparse.Namespace, out: Output, job: JobSnapshot
) -> None:
    """Have credentials ready for a job of an earlier run: its saved connection's, or what
    options and environment give for the same account. Raises InputError."""
    saved = {connection.id for connection in service.connections()}
    has_options = args.connection or args.connection_string or args.auth
    if job.source_place is not None and job.source_place.connection_id in saved:
        await service.load_secrets(job.source_place.connection_id)
    if job.place.connection_id in saved and not has_options:
        await service.load_secrets(job.place.connection_id)
        return
    connection = await connect(service, args, out, job.place.container)
    source = job.source_place
    if connection.endpoint not in (job.place.endpoint, source.endpoint if source else ""):
        raise InputError(
            f"Job {job.id} is for {job.place.endpoint}, the credentials are for "
            f"{connection.endpoint}.",
            cure="Give the credentials of that account.",
        )
