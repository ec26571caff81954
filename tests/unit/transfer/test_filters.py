"""Which files of a folder belong to a job, and why the others do not."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

from explorer.base.errors import InputError
from explorer.transfer.filters import Filter, IgnoreFile


def ignoring(text: str, name: str = ".gitignore") -> Filter:
    return Filter.make(ignore=IgnoreFile.read(name, text.encode()))


def test_without_patterns_everything_is_taken() -> None:
    everything = Filter.make()
    assert everything.allows("a/b.txt")
    assert everything.allows("a", is_dir=True)
    assert everything.keeps_empty("a")


@pytest.mark.parametrize(
    ("pattern", "path", "matches"),
    [
        ("*.log", "x.log", True),
        ("*.log", "a/b/x.log", True),
        ("*.log", "a.log/x", True),
        ("*.log", "x.LOG", False),
        ("/x", "x", True),
        ("/x", "a/x", False),
        ("a/b", "a/b", True),
        ("a/b", "z/a/b", False),
        ("build/", "build", False),
        ("build/", "a/build/x", True),
        ("a/*", "a/b/c", True),
        ("a/*.txt", "a/b/c.txt", False),
        ("a/**/c", "a/x/y/c", True),
        ("a/**/c", "a/c", True),
        ("**/c", "x/c", True),
        ("img_?[0-9]", "img_x7", True),
        ("img_[!0-9]", "img_7", False),
        ("#a", "#a", True),
        ("!a", "!a", True),
        ("!a", "a", False),
        ("字*", "d/字幕.srt", True),
    ],
)
def test_patterns_are_gits(pattern: str, path: str, matches: bool) -> None:
    assert Filter.make(exclude=[pattern]).allows(path) is not matches
    assert Filter.make(include=[pattern]).allows(path) is matches


def test_exclude_wins_over_include() -> None:
    both = Filter.make(include=["*.py"], exclude=["test_*"])
    assert both.allows("a/main.py")
    assert not both.allows("a/test_main.py")
    assert not both.allows("a/readme.md")


def test_folders_are_entered_unless_they_are_excluded() -> None:
    both = Filter.make(include=["*.py"], exclude=["build/"])
    assert both.allows("src", is_dir=True)
    assert not both.allows("build", is_dir=True)


def test_an_empty_folder_is_kept_only_where_it_belongs() -> None:
    assert not Filter.make(include=["*.py"]).keeps_empty("src")
    assert Filter.make(include=["src/"]).keeps_empty("src")
    assert not Filter.make(exclude=["src"]).keeps_empty("src")
    assert not ignoring("src/\n!x").keeps_empty("src")


def test_each_reason_names_the_pattern_and_where_it_is() -> None:
    rules = Filter.make(["*.py", "*.c"], ["!x"], IgnoreFile.read(".amlignore", b"*.pyc\nold/"))
    assert rules.reason("!x") == "excluded by ‘!x’"
    assert rules.reason("old/a.py") == "ignored by ‘old/’ in .amlignore"
    assert rules.reason("a.txt") == "not among the included"
    assert rules.reason("a.py") == ""


def test_an_ignore_file_has_comments_and_takes_back() -> None:
    rules = ignoring("# logs\r\n*.log\r\n!keep.log\r\n\r\n\\#odd\n")
    assert not rules.allows("a/x.log")
    assert rules.allows("a/keep.log")
    assert not rules.allows("#odd")
    assert rules.allows("# logs")


def test_what_is_taken_back_inside_an_ignored_folder_is_found() -> None:
    rules = ignoring("*\n!*.py\n")
    assert rules.allows("src", is_dir=True)
    assert rules.allows("src/a.py")
    assert not rules.allows("src/a.txt")


def test_an_ignored_folder_is_not_entered_where_nothing_is_taken_back() -> None:
    assert not ignoring("node_modules/\n").allows("x/node_modules", is_dir=True)


def test_a_damaged_line_of_an_ignore_file_does_not_spoil_the_others() -> None:
    rules = Filter.make(ignore=IgnoreFile.read(".gitignore", b"\xef\xbb\xbf!\nfoo\\\n*.tmp\n"))
    assert not rules.allows("x.tmp")
    assert rules.allows("foo")


def test_a_name_that_is_no_unicode_can_be_matched() -> None:
    rules = Filter.make(ignore=IgnoreFile.read(".gitignore", b"caf\xe9\n"))
    assert not rules.allows("caf\udce9")


@pytest.mark.parametrize("pattern", ["", "  ", "a\\", "/"])
def test_a_pattern_that_is_none_is_refused_with_an_example(pattern: str) -> None:
    with pytest.raises(InputError, match=r"\*\.log"):
        Filter.make(include=[pattern])
    with pytest.raises(InputError, match="not a pattern"):
        Filter.make(exclude=[pattern])


@pytest.mark.skipif(shutil.which("git") is None, reason="git is the judge here")
def test_git_agrees(tmp_path: Path) -> None:
    text = "*.log\n!keep.log\n/top\nbuild/\na/**/z\nx[0-9]\n*/mid\n\\!odd\nsp\\ \n"
    files = ["a.log", "d/keep.log", "top", "d/top", "build", "d/build/f", "a/z", "a/b/c/z", "x5"]
    files += ["xa", "p/mid", "p/q/mid", "mid", "!odd", "sp ", "plain"]
    subprocess.run(["git", "init", "-q", str(tmp_path)], check=True)
    (tmp_path / ".gitignore").write_text(text)
    for name in files:
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()
    asked = subprocess.run(
        ["git", "-C", str(tmp_path), "check-ignore", "-z", "--no-index", "--stdin"],
        input="\0".join(files).encode(),
        capture_output=True,
        check=False,
    )
    ignored = set(asked.stdout.decode().split("\0")) - {""}
    rules = ignoring(text)
    assert {name for name in files if not rules.allows(name)} == ignored
