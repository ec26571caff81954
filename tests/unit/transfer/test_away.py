"""Rows of a job become requests that take each file to where the job takes it."""

from __future__ import annotations

import os
from dataclasses import replace

from explorer.transfer.away import Batches
from explorer.transfer.model import (
    ConflictPolicy,
    CopyRequest,
    CopySource,
    DownloadRequest,
    DownloadSource,
    JobOptions,
    RemotePlace,
    UploadRequest,
    UploadSource,
)
from explorer.transfer.rows import Kind, TransferRow
from explorer.transfer.state import TransferState

PLACE = RemotePlace("c", "https://acc.blob.core.windows.net", "box", "runs/")
WHOLE = replace(PLACE, prefix="")
OPTIONS = JobOptions(
    on="dask://head:8786",
    include=("*.csv",),
    decisions={"a": ConflictPolicy.SKIP, "other": ConflictPolicy.FAIL},
)


def row(local: str, remote: str) -> TransferRow:
    return TransferRow(
        1, 1, TransferState.QUEUED, Kind.FILE, b"", os.fsencode(local), remote, 1, 0, "", None, 0,
        None, "",
    )  # fmt: skip


def test_an_upload_keeps_the_name_that_the_walk_gave() -> None:
    sources = (UploadSource("/d/out", ""), UploadSource("/d/more", "kept"), UploadSource("/e", "e"))
    batch = Batches(UploadRequest(sources, PLACE, OPTIONS, make_container=True)).request(
        [row("/d/out/a", "runs/a"), row("/d/more/x/y", "runs/kept/x/y"), row("/e", "runs/e")]
    )
    assert isinstance(batch, UploadRequest)
    assert [source.name for source in batch.sources] == ["a", "kept/x/y", "e"]
    assert (batch.target, batch.make_container) == (PLACE, False)


def test_a_batch_is_for_the_machine_it_comes_to_and_filters_nothing() -> None:
    source = UploadRequest((UploadSource("/d", ""),), PLACE, OPTIONS)
    options = Batches(source).request([row("/d/a", "runs/a")]).options
    assert (options.on, options.include) == ("", ())
    assert options.decisions == {"a": ConflictPolicy.SKIP}


def test_a_download_has_each_blob_in_its_state_and_place() -> None:
    sources = (DownloadSource("x", False, "x", version_id="v"), DownloadSource("d/", True, ""))
    batch = Batches(DownloadRequest(sources, WHOLE, "/to", OPTIONS)).request(
        [row("x", "x"), row("d/y", "d/y")]
    )
    assert batch.sources == (
        DownloadSource("x", False, "x", version_id="v"),
        DownloadSource("d/y", False, "d/y"),
    )


def test_a_copy_goes_blob_by_blob() -> None:
    request = CopyRequest((CopySource("from/", True, "to"),), WHOLE, PLACE, OPTIONS)
    batch = Batches(request).request([row("from/ü", "runs/to/ü")])
    assert batch.sources == (CopySource("from/ü", False, "to/ü"),)
