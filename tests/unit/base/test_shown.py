"""What a name from a stranger may do when it is shown: nothing."""

from __future__ import annotations

import shutil
import subprocess

import pytest

from explorer.base.shown import plain_path, shell_line, shell_word, shown, shown_lines


@pytest.mark.parametrize(
    ("name", "safe"),
    [
        ("report.pdf", "report.pdf"),
        ("данные ünï 数据 👩\u200d🔬", "данные ünï 数据 👩\u200d🔬"),
        ("invoice\u202efdp.exe", "invoice\\u202efdp.exe"),
        ("two\nlines", "two\\x0alines"),
        ("\x1b[31mred", "\\x1b[31mred"),
        ("half\ud83d", "half\\ud83d"),
    ],
)
def test_what_would_turn_or_break_the_text_is_escaped(name: str, safe: str) -> None:
    assert shown(name) == safe


@pytest.mark.skipif(shutil.which("bash") is None, reason="needs bash")
@pytest.mark.parametrize(
    "name",
    [
        "two\nlines; rm -rf x",
        "\x1b]0;title\x07\x1b[201~\nrm -rf x\n",
        "it's \\n \u202efdp.exe",
        "tab\tand\x7f3\u2028",
        "byte \udce4",
        "plain and $HOME `id`",
        "\r\n",
    ],
)
def test_a_word_for_the_shell_is_one_harmless_line_and_means_the_name(name: str) -> None:
    word = shell_word(name)
    assert shown(word) == word
    told = subprocess.run(
        ["bash", "-c", f"printf %s {word}"], capture_output=True, check=True
    ).stdout
    assert told == name.encode("utf-8", "surrogateescape")


def test_what_is_harmless_is_quoted_as_ever() -> None:
    assert shell_line(["cp", "a b", "данные", "-x"]) == "cp 'a b' 'данные' -x"
    assert plain_path("c/a b\u00a0c") == "c/a b\u00a0c"
    assert plain_path("c/a\nb") == "$'c/a\\012b'"


def test_a_text_of_several_lines_keeps_them() -> None:
    assert shown_lines("one\n\x1b[2Jtwo\n") == "one\n\\x1b[2Jtwo\n"
