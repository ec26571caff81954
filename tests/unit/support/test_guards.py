"""Each guard fails a test that leaves something behind, and only such a test."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

CHECKOUT = Path(__file__).resolve().parents[3]

CLEAN = """
import asyncio, socket, threading

def test_it():
    thread = threading.Thread(target=lambda: None)
    thread.start()
    socket.create_server(("127.0.0.1", 0)).close()
    asyncio.run(asyncio.sleep(0))
"""
THREAD = """
import threading

def test_it():
    until_the_end = threading.main_thread().join
    threading.Thread(target=until_the_end, name="left-behind").start()
"""
OUR_DAEMON = """
import threading, time

def work():
    time.sleep(60)

work.__module__ = "explorer.made_up"

def test_it():
    threading.Thread(target=work, name="left-behind", daemon=True).start()
"""
SOCKET = """
import socket

kept = []

def test_it():
    kept.append(socket.create_server(("127.0.0.1", 0)))
"""
TASK = """
import asyncio

kept = []

def test_it():
    loop = asyncio.new_event_loop()
    kept.append(loop)
    kept.append(loop.create_task(asyncio.sleep(60), name="left-behind"))
    loop.run_until_complete(asyncio.sleep(0))
    loop.close()
"""
UNSEEN_ERROR = """
import asyncio

async def fail():
    raise ValueError("nobody looked")

async def main():
    asyncio.get_running_loop().create_task(fail())
    await asyncio.sleep(0.01)

def test_it():
    asyncio.run(main())
"""
THREAD_ERROR = """
import threading

def fail():
    raise ValueError("nobody looked")

def test_it():
    thread = threading.Thread(target=fail)
    thread.start()
    thread.join()
"""
WINDOW = """
from PySide6.QtWidgets import QWidget

kept = []

def test_it(qapp):
    kept.append(QWidget(windowTitle="left-behind"))
"""
CLOSED_WINDOW = """
from PySide6.QtWidgets import QWidget

def test_it(qtbot):
    qtbot.addWidget(QWidget())
    QWidget().deleteLater()
"""
QT_MESSAGE = """
from PySide6.QtCore import qWarning

def test_it(qapp):
    qWarning("the model is wrong")
"""
SLOT_ERROR = """
from PySide6.QtCore import QTimer

def fail():
    raise ValueError("nobody looked")

def test_it(qtbot):
    QTimer.singleShot(0, fail)
    qtbot.wait(20)
"""


def _run(code: str, folder: Path) -> tuple[int, str]:
    (folder / "test_it.py").write_text(code)
    done = subprocess.run(
        [
            *(sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider"),
            *("-p", "tests.support.guards", "-c", str(CHECKOUT / "pyproject.toml")),
            *("--rootdir", str(folder), str(folder)),
        ],
        env={**os.environ, "PYTHONPATH": str(CHECKOUT)},
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    return done.returncode, done.stdout + done.stderr


@pytest.mark.parametrize("code", [CLEAN, CLOSED_WINDOW], ids=["no windows", "windows"])
def test_a_clean_test_passes(code: str, tmp_path: Path) -> None:
    status, text = _run(code, tmp_path)
    assert status == 0, text


@pytest.mark.parametrize(
    ("code", "message"),
    [
        pytest.param(THREAD, "left threads behind: left-behind", id="thread"),
        pytest.param(OUR_DAEMON, "left threads behind: left-behind", id="our daemon thread"),
        pytest.param(SOCKET, "left sockets behind", id="socket"),
        pytest.param(TASK, "left tasks behind", id="task"),
        pytest.param(UNSEEN_ERROR, "nobody looked", id="unseen error of a task"),
        pytest.param(THREAD_ERROR, "nobody looked", id="unseen error of a thread"),
        pytest.param(WINDOW, "left windows behind: QWidget 'left-behind'", id="window"),
        pytest.param(QT_MESSAGE, "the model is wrong", id="Qt message"),
        pytest.param(SLOT_ERROR, "nobody looked", id="error in a slot"),
    ],
)
def test_what_is_left_behind_fails_the_test(code: str, message: str, tmp_path: Path) -> None:
    status, text = _run(code, tmp_path)
    assert (status, message in text) == (1, True), text
