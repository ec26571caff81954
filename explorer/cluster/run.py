"""A job of the queue on a cluster: who does it, with which credentials and paths."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from explorer.base.errors import InputError
from explorer.cluster.address import parse_address
from explorer.cluster.faults import not_installed
from explorer.service.service import Service
from explorer.transfer.away import Fleet, FleetOpener
from explorer.transfer.job import places_of
from explorer.transfer.model import ConflictPolicy, DownloadRequest, Request, UploadRequest

MOST_SOURCES = 50


def opener(service: Service) -> FleetOpener:
    """How the engine of a service reaches the cluster that a request names."""

    @asynccontextmanager
    async def open_fleet(request: Request) -> AsyncIterator[Fleet]:
        try:
            from explorer.cluster.fleet import Purpose
            from explorer.cluster.reaching import open_workers
        except ModuleNotFoundError as error:
            raise not_installed() from error

        check(request)
        specs = {place.connection_id: await service.spec_for(place) for place in places_of(request)}
        purpose = Purpose(specs, *paths_of(request))
        async with open_workers(parse_address(request.options.on), purpose) as fleet:
            yield fleet

    return open_fleet


def check(request: Request) -> None:
    """Raises InputError for what a cluster cannot do, or not safely twice. Pure."""
    parse_address(request.options.on)
    rules = {request.options.conflicts, *request.options.decisions.values()}
    if ConflictPolicy.RENAME in rules:
        raise InputError(
            "On a cluster nothing is kept under a second name: a batch that is sent again would "
            "make a third.",
            cure="Choose another rule than rename.",
        )


def paths_of(request: Request) -> tuple[tuple[str, ...], str]:
    """What workers have to read, and where they have to write; a few of many. Pure."""
    if isinstance(request, DownloadRequest):
        return (), request.destination
    if not isinstance(request, UploadRequest):
        return (), ""
    paths = [source.path for source in request.sources]
    if len(paths) > MOST_SOURCES:
        paths = sorted({os.path.dirname(path) for path in paths})
    return tuple(paths[:MOST_SOURCES]), ""
