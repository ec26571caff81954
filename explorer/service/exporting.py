"""Connections taken along to another machine, and brought in from one."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from explorer.base.errors import InputError, LocalError
from explorer.base.paths import write_new
from explorer.base.records import dataclass
from explorer.base.redact import register_secret
from explorer.base.workers import Workers
from explorer.service.entries import Entry, unique_name
from explorer.service.model import Connection
from explorer.storage.accounts import new_id
from explorer.storage.saved_connection import SavedConnection

if TYPE_CHECKING:
    from explorer.storage.connection_export import Export, Parcel


class Kept(Protocol):
    """What is needed of the connections."""

    def entries(self) -> tuple[Entry, ...]: ...
    async def load_secrets(self, connection_id: str = "") -> None: ...
    async def adopt(self, saved: SavedConnection, secret: str) -> Connection: ...


@dataclass(frozen=True, slots=True)
class Exported:
    """`data` is the file. `without_secret` names connections whose secret was not to be had."""

    data: bytes
    count: int
    without_secret: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Incoming:
    """One connection of a file: `name` as it will be called here, `reason` why it is left
    out (it is here already), empty where it will be added."""

    name: str
    account: str
    endpoint: str
    credential: str
    has_secret: bool
    is_http: bool
    reason: str = ""
    file_name: str = ""
    """Its name in the file; another one than `name` where that is taken here."""


@dataclass(frozen=True, slots=True)
class ImportPlan:
    """The preview. `is_locked`: there are secrets, and no passphrase was given."""

    incoming: tuple[Incoming, ...]
    is_locked: bool


@dataclass(frozen=True, slots=True)
class Imported:
    """What was added, and the names of what was left out as it is here already."""

    added: tuple[Connection, ...]
    left: tuple[str, ...]


class Exporting:
    """Of the service loop's thread; the work on passphrases is done in worker threads."""

    def __init__(self, kept: Kept, threads: Workers) -> None:
        self._kept = kept
        self._threads = threads

    async def export(self, connection_ids: Iterable[str] = (), passphrase: str = "") -> Exported:
        """Saved connections as the bytes of a file: those, or all. Secrets are in it only
        with a passphrase, encrypted under it.

        Raises InputError for a short passphrase, and where there is nothing to export.
        """
        from explorer.storage.connection_export import Parcel, pack  # late: seldom asked for

        wanted = set(connection_ids)
        chosen = [
            entry
            for entry in self._kept.entries()
            if entry.saved is not None and (not wanted or entry.connection.id in wanted)
        ]
        if not chosen:
            raise InputError("No saved connection is to be exported.", cure="Save one first.")
        lacking: list[str] = []
        parcels: list[Parcel] = []
        for entry in chosen:
            saved, secret = entry.saved, ""
            if saved is None:
                continue
            if passphrase and saved.needs_secret:
                await self._kept.load_secrets(entry.connection.id)
                secret = entry.spec.secret
                if not secret:
                    lacking.append(saved.name)
            parcels.append(Parcel(saved, secret))
        data = await self._threads.run(pack, parcels, passphrase)
        return Exported(data, len(parcels), tuple(lacking))

    async def connection_string(self, connection_id: str) -> str:
        """Its endpoint and secret as other programs take them: a secret, for an explicit copy.

        Raises InputError where it has none.
        """
        await self._kept.load_secrets(connection_id)
        for entry in self._kept.entries():
            if entry.connection.id == connection_id:
                from explorer.storage.connection_text import connection_text

                return connection_text(entry.spec)
        raise InputError("This connection does not exist any more.", cure="Connect again.")

    async def plan_import(self, data: bytes, passphrase: str = "") -> ImportPlan:
        """What a file would add; nothing is kept. Raises InputError for a file that is none,
        was changed, or is locked with another passphrase."""
        export = await self._opened(data, passphrase)
        named = self._named(export)
        return ImportPlan(
            tuple(
                Incoming(
                    name,
                    one.saved.account,
                    one.saved.blob_endpoint,
                    one.saved.credential_type,
                    bool(one.secret),
                    one.saved.blob_endpoint.startswith("http://"),
                    reason,
                    one.saved.name,
                )
                for one, name, reason in named
            ),
            export.is_locked,
        )

    async def import_file(self, data: bytes, passphrase: str = "") -> Imported:
        """Add what a file holds beside what is here: nothing is overwritten. Each gets a new
        id, and another name where its own is taken; one that is here already is left out.

        Raises InputError as `plan_import`, LocalError where it cannot be kept.
        """
        export = await self._opened(data, passphrase)
        added: list[Connection] = []
        left: list[str] = []
        for one, name, reason in self._named(export):
            if reason:
                left.append(one.saved.name)
                continue
            register_secret(one.secret)
            saved = replace(one.saved, id=new_id(), name=name)
            added.append(await self._kept.adopt(saved, one.secret))
        return Imported(tuple(added), tuple(left))

    async def _opened(self, data: bytes, passphrase: str) -> Export:
        """The file, with the secrets at hand of what may be here already."""
        from explorer.storage.connection_export import unpack

        export = await self._threads.run(unpack, data, passphrase)
        reaches = {_reach(one.saved) for one in export.parcels if one.secret}
        for entry in self._kept.entries():
            if entry.saved is not None and _reach(entry.saved) in reaches:
                await self._kept.load_secrets(entry.saved.id)
        return export

    def _named(self, export: Export) -> list[tuple[Parcel, str, str]]:
        """(parcel, name to give it, why it is left out)."""
        entries = self._kept.entries()
        taken = {entry.connection.name for entry in entries}
        found: list[tuple[Parcel, str, str]] = []
        for one in export.parcels:
            twin = next((entry for entry in entries if _is_same(entry, one)), None)
            if twin is not None:
                reason = f"It is here already, as '{twin.connection.name}'."
                found.append((one, one.saved.name, reason))
                continue
            name = unique_name(one.saved.name, taken)
            taken.add(name)
            found.append((one, name, ""))
        return found


def _is_same(entry: Entry, one: Parcel) -> bool:
    """The same reach by the same sort of secret; by the same secret where both are known."""
    if entry.saved is None:
        return False
    mine, theirs = entry.saved, one.saved
    if _reach(mine) != _reach(theirs):
        return False
    if one.secret and entry.spec.secret:
        return one.secret == entry.spec.secret
    return True


def _reach(saved: SavedConnection) -> tuple[str, ...]:
    return (
        saved.account,
        saved.blob_endpoint,
        saved.credential_type,
        saved.scope_level,
        saved.scope_container,
        saved.scope_path,
    )


def write_export(path: Path, data: bytes) -> None:
    """A new file that nobody else reads; one that is there stays. Blocking. Raises LocalError."""
    try:
        write_new(path, data)
    except FileExistsError:
        raise LocalError(
            f"There is a file '{path.name}' already.", path=str(path), cure="Choose another name."
        ) from None
    except OSError as error:
        raise LocalError(
            f"The file cannot be written: {error.strerror or type(error).__name__}.",
            path=str(path),
            cure="Choose another place.",
        ) from None
