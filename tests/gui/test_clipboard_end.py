"""A program that ends with rows on the clipboard ends well."""

from __future__ import annotations

import subprocess
import sys

import pytest

PROGRAM = """
import sys
from PySide6.QtCore import QMimeData
from PySide6.QtWidgets import QApplication
from explorer.gui.parts.clipboard_end import leave_clipboard

app = QApplication(["quayside", "-platform", "offscreen"])
clipboard = app.clipboard()
mime = QMimeData()
mime.setData("application/x-quayside", b"rows")
if sys.argv[1]:
    mime.setText(sys.argv[1])
clipboard.setMimeData(mime)
del mime
leave_clipboard()
found = clipboard.mimeData()
print(clipboard.text(), found.formats() if found else [])
"""


@pytest.mark.parametrize(("text", "left"), [("a/b", "a/b ['text/plain']"), ("", " []")])
def test_what_is_on_the_clipboard_at_the_end_crashes_nothing(text: str, left: str) -> None:
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM, text], capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stdout.rstrip("\n")) == (0, left), done.stderr
