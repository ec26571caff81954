"""Whatever is logged, no line of it holds a secret."""

from __future__ import annotations

import asyncio
import base64
import logging
import os
import stat
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from explorer.base import log as logs
from explorer.base.redact import register_secret

CANARY = base64.b64encode(bytes(range(40, 104))).decode("ascii")


@pytest.fixture
def log_file(tmp_path: Path) -> Iterator[Path]:
    register_secret(CANARY)
    undo = logs.set_up_logging(tmp_path, "test", level=logging.DEBUG)
    yield tmp_path / "logs" / "test.log"
    undo()


def failing() -> None:
    raise ValueError(f"bad key {CANARY}")


def test_message_arguments_exception_and_stack_are_redacted(log_file: Path) -> None:
    logger = logging.getLogger("x")
    logger.info("in the message %s", CANARY)
    logger.info("in a mapping %(key)s", {"key": CANARY})
    logger.info(f"in the text {CANARY}", stack_info=True)
    try:
        failing()
    except ValueError:
        logger.exception("in the exception")
    text = log_file.read_text("utf-8")
    assert "in the message" in text
    assert "in the exception" in text
    assert "ValueError: bad key" in text
    assert CANARY[:12] not in text


def test_a_name_with_line_breaks_and_escapes_makes_no_line_of_its_own(log_file: Path) -> None:
    name = "a\n2026-01-01 00:00:00,000 INFO    MainThread x: all is well\x1b[2J\u202e"
    logging.getLogger("x").warning("found %s", name)
    try:
        raise ValueError(name)
    except ValueError as error:
        logging.getLogger("x").error("failed", exc_info=error)
    text = log_file.read_text()
    assert "found a\\x0a2026" in text
    assert "\x1b" not in text
    assert "\u202e" not in text


def test_the_file_is_private_and_so_are_its_rotations(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(logs, "FILE_SIZE_BYTES", 500)
    undo = logs.set_up_logging(tmp_path)
    for index in range(100):
        logging.getLogger("x").warning("line %d", index)
    undo()
    files = list((tmp_path / "logs").iterdir())
    assert len(files) == logs.KEPT_FILES + 1
    if os.name == "posix":
        assert {stat.S_IMODE(path.stat().st_mode) for path in files} == {0o600}


def test_a_record_that_cannot_be_formatted_is_told_without_its_arguments(
    log_file: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    formatter = logs.RedactingFormatter()
    record = logging.LogRecord("x", logging.INFO, "f", 1, "%d files", (CANARY,), None)
    assert "unprintable record" in formatter.format(record)
    assert CANARY[:12] not in formatter.format(record)
    assert capsys.readouterr().err == ""


def test_a_folder_that_cannot_be_made_does_not_stop_the_start(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "logs").write_text("in the way")
    undo = logs.set_up_logging(tmp_path)
    undo()
    assert "no log file" in capsys.readouterr().err


def test_uncaught_errors_of_every_thread_reach_log_and_ear(log_file: Path) -> None:
    heard: list[BaseException] = []
    undo = logs.install_hooks(heard.append)
    try:
        thread = threading.Thread(target=failing, name="worker-7")
        thread.start()
        thread.join()
        error = RuntimeError(f"in the main thread {CANARY}")
        sys.excepthook(RuntimeError, error, None)
    finally:
        undo()
    assert [type(error) for error in heard] == [ValueError, RuntimeError]
    text = log_file.read_text("utf-8")
    assert "worker-7" in text
    assert "in the main thread" in text
    assert CANARY[:12] not in text


def test_an_interrupt_is_left_to_the_former_hook(log_file: Path) -> None:
    heard: list[BaseException] = []
    former = sys.excepthook
    seen: list[object] = []
    sys.excepthook = lambda *args: seen.append(args[0])
    undo = logs.install_hooks(heard.append)
    try:
        sys.excepthook(KeyboardInterrupt, KeyboardInterrupt(), None)
    finally:
        undo()
        sys.excepthook = former
    assert seen == [KeyboardInterrupt]
    assert heard == []


def test_what_a_loop_would_print_is_logged(log_file: Path) -> None:
    heard: list[BaseException] = []

    async def main() -> None:
        loop = asyncio.get_running_loop()
        logs.install_loop_handler(loop, heard.append)
        done = asyncio.Event()

        def callback() -> None:
            loop.call_soon(done.set)
            failing()

        loop.call_soon(callback)
        await done.wait()

    asyncio.run(main())
    assert [type(error) for error in heard] == [ValueError]
    text = log_file.read_text("utf-8")
    assert "bad key" in text
    assert CANARY[:12] not in text


def test_logging_of_libraries_that_print_headers_is_off(log_file: Path) -> None:
    name = "azure.core.pipeline.policies.http_logging_policy"
    assert logging.getLogger(name).getEffectiveLevel() == logging.WARNING
