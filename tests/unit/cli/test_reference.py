"""The page of all commands is what the commands themselves say; `quayside help` shows pages."""

from __future__ import annotations

import pytest

from explorer.base import resources
from explorer.cli.main import main
from explorer.cli.reference import reference
from explorer.cli.verbs import VERBS


def test_the_page_is_what_the_commands_say() -> None:
    made = reference()
    for verb in VERBS:
        assert f"\n## {verb}\n" in made
    hint = "write it again: python -m explorer.cli.reference > resources/help/commands.md"
    assert resources.text("help/commands.md") == made, hint


def test_nothing_in_it_is_taken_for_markup() -> None:
    told = [line for line in reference().splitlines() if not line.startswith("    ")]
    text = "".join("\n".join(told).split("`")[::2])
    assert "<" not in text.replace("\\<", "")
    assert "*" not in text.replace("\\*", "")


def test_help_lists_verbs_and_topics(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["help"]) == 0
    printed = capsys.readouterr().out
    assert "\n  mirror     " in printed
    assert "\n  gen2         Data Lake Gen2\n" in printed


def test_a_topic_gives_its_page_and_a_verb_its_options(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["help", "Mirror"]) == 0
    shown = capsys.readouterr()
    assert shown.out.startswith("# Mirror a container or folder\n")
    assert "quayside mirror --help" in shown.err
    assert main(["help", "rm"]) == 0
    assert capsys.readouterr().out.startswith("usage: quayside rm ")
    assert main(["help", "commands"]) == 0
    assert "such as '*.csv'" in capsys.readouterr().out


def test_a_mistyped_topic_is_a_usage_error_with_the_likely_one(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert main(["help", "trnsfers"]) == 2
    assert "quayside help transfers" in capsys.readouterr().err
