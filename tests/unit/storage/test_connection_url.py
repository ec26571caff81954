"""URLs are built segment by segment, and a path field takes a path or any URL."""

from __future__ import annotations

from urllib.parse import urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from explorer.base.errors import InputError
from explorer.storage.connection import Place, blob_url, locate, parse
from tests.unit.storage import connection_corpus as corpus

ACCOUNT = parse(corpus.KEY_STRING)
CONTAINER = parse(f"{corpus.HOST}/data?{corpus.CONTAINER_SAS}")
DIRECTORY = parse(f"https://pai.dfs.core.windows.net/data/a/b/c?{corpus.DIRECTORY_SAS}")
names = st.text(st.characters(codec="utf-8"), min_size=1, max_size=60).filter(
    lambda name: not {".", ".."} & set(name.replace("\\", "/").split("/"))
)


@given(names)
def test_a_url_leads_back_to_its_name(name: str) -> None:
    url = blob_url(corpus.HOST, "data", name)
    assert url.isascii()
    assert urlsplit(url).query == ""
    assert urlsplit(url).fragment == ""
    spec = parse(url)
    assert spec.start == Place("data", name)
    assert locate(url, ACCOUNT) == Place("data", name)


@pytest.mark.parametrize(
    ("container", "name", "url"),
    [
        ("data", "a b/c%#?.txt", f"{corpus.HOST}/data/a%20b/c%25%23%3F.txt"),
        ("data", "", f"{corpus.HOST}/data"),
        ("", "", corpus.HOST),
        ("$root", "x", f"{corpus.HOST}/$root/x"),
        ("data", "a//b/", f"{corpus.HOST}/data/a//b/"),
        ("data", "a\\b", f"{corpus.HOST}/data/a%5Cb"),
        ("data", "...", f"{corpus.HOST}/data/..."),
    ],
)
def test_segments_are_encoded(container: str, name: str, url: str) -> None:
    assert blob_url(corpus.HOST, container, name) == url


@pytest.mark.parametrize("name", ["..", ".", "a/../b", "a/.", "a\\..\\b", "../x"])
def test_dot_segments_are_refused(name: str) -> None:
    with pytest.raises(InputError, match=r"'\.\.'"):
        blob_url(corpus.HOST, "data", name)


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("", Place()),
        ("/", Place()),
        ("data", Place("data")),
        ("/data/runs/7/", Place("data", "runs/7/")),
        ("data/a%20b+c#d", Place("data", "a%20b+c#d")),
        (f"{corpus.HOST}/data/a%20b", Place("data", "a b")),
        (f"{corpus.HOST}/data/x?{corpus.BLOB_SAS}", Place("data", "x")),
        (f"{corpus.HOST}/data/x?sv=damaged&sig=1", Place("data", "x")),
        (f"{corpus.HOST}/data/x?snapshot=2026", Place("data", "x", "2026")),
        ("https://pai.dfs.core.windows.net/data/runs", Place("data", "runs")),
        ("abfss://data@pai.dfs.core.windows.net/runs/7", Place("data", "runs/7")),
        ("az://data/runs/7", Place("data", "runs/7")),
    ],
)
def test_a_path_field_takes_paths_and_urls(text: str, place: Place) -> None:
    assert locate(text, ACCOUNT) == place


def test_a_connection_of_one_container_needs_no_container_in_the_path() -> None:
    assert locate("runs/7", CONTAINER) == Place("data", "runs/7")
    assert locate("data/runs/7", CONTAINER) == Place("data", "runs/7")
    assert locate("/data/runs/7", CONTAINER) == Place("data", "runs/7")


@pytest.mark.parametrize(
    ("text", "spec", "word"),
    [
        ("https://other.blob.core.windows.net/data", ACCOUNT, "other"),
        ("/more/x", CONTAINER, "outside"),
        (f"{corpus.HOST}/more/x", CONTAINER, "outside"),
        ("/data/a/other", DIRECTORY, "outside"),
        ("/data/a/bc", DIRECTORY, "outside"),
        ("data/../x", ACCOUNT, "'..'"),
        ("My_Data/x", ACCOUNT, "container"),
        ("azureml://x/datastores/d/paths/p", ACCOUNT, "container"),
    ],
)
def test_what_is_not_of_this_connection_is_refused(text: str, spec: object, word: str) -> None:
    assert spec in (ACCOUNT, CONTAINER, DIRECTORY)
    chosen = next(one for one in (ACCOUNT, CONTAINER, DIRECTORY) if one == spec)
    with pytest.raises(InputError) as caught:
        locate(text, chosen)
    assert word in caught.value.message
