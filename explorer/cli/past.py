"""Rows of `ls` with versions, snapshots and what is deleted."""

from __future__ import annotations

import argparse
import time
from collections.abc import Iterator, Sequence
from contextlib import aclosing
from typing import Any

from explorer.base.errors import InputError, NotFoundError
from explorer.base.match import matches_glob
from explorer.base.units import format_bytes, iso_time, parse_moment, parse_size
from explorer.cli.output import Output
from explorer.service.model import Location
from explorer.service.restore_plan import step_back
from explorer.service.service import Service
from explorer.storage.history import BlobState, DeletedContainer, moment_of


async def list_past(
    service: Service, container: Location, path: str, args: argparse.Namespace, out: Output
) -> int:
    """What `--versions`, `--snapshots` and `--deleted` ask for; the exit code.

    Deleted containers for an account. Raises InputError for `--sort`, which no list of
    versions has, NotFoundError where nothing of that name was ever there.
    """
    if args.sort:
        raise InputError("Versions are listed by name, the oldest first.", cure="Leave --sort out.")
    if not container.container:
        return await _containers(service, container.connection_id, args, out)
    folder = path if path.endswith("/") or not path else f"{path}/"
    place = Location(container.connection_id, container.container, folder)
    newer_s = parse_moment(args.newer, time.time()) if args.newer else 0.0
    larger_bytes = parse_size(args.larger) if args.larger else 0
    is_empty = True
    pages = service.history.by_name(place, recursive=args.recursive)
    async with aclosing(pages):
        async for prefixes, names in pages:
            is_empty = is_empty and not (prefixes or names)
            for prefix in prefixes:
                label = prefix.name.removeprefix(folder)
                if not (newer_s or larger_bytes) and _matches(args, label):
                    _print_folder(prefix.name, label, args, out)
            for states in names:
                for state in chosen(states, args):
                    label = state.name.removeprefix(folder)
                    blob = state.blob
                    is_wanted = blob.last_modified_s >= newer_s and blob.size_bytes >= larger_bytes
                    if is_wanted and _matches(args, label):
                        print_state(state, label, args, out)
            out.flush()
    if is_empty and path and not path.endswith("/"):
        return await _one_blob(service, container, path, args, out)
    return 0


async def _one_blob(
    service: Service, container: Location, path: str, args: argparse.Namespace, out: Output
) -> int:
    states = (await service.history.states(container, path))[::-1]
    if not states:
        raise NotFoundError(f"There is nothing at '{path}', and nothing is kept.", status=404)
    for state in chosen(states, args):
        print_state(state, path.rpartition("/")[2], args, out)
    return 0


def chosen(states: Sequence[BlobState], args: argparse.Namespace) -> Iterator[BlobState]:
    """Which states of one name are shown: the blob as it is, and what the options add.
    Without `--versions`, a deleted blob is shown as it would come back. Pure."""
    back = step_back(states)
    for state in states:
        is_asked = bool(state.version_id and args.versions) or bool(
            state.snapshot and args.snapshots
        )
        if state.is_current and not state.is_deleted:
            yield state
        elif back is not None and state is back.source:
            if args.deleted or (is_asked and not state.is_deleted):
                yield state
        elif is_asked and (args.deleted or not state.is_deleted):
            yield state


def words_of(state: BlobState) -> str:
    """What a row is, beside its name. Pure."""
    words = []
    if state.snapshot:
        words.append(f"snapshot {state.snapshot}")
    elif state.version_id:
        words.append(f"version {state.version_id}")
    if state.is_current and state.version_id:
        words.append("current")
    if state.is_deleted:
        days = state.remaining_days
        words.append(f"deleted, {days} {'day' if days == 1 else 'days'} left")
    return ", ".join(words)


def print_state(state: BlobState, label: str, args: argparse.Namespace, out: Output) -> None:
    blob = state.blob
    if out.is_json:
        out.data(data_of(state))
        return
    words = words_of(state) if args.versions or not state.is_current else ""
    text = f"{label}  ({words})" if words else label
    if args.long:
        size = format_bytes(blob.size_bytes)
        text = f"{size:>10}  {iso_time(blob.last_modified_s) or '-':<20}  {text}"
    out.result(text)


def data_of(state: BlobState) -> dict[str, Any]:
    """A state as one JSON object. Pure."""
    blob = state.blob
    data: dict[str, Any] = {
        "type": "blob",
        "name": blob.name,
        "size": blob.size_bytes,
        "modified": iso_time(blob.last_modified_s),
        "content_type": blob.content_type,
        "etag": blob.etag,
        "tier": blob.tier,
        "version": state.version_id,
        "snapshot": state.snapshot,
        "made": iso_time(moment_of(state.snapshot) or state.made_s),
        "is_current": state.is_current,
        "deleted": state.is_deleted,
    }
    if state.is_deleted:
        data |= {
            "deleted_time": iso_time(state.deleted_s),
            "remaining_days": state.remaining_days,
        }
    return data


def _print_folder(name: str, label: str, args: argparse.Namespace, out: Output) -> None:
    if out.is_json:
        out.data({"type": "folder", "name": name})
    else:
        out.result(f"{'-':>10}  {'-':<20}  {label}" if args.long else label)


async def _containers(
    service: Service, connection_id: str, args: argparse.Namespace, out: Output
) -> int:
    if not args.deleted:
        raise InputError("An account has no versions of its own.", cure="Name a container.")
    for gone in await service.history.deleted_containers(connection_id):
        if not _matches(args, gone.name):
            continue
        if out.is_json:
            out.data(_container_data(gone))
        else:
            days = f"{gone.remaining_days} {'day' if gone.remaining_days == 1 else 'days'}"
            out.result(f"{gone.name}  (deleted {iso_time(gone.deleted_s)}, {days} left)")
    return 0


def _container_data(gone: DeletedContainer) -> dict[str, Any]:
    return {
        "type": "container",
        "name": gone.name,
        "deleted": True,
        "version": gone.version,
        "deleted_time": iso_time(gone.deleted_s),
        "remaining_days": gone.remaining_days,
    }


def _matches(args: argparse.Namespace, label: str) -> bool:
    return not args.match or matches_glob(args.match, label.rstrip("/"))
