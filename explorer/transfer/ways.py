"""Which way the files of a job go: each is loaded where a file goes it. Belongs to the loop's
thread."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import NamedTuple

from explorer.transfer.model import CopyRequest, Request, UploadRequest
from explorer.transfer.moving import Moving, Way
from explorer.transfer.rows import TransferRow
from explorer.transfer.terms import Terms
from explorer.transfer.work import Live, Work


class Ways(NamedTuple):
    """Of one job."""

    is_small: Callable[[TransferRow], bool]
    """Whether a file is tried in a row, by what `small` makes; else it goes what `usual` makes."""
    small: Callable[[Live], Moving]
    usual: Callable[[Live], Way]


def ways_of(request: Request, work: Work, terms: Terms) -> Ways:
    """By the direction."""
    if isinstance(request, CopyRequest):
        from explorer.transfer.remote_copy import RemoteCopy, Route

        route = Route()
        return Ways(
            lambda row: False,
            _no_copy_is_small,
            lambda live: RemoteCopy(work, live, route, is_move=request.is_move),
        )
    if isinstance(request, UploadRequest):
        from explorer.transfer import upload

        up = partial(upload.Upload, work, terms=terms)
        return Ways(partial(upload.goes_at_once, work), up, up)
    from explorer.transfer import download

    down = partial(download.Download, work, terms=terms)
    return Ways(partial(download.goes_at_once, work), down, down)


def _no_copy_is_small(live: Live) -> Moving:
    raise RuntimeError("a copy is made by the service")
