"""What a name from a stranger may do when it is shown: nothing."""

from __future__ import annotations

import pytest

from explorer.base.shown import shown


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
