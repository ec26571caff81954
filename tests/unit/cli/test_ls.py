"""A page that is printed as it came is what its rows are one by one, on a terminal too."""

from __future__ import annotations

import argparse
import io

import pytest

from explorer.base.shown import shown
from explorer.cli.commands.ls import _print_page
from explorer.cli.output import Output
from explorer.service.listing_text import blob_csv, blob_json, folder_csv, folder_json
from explorer.storage.model import Blob, Blobs, BlobType, Page, Prefix, columns_of

BLOBS = [
    Blob(name, 7, 60, '"0x1"', "text/csv", None, BlobType.BLOCK, "Hot", "", 0, None, False)
    for name in ("a", "b\x1b[2J\u202e", "c\nd", "e\u2028f", 'g"h,i')
]
PAGE = Page((Prefix("x\ny/"), Prefix("z/")), Blobs(columns_of(BLOBS)), "")
LINES = {
    True: [*map(folder_csv, PAGE.prefixes), *map(blob_csv, BLOBS)],
    False: [*map(folder_json, PAGE.prefixes), *map(blob_json, BLOBS)],
}


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.mark.parametrize("is_csv", [True, False])
def test_into_a_file_it_goes_as_it_is(is_csv: bool) -> None:
    target = io.StringIO()
    _print_page(PAGE, argparse.Namespace(csv=is_csv), Output(target, is_json=True))
    assert target.getvalue() == "".join(f"{line}\n" for line in LINES[is_csv])


@pytest.mark.parametrize("is_csv", [True, False])
def test_on_a_terminal_each_row_is_one_safe_line(is_csv: bool) -> None:
    target = Terminal()
    _print_page(PAGE, argparse.Namespace(csv=is_csv), Output(target, is_json=True))
    assert target.getvalue() == "".join(f"{shown(line)}\n" for line in LINES[is_csv])
