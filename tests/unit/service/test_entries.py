"""Where a connection begins and ends, and what it is called."""

from __future__ import annotations

import pytest

from explorer.service.entries import Entry, root_of, start_of, unique_name
from explorer.service.model import Location
from explorer.storage.connection import parse

SIG = "c2lnbmF0dXJlLXNpZ25hdHVyZS1zaWduYXR1cmUtMTI%3D"
BASE = "https://first.blob.core.windows.net"


def sas(kind: str, extra: str = "") -> str:
    return f"?sv=2022-11-02&sr={kind}&sp=rl&se=2026-05-07T00:00:00Z{extra}&sig={SIG}"


@pytest.mark.parametrize(
    ("text", "root", "start"),
    [
        (f"{BASE}/data/runs/7{sas('c')}", ("data", ""), ("data", "runs/7/")),
        (f"{BASE}/data{sas('c')}", ("data", ""), ("data", "")),
        (f"{BASE}/data/runs/7/log.txt{sas('b')}", ("data", "runs/7/"), ("data", "runs/7/")),
        (f"{BASE}/data/runs/7{sas('d', '&sdd=2')}", ("data", "runs/7/"), ("data", "runs/7/")),
        (f"{BASE}/data/runs/7", ("data", ""), ("data", "runs/7/")),
    ],
)
def test_the_root_is_what_the_credential_reaches_and_the_start_what_was_pasted(
    text: str, root: tuple[str, str], start: tuple[str, str]
) -> None:
    spec = parse(text)
    assert root_of(spec, "id") == Location("id", *root)
    assert start_of(spec, "id") == Location("id", *start)


def test_a_pasted_blob_opens_the_folder_it_is_in() -> None:
    spec = parse(f"{BASE}/data/runs/7/log.txt{sas('c')}")
    assert start_of(spec, "id", is_blob=True) == Location("id", "data", "runs/7/")


def test_names_are_kept_apart() -> None:
    assert unique_name("work", set()) == "work"
    assert unique_name("work", {"work", "work (2)"}) == "work (3)"


def test_an_entry_shows_no_secret() -> None:
    from explorer.service.claims import utc_now
    from explorer.service.entries import connection_of, home_without_keyring

    spec = parse(f"{BASE}/data{sas('c')}")
    connection = connection_of(
        spec, connection_id="id", name="n", now=utc_now(), home=home_without_keyring(spec),
        is_saved=False,
    )  # fmt: skip
    assert SIG[:12] not in repr(Entry(connection, spec))
