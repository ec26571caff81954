"""The demo on a local Data Lake Gen2, as a process, from a checkout and outside of one."""

from __future__ import annotations

import asyncio
import subprocess
import sys
from pathlib import Path

import pytest

import explorer
from explorer.demo import lake
from explorer.demo.main_job import DemoError


def test_the_whole_job_holds_on_a_local_lake(tmp_path: Path) -> None:
    words = ["-P", "-m", "explorer", "demo", "--lake", "--headless", "--data-dir", str(tmp_path)]
    done = subprocess.run(
        [sys.executable, *words], capture_output=True, text=True, timeout=180, check=False
    )
    assert done.returncode == 0, done.stderr
    for line in (
        "recognised: Data Lake Gen2",
        "moved: a directory with 31 files, in one step, and back",
        "access: an entry added to",
        "all of it held",
    ):
        assert line in done.stderr
    assert (tmp_path / "window.png").stat().st_size > 10_000


def test_an_installed_program_says_where_the_lake_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(explorer, "__file__", str(tmp_path / "explorer" / "__init__.py"))

    async def start() -> None:
        async with lake.served(tmp_path / "data"):
            pass

    with pytest.raises(DemoError, match="part of a checkout"):
        asyncio.run(start())
