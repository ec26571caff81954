"""A secret leaves the clipboard and the primary selection of a real X server, and nothing else
does."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator

import pytest

from tests.e2e.screen import PATIENCE_S, Screen, virtual_screen, wait_for

SECRET = "sig=a1b2c3d4e5"


class Program:
    def __init__(self, screen: Screen) -> None:
        self._screen = screen
        command = [sys.executable, "-m", "tests.e2e.clip_program"]
        self.process = subprocess.Popen(
            command, env=screen.env, text=True, stdin=subprocess.PIPE, stdout=subprocess.PIPE
        )

    def tell(self, text: str) -> None:
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        print(text, file=self.process.stdin, flush=True)
        assert self.process.stdout.readline() == "done\n"

    def pasted(self, selection: str) -> str:
        """What another program gets; empty where there is nothing."""
        command = ["xclip", "-o", "-selection", selection]
        done = subprocess.run(command, env=self._screen.env, capture_output=True, text=True)
        return done.stdout if done.returncode == 0 else ""

    def copied_by_another(self, selection: str, text: str) -> None:
        command = ["xclip", "-i", "-selection", selection]
        subprocess.run(command, env=self._screen.env, input=text, text=True, check=True)
        wait_for(lambda: self.pasted(selection) == text, f"the {selection}")

    def taken_from_another(self, selection: str, text: str) -> None:
        """Another program copies it and stays until that is taken away from it."""
        command = ["xclip", "-i", "-quiet", "-selection", selection]
        subprocess.run(
            command,
            env=self._screen.env,
            input=text,
            text=True,
            stderr=subprocess.DEVNULL,
            check=True,
            timeout=PATIENCE_S,
        )


@pytest.fixture
def program() -> Iterator[Program]:
    with virtual_screen(dict(os.environ)) as screen:
        program = Program(screen)
        yield program
        program.tell("quit")
        assert program.process.wait(20) == 0
        for pipe in (program.process.stdin, program.process.stdout):
            if pipe is not None:
                pipe.close()


def test_a_secret_leaves_the_clipboard_and_the_selection(program: Program) -> None:
    program.tell(f"put {SECRET}")
    program.tell(f"select {SECRET}")
    wait_for(lambda: program.pasted("clipboard") == SECRET, "the clipboard")
    wait_for(lambda: program.pasted("primary") == SECRET, "the selection")
    program.tell("end")
    wait_for(lambda: program.pasted("clipboard") == "", "the clipboard to be empty")
    wait_for(lambda: program.pasted("primary") == "", "the selection to be empty")


def test_a_secret_that_was_only_selected_goes_as_well(program: Program) -> None:
    program.copied_by_another("clipboard", "mine")
    program.tell(f"select {SECRET}")
    wait_for(lambda: program.pasted("primary") == SECRET, "the selection")
    program.tell("end")
    wait_for(lambda: program.pasted("primary") == "", "the selection to be empty")
    assert program.pasted("clipboard") == "mine"


def test_what_others_copied_since_stays(program: Program) -> None:
    program.tell(f"put {SECRET}")
    program.tell(f"select {SECRET}")
    wait_for(lambda: program.pasted("primary") == SECRET, "the selection")
    for selection in ("clipboard", "primary"):
        program.copied_by_another(selection, f"mine in {selection}")
    program.tell("end")
    program.tell("put another")  # whatever the end did has been done
    assert program.pasted("primary") == "mine in primary"
    program.copied_by_another("clipboard", "mine again")
    program.tell("end")
    assert program.pasted("clipboard") == "mine again"


def test_a_program_that_puts_the_secret_back_does_not_keep_it(program: Program) -> None:
    program.tell(f"put {SECRET}")
    wait_for(lambda: program.pasted("clipboard") == SECRET, "the clipboard")
    program.tell("end")
    wait_for(lambda: program.pasted("clipboard") == "", "the clipboard to be empty")
    program.taken_from_another("clipboard", SECRET)
    assert program.pasted("clipboard") == ""
