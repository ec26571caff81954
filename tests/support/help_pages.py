"""Help pages followed as a person would: their own commands, one after the other, in a shell."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from explorer.base import resources

_BLOCK = re.compile(r"^```sh\n(.*?)^```$", re.MULTILINE | re.DOTALL)
LIMIT_S = 120


def commands_of(page: str) -> list[str]:
    """The commands of the page's `sh` blocks, in their order. One that goes on in the next line
    (a backslash at its end) is one command; comments are left out, and so is what sets a
    variable to `'...'`, which stands for a reader's own secret."""
    commands = []
    for block in _BLOCK.findall(page):
        for line in re.sub(r"\\\n\s*", "", block).splitlines():
            words = line.strip()
            if words and not words.startswith("#") and "'...'" not in words:
                commands.append(words)
    return commands


@dataclass
class Follower:
    """Runs commands in `folder` with `environment`. `own` are the reader's own words: what the
    page writes for them, and what they are here."""

    folder: Path
    environment: Mapping[str, str]
    own: Mapping[str, str]

    def follow(self, name: str, *, codes: Mapping[str, int] | None = None) -> list[str]:
        """Run all of the page `resources/help/NAME.md`; what each command printed. Each must
        succeed, but for those of which `codes` says (by a part of the command) what else."""
        printed = []
        commands = commands_of(resources.text(f"help/{name}.md"))
        assert commands, f"{name} has no commands"
        for command in commands:
            done = self.run(command)
            expected = next((code for part, code in (codes or {}).items() if part in command), 0)
            assert done.returncode == expected, f"{command}\n{done.stdout}{done.stderr}"
            printed.append(done.stdout)
        return printed

    def run(self, command: str) -> subprocess.CompletedProcess[str]:
        """One command; nothing is said about its exit code."""
        for theirs, ours in self.own.items():
            command = command.replace(theirs, ours)
        return subprocess.run(
            ["sh", "-c", command],
            cwd=self.folder,
            env={**os.environ, **self.environment, "PATH": self._path()},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=LIMIT_S,
        )

    def _path(self) -> str:
        """The shell's path, with a `quayside` that is this one."""
        programs = self.folder / ".programs"
        if not programs.exists():
            programs.mkdir()
            program = programs / "quayside"
            root = shlex.quote(str(Path(__file__).parents[2]))
            python = shlex.quote(sys.executable)
            program.write_text(
                f'#!/bin/sh\nPYTHONPATH={root} exec {python} -m explorer "$@"\n', "utf-8"
            )
            program.chmod(0o755)
        return f"{programs}{os.pathsep}{os.environ.get('PATH', '')}"
