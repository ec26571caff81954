"""Every verb has help with an example that parses, and mistakes are told apart from targets."""

from __future__ import annotations

import os
import shlex
import subprocess
import sys

import pytest

from explorer.cli.command import command_of, parser_of
from explorer.cli.main import main
from explorer.cli.verbs import VERBS, likely_verb


@pytest.mark.parametrize("verb", VERBS)
def test_the_help_of_every_verb_shows_an_example_that_works(
    verb: str, capsys: pytest.CaptureFixture[str]
) -> None:
    command = command_of(verb)
    assert main([verb, "--help"]) == 0
    assert command.EXAMPLE in " ".join(capsys.readouterr().out.split())
    words = shlex.split(command.EXAMPLE.partition("<")[0])
    assert words[:2] == ["quayside", verb]
    parser_of(command).parse_args(words[2:])


def test_the_overview_names_every_verb(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--help"]) == 0
    lines = capsys.readouterr().out.splitlines()
    for verb in VERBS:
        assert any(line.split()[:1] == [verb] for line in lines)


@pytest.mark.parametrize(
    ("word", "verb"),
    [
        ("dwonload", "download"), ("lss", "ls"), ("uplod", "upload"), ("training", ""),
        ("jobs/7", ""), ("https://a", ""), ("data.csv", ""),
    ],
)  # fmt: skip
def test_a_mistyped_verb_is_told_from_a_container(word: str, verb: str) -> None:
    assert likely_verb(word) == verb


def test_a_mistyped_verb_is_a_usage_error(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["dwonload", "x"]) == 2
    assert "quayside download" in capsys.readouterr().err


def test_a_wrong_option_is_a_usage_error_without_its_secret(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert main(["ls", "--conection-string=AccountKey=c2VjcmV0c2VjcmV0"]) == 2
    error = capsys.readouterr().err
    assert error.startswith("quayside: ")
    assert "c2VjcmV0" not in error


@pytest.mark.skipif(sys.platform != "linux", reason="other systems always have a display")
def test_without_a_display_the_window_says_so() -> None:
    names = ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM")
    bare = {name: value for name, value in os.environ.items() if name not in names}
    done = subprocess.run(
        [sys.executable, "-m", "explorer", "training/runs"],
        env=bare, capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    assert done.returncode == 1
    assert "no display" in done.stderr


@pytest.mark.parametrize("word", ["--version", "--help"])
def test_what_the_command_says_of_itself_loads_next_to_nothing(word: str) -> None:
    code = (
        "import explorer.__main__, sys; from explorer.cli.main import main; "
        f"main(['{word}']); "
        "ours = {name for name in sys.modules if name.split('.')[0] == 'explorer'}; "
        "ours -= {'explorer', 'explorer.cli', 'explorer.cli.main', 'explorer.cli.verbs'}; "
        "ours -= {'explorer.__main__', 'explorer.base', 'explorer.base.collector'}; "
        "theirs = {'asyncio', 'argparse', 're', 'enum', 'collections', 'typing'}; "
        "theirs &= sys.modules.keys(); "
        "sys.exit(', '.join(ours | theirs) or 0)"
    )
    subprocess.run([sys.executable, "-c", code], check=True, timeout=60)


def test_looking_loads_neither_window_nor_sdk_nor_engine() -> None:
    code = (
        "import sys; from explorer.cli.main import main; main(['--version']); "
        "from explorer.cli.command import command_of; command_of('ls'); command_of('upload'); "
        "import explorer.service.service; "
        "found = [name for name in ('PySide6', 'qasync', 'azure', 'keyring', 'sqlite3') "
        "if name in sys.modules]; "
        "sys.exit(', '.join(found) or 0)"
    )
    subprocess.run([sys.executable, "-c", code], check=True, timeout=60)


ROOMS = (
    "access_control", "administration", "history", "management", "ranges", "sharing",
    "statistics", "upkeep",
)  # fmt: skip


def test_a_start_loads_no_room_that_nobody_enters() -> None:
    code = (
        "import sys; from explorer.cli.command import command_of; command_of('ls'); "
        "command_of('rm'); "
        f"rooms = ['explorer.service.' + room for room in {ROOMS}] + ['explorer.transfer.model']; "
        "found = [name for name in rooms if name in sys.modules]; "
        "sys.exit(', '.join(found) or 0)"
    )
    subprocess.run([sys.executable, "-c", code], check=True, timeout=60)


WAYS = (
    "away", "block_upload", "conflict_search", "copy_plan", "copy_walk", "download", "lake_upload",
    "move_folders", "range_download", "rehearsal", "remote_copy", "upload",
)  # fmt: skip


def test_the_engine_loads_no_way_that_no_file_goes() -> None:
    code = (
        "import sys, explorer.transfer.engine; "
        f"ways = ['explorer.transfer.' + way for way in {WAYS}] + ['ctypes']; "
        "found = [name for name in ways if name in sys.modules]; "
        "sys.exit(', '.join(found) or 0)"
    )
    subprocess.run([sys.executable, "-c", code], check=True, timeout=60)


MOST_MODULES = 92
"""Of ours for a listing. Each costs a quarter of a millisecond at every start."""
SELDOM_NEEDED = (
    "difflib", "shutil", "calendar", "tempfile", "xml.parsers.expat", "explorer.base.awake",
    "explorer.service.copies", "explorer.service.deletion", "explorer.service.directory_deletion",
    "explorer.service.exporting", "explorer.service.operations", "explorer.service.renaming",
    "explorer.storage.acl",
    "explorer.storage.azure.batch", "explorer.storage.azure.copying",
    "explorer.storage.azure.deleting", "explorer.storage.connection_export",
    "explorer.storage.directories", "explorer.storage.secrets",
)  # fmt: skip


@pytest.mark.parametrize("verb", ["ls", "rm"])
def test_what_looks_and_deletes_loads_no_more_than_it_needs(verb: str) -> None:
    code = (
        "import sys; from explorer.cli.command import command_of, parser_of; "
        f"parser_of(command_of('{verb}')).parse_args(['training']); "
        f"found = [name for name in {SELDOM_NEEDED} if name in sys.modules]; "
        "ours = [name for name in sys.modules if name.split('.')[0] == 'explorer']; "
        f"found += [f'{{len(ours)}} modules'] if len(ours) > {MOST_MODULES} else []; "
        "sys.exit(', '.join(found) or 0)"
    )
    subprocess.run([sys.executable, "-c", code], check=True, timeout=60)


@pytest.mark.parametrize("verb", ["ls", "rm", "upload", "download"])
def test_no_pattern_of_ours_is_compiled_before_it_is_used(verb: str) -> None:
    code = (
        "import re, sys\n"
        "compiled, real = set(), re.compile\n"
        "def compile(*args):\n"
        "    compiled.add(sys._getframe(1).f_globals['__name__'])\n"
        "    return real(*args)\n"
        "re.compile = compile\n"
        "from explorer.cli.command import command_of, parser_of\n"
        f"parser_of(command_of('{verb}'))\n"
        "import explorer.transfer.engine\n"
        "sys.exit(', '.join(n for n in compiled if n.startswith('explorer')) or 0)\n"
    )
    subprocess.run([sys.executable, "-c", code], check=True, timeout=60)
