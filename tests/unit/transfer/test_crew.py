"""The crew: who may be asked, what is said, and that nobody stays behind."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from pathlib import Path
from types import SimpleNamespace
from typing import Any, TypeVar, cast

import pytest

from explorer.base.errors import IntegrityError, NetworkError, Retry, ThrottledError
from explorer.storage.model import BlobHeaders, Written
from explorer.transfer.carrying import Carrier
from explorer.transfer.crew import fork_crew
from explorer.transfer.crew_talk import HEAD_BYTES, Reply, Row, Stop, packed, unpacked
from explorer.transfer.in_a_row import Tried
from explorer.transfer.model import Failure
from explorer.transfer.pacing import Limiter
from explorer.transfer.rows import Kind, TransferRow
from explorer.transfer.small_download import InTheWayError
from explorer.transfer.small_upload import Sent
from explorer.transfer.state import TransferState
from explorer.transfer.verify import damaged
from tests.support.processes import is_gone

M = TypeVar("M", Row, Reply)

linux_only = pytest.mark.skipif(sys.platform != "linux", reason="Linux only")


def again(message: M) -> M:
    data = packed(message)
    assert int.from_bytes(data[:HEAD_BYTES]) == len(data) - HEAD_BYTES
    return cast(M, unpacked(data[HEAD_BYTES:]))


def a_row(number: int) -> TransferRow:
    failure = Failure("title", "message", "cure")
    state, kind = TransferState.QUEUED, Kind.FILE
    place = (b"key", b"d/f%d" % number, f"d/f{number}", 3, 1_600_000_000_123_456_700)
    return TransferRow(number, 1, state, kind, *place, '"e"', b"md5", 2, failure, "note", b"was")


def test_what_was_sent_comes_over() -> None:
    sent = Sent(Written('"e"', 7), BlobHeaders("text/plain", content_md5=b"m"), 3)
    got = again(Reply(1, [Tried(True, True, sent, None, False)], False, True))
    assert got.tried[0].got == sent
    assert (got.row, got.is_cancelled, got.was_shielded) == (1, False, True)


def test_files_come_over_with_all_that_is_known_of_them() -> None:
    files = [a_row(number) for number in range(3)]
    assert again(Row(5, 6, True, files)) == Row(5, 6, True, files)


def test_what_is_said_of_many_files_is_little_more_than_what_is_known_of_them() -> None:
    both = len(packed(Row(5, 6, True, [a_row(1), a_row(2)])))
    assert both - len(packed(Row(5, 6, True, [a_row(1)]))) < 100
    sent = Tried(True, True, Sent(Written('"e"', 7), BlobHeaders("text/plain"), 3), None, False)
    other = Tried(True, True, Sent(Written('"f"', 8), BlobHeaders("text/css"), 4), None, False)
    both = len(packed(Reply(1, [sent, other], False, False)))
    assert both - len(packed(Reply(1, [sent], False, False))) < 100


def test_errors_come_over_with_all_that_is_decided_by() -> None:
    slow = ThrottledError("slow", cure="wait", status=503, retry_after_s=4.0)
    errors: list[Exception] = [damaged("wrong"), NetworkError("gone"), slow]
    tried = again(Reply(1, [Tried(True, False, None, e, True) for e in errors], False, False)).tried
    wrong, gone, late = (cast(Any, each.error) for each in tried)
    assert isinstance(wrong, IntegrityError)
    assert (wrong.retry, gone.retry) == (Retry.RESTART, Retry.SOON)
    assert (late.status, late.retry_after_s, late.cure) == (503, 4.0, "wait")
    assert all(each.is_sent for each in tried)


def test_what_is_in_the_way_comes_over(tmp_path: Path) -> None:
    found = os.lstat(tmp_path)
    error = again(Reply(1, [Tried(True, False, None, InTheWayError(found), False)], False, False))
    assert cast(InTheWayError, error.tried[0].error).found == found


def test_a_message_is_one_of_ours() -> None:
    assert unpacked(packed(Stop(3))[HEAD_BYTES:]) == Stop(3)


def carrier(
    *, is_lendable: bool = True, limit: int = 0, own_limit: int = 0, marks: Any = None
) -> Carrier:
    crew = SimpleNamespace(size=2, free=lambda most: "mate")
    plant = SimpleNamespace(crew=crew, limiter=Limiter(limit))
    store = SimpleNamespace(is_lendable=lambda for_changes: is_lendable)
    work = SimpleNamespace(plant=plant, store=store, limiter=Limiter(own_limit), marks=marks or {})
    return Carrier(cast(Any, work), cast(Any, None), is_upload=True)


def test_the_crew_is_asked_where_nothing_speaks_against_it() -> None:
    assert carrier().more == 2


@pytest.mark.parametrize(
    "against",
    [
        {"is_lendable": False},
        {"limit": 1000},
        {"own_limit": 1000},
        {"marks": {"name": ("snapshot", "")}},
    ],
)
def test_limits_and_credentials_of_this_process_keep_the_files_here(
    against: dict[str, Any],
) -> None:
    assert carrier(**against).more == 0


def test_nothing_is_forked_beside_other_threads() -> None:
    wait = threading.Event()
    thread = threading.Thread(target=wait.wait)
    thread.start()
    try:
        assert fork_crew(1) is None
    finally:
        wait.set()
        thread.join()


_PROGRAM = """
import os, sys
from explorer.transfer.crew import fork_crew
crew = fork_crew(2)
print(*crew.pids, flush=True)
{then}
"""


def forking(then: str) -> tuple[list[int], subprocess.Popen[str]]:
    process = subprocess.Popen(
        [sys.executable, "-c", _PROGRAM.format(then=then)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    return [int(each) for each in process.stdout.readline().split()], process


@linux_only
def test_where_no_process_may_be_added_it_is_done_without() -> None:
    program = (
        "import os, resource; from explorer.transfer.crew import fork_crew;"
        "resource.setrlimit(resource.RLIMIT_NOFILE, (4, 4)); print(fork_crew(2))"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert (done.stdout.strip(), done.stderr) == ("None", "")


@linux_only
def test_a_crew_that_was_never_needed_ends_with_its_owner() -> None:
    pids, process = forking("crew.close()")
    with process:
        assert process.wait(30) == 0
    assert len(pids) == 2
    assert all(is_gone(pid) for pid in pids)


@linux_only
def test_a_crew_does_not_outlive_a_killed_owner_nor_keep_its_output_open() -> None:
    pids, process = forking("sys.stdin.read()")
    with process:
        process.kill()
        out, _ = process.communicate(timeout=30)  # hangs as long as somebody has it open
    assert not out
    for pid in pids:
        while not is_gone(pid):
            os.sched_yield()


@linux_only
def test_what_a_terminal_interrupts_is_not_the_crew() -> None:
    pids, process = forking("sys.stdin.read(); crew.close()")
    with process:
        for pid in pids:
            caught = _ignored(pid)
            while not caught >> (signal.SIGINT - 1) & 1:  # it has only just begun
                caught = _ignored(pid)
            os.kill(pid, signal.SIGINT)
        assert not any(is_gone(pid) for pid in pids)
        process.communicate("")
    assert process.returncode == 0


def _ignored(pid: int) -> int:
    status = Path(f"/proc/{pid}/status").read_text()
    return int(status.partition("SigIgn:")[2].split()[0], 16)
