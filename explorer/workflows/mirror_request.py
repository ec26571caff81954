"""From the steps of a plan to the one request that moves them, each file decided. Pure but for
the places' addresses."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from explorer.service.model import Location
from explorer.service.service import Service
from explorer.transfer.copy_plan import check_copy
from explorer.transfer.model import (
    ConflictPolicy,
    CopyRequest,
    CopySource,
    DownloadRequest,
    DownloadSource,
    JobOptions,
    Request,
    UploadRequest,
    UploadSource,
)
from explorer.workflows.mirror_model import Deed, Entry, Step
from explorer.workflows.mirror_sides import End


def request_of(
    service: Service, source: End, target: End, options: JobOptions, steps: Sequence[Step]
) -> Request | None:
    """What adds and updates; None where nothing is to move. A file that was not at the target
    when the plan was made is never overwritten. Raises InputError."""
    entries = [
        step.source
        for step in steps
        if step.source is not None and step.deed in (Deed.ADD, Deed.UPDATE)
    ]
    if not entries:
        return None
    is_download = isinstance(target, Path)
    decisions = {
        step.target.real if is_download else step.name: ConflictPolicy.OVERWRITE
        for step in steps
        if step.target is not None and step.deed is Deed.UPDATE
    }
    exact = replace(
        options,
        conflicts=ConflictPolicy.FAIL,
        decisions=decisions,
        include=(),
        exclude=(),
        use_ignore_files=False,
    )
    if isinstance(source, Path):
        return UploadRequest(
            tuple(UploadSource(os.path.join(source, one.real), one.real) for one in entries),
            service.place(_location(target)),
            exact,
            make_container=True,
        )
    whole = Location(source.connection_id, source.container)
    if isinstance(target, Path):
        return DownloadRequest(
            tuple(_download(source, one) for one in entries),
            service.place(whole),
            str(target),
            exact,
        )
    request = CopyRequest(
        tuple(_copy(source, one) for one in entries),
        service.place(whole),
        service.place(target),
        exact,
        make_container=True,
    )
    check_copy(request)
    return request


def whole_request(service: Service, source: Location, target: End, options: JobOptions) -> Request:
    """What moves all that is at the source where nothing is at the target yet: the listing tells
    the job what each blob is, and none is asked for by itself. Raises InputError."""
    exact = replace(options, conflicts=ConflictPolicy.FAIL, decisions={}, use_ignore_files=False)
    place = service.place(Location(source.connection_id, source.container))
    if isinstance(target, Path):
        return DownloadRequest((DownloadSource(source.path, True, ""),), place, str(target), exact)
    request = CopyRequest(
        (CopySource(source.path, True, ""),),
        place,
        service.place(target),
        exact,
        make_container=True,
    )
    check_copy(request)
    return request


def _location(end: End) -> Location:
    if isinstance(end, Path):
        raise TypeError("both sides are local")
    return end


def _download(source: Location, entry: Entry) -> DownloadSource:
    if entry.is_folder:
        return DownloadSource(source.path + entry.name, True, entry.name.rstrip("/"))
    return DownloadSource(entry.real, False, entry.name)


def _copy(source: Location, entry: Entry) -> CopySource:
    if entry.is_folder:
        return CopySource(source.path + entry.name, True, entry.name.rstrip("/"))
    return CopySource(entry.real, False, entry.name)
