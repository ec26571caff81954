"""A listing in a file: whole, or no file at all."""

from __future__ import annotations

import asyncio
import csv
import json
from pathlib import Path

import pytest
from azure.storage.blob import ContainerClient

from explorer.base.errors import LocalError, NotFoundError
from explorer.service.emulator import Emulator
from explorer.service.listing_export import ExportFormat
from explorer.service.model import Location
from explorer.service.service import Service
from explorer.storage.connection import parse


def export(
    data_dir: Path,
    azurite: Emulator,
    container: str,
    path: Path,
    form: ExportFormat,
    *,
    recursive: bool = True,
) -> int:
    """How many rows were written."""

    async def work() -> int:
        rows = 0
        async with await Service.start(data_dir, adopt_jobs=False, with_transfers=False) as service:
            connection = await service.session_connection(parse(azurite.connection_string))
            place = Location(connection.id, container)
            async for count in service.exports.export(place, path, form, recursive=recursive):
                rows = count.rows
        return rows

    return asyncio.run(work())


def test_every_row_is_written_once(
    data_dir: Path, azurite: Emulator, container: ContainerClient, tmp_path: Path
) -> None:
    for name in ("a/=cmd.csv", "a/b/two.bin", "top.txt"):
        container.upload_blob(name, b"1234")
    target = tmp_path / "listing.csv"
    assert export(data_dir, azurite, container.container_name, target, ExportFormat.CSV) == 3
    with target.open(newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert [row["name"] for row in rows] == ["a/=cmd.csv", "a/b/two.bin", "top.txt"]
    assert {row["size"] for row in rows} == {"4"}
    lines = tmp_path / "listing.jsonl"
    form = ExportFormat.JSON_LINES
    assert export(data_dir, azurite, container.container_name, lines, form, recursive=False) == 2
    found = [json.loads(line) for line in lines.read_text("utf-8").splitlines()]
    assert [(row["type"], row["name"]) for row in found] == [("folder", "a/"), ("blob", "top.txt")]


def test_a_listing_that_fails_leaves_what_was_there(
    data_dir: Path, azurite: Emulator, tmp_path: Path
) -> None:
    target = tmp_path / "listing.csv"
    target.write_text("before")
    with pytest.raises(NotFoundError):
        export(data_dir, azurite, "not-there-at-all", target, ExportFormat.CSV)
    assert target.read_text() == "before"
    assert [path.name for path in tmp_path.iterdir() if path.name.startswith(".")] == []


def test_a_folder_that_is_not_there_is_told(
    data_dir: Path, azurite: Emulator, container: ContainerClient, tmp_path: Path
) -> None:
    with pytest.raises(LocalError, match="cannot be written"):
        export(data_dir, azurite, container.container_name, tmp_path / "no/x.csv", ExportFormat.CSV)
