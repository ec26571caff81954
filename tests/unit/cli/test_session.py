"""A command asks its first question while what moves files is still loading."""

from __future__ import annotations

import argparse
import asyncio
from pathlib import Path

import pytest

from explorer.base.errors import InputError, NotFoundError, QuaysideError
from explorer.cli import session
from explorer.cli.main import main
from explorer.cli.session import asked_meanwhile, service_of
from explorer.service.model import Location
from explorer.service.service import Service

NOWHERE = "AccountName=a;AccountKey=a2V5;BlobEndpoint=https://127.0.0.1:1/a"


@pytest.fixture
def args(tmp_path: Path) -> argparse.Namespace:
    return argparse.Namespace(data_dir=str(tmp_path), quiet=True)


def moves_files(service: Service) -> bool:
    try:
        service.jobs()
    except RuntimeError:
        return False
    return True


def test_what_is_asked_first_does_not_wait_for_the_queue(args: argparse.Namespace) -> None:
    async def run() -> None:
        async def ask(service: Service) -> bool:
            await asyncio.sleep(0)
            return moves_files(service)

        async with service_of(
            args, with_transfers=True, with_crew=False, asks_first=True
        ) as service:
            assert not await asked_meanwhile(service, args, ask(service))
            assert moves_files(service)

    asyncio.run(run())


def test_a_question_that_fails_is_the_commands_failure(args: argparse.Namespace) -> None:
    async def run() -> None:
        async def ask() -> None:
            raise NotFoundError("no such blob", status=404)

        async with service_of(
            args, with_transfers=True, with_crew=False, asks_first=True
        ) as service:
            with pytest.raises(NotFoundError):
                await asked_meanwhile(service, args, ask())

    asyncio.run(run())


def test_where_there_is_no_queue_nobody_waits_for_an_answer(
    args: argparse.Namespace, tmp_path: Path
) -> None:
    (tmp_path / "journal.sqlite3").mkdir()

    async def run() -> None:
        given_up = asyncio.Event()

        async def ask() -> None:
            try:
                await asyncio.Event().wait()
            finally:
                given_up.set()

        async with service_of(
            args, with_transfers=True, with_crew=False, asks_first=True
        ) as service:
            with pytest.raises(QuaysideError):
                await asked_meanwhile(service, args, ask())
            assert given_up.is_set()

    asyncio.run(run())


@pytest.mark.parametrize("words", [("upload", __file__, "training"), ("download", "training/b")])
def test_a_transfer_reaches_for_the_service_before_its_queue_is_open(
    words: tuple[str, ...], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[str] = []

    async def open_queue(service: Service) -> None:
        seen.append("queue")
        raise InputError("no further")

    monkeypatch.setattr(session, "_crew", lambda: None)
    monkeypatch.setattr(Service, "ask_ahead", lambda service, connection: seen.append("asked"))
    monkeypatch.setattr(Service, "start_transfers", open_queue)
    code = main([*words, "--connection-string", NOWHERE, "--data-dir", str(tmp_path)])
    assert (code, seen) == (2, ["asked", "queue"])


@pytest.mark.parametrize("more", [(), ("--dry-run",)])
def test_what_deletes_a_folder_asks_ahead_and_what_only_looks_does_not(
    more: tuple[str, ...], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[str] = []

    async def look(service: Service, folder: Location) -> bool:
        raise InputError("no further")

    monkeypatch.setattr(Service, "ask_ahead", lambda service, connection: seen.append("asked"))
    monkeypatch.setattr(Service, "is_folder", look)
    words = ["rm", "-r", "training/b", *more, "--connection-string", NOWHERE]
    assert main([*words, "--data-dir", str(tmp_path)]) == 2
    assert seen == ([] if more else ["asked"])
