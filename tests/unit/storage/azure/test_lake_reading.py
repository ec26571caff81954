"""Headers and rows of Data Lake Gen2, to and from the model."""

from __future__ import annotations

import base64
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from explorer.base.errors import InputError
from explorer.storage.azure import reading
from explorer.storage.azure.datalake import sas_renames
from explorer.storage.azure.lake_reading import (
    content_headers,
    path_item,
    path_properties,
    properties_header,
    quoted_etag,
    rename_headers,
)
from explorer.storage.model import BlobHeaders, BlobRef, Condition


def test_metadata_goes_in_base64() -> None:
    text = properties_header({"owner": "me & you", "step": " 7 "})
    assert text == "owner=bWUgJiB5b3U=,step=Nw=="


@pytest.mark.parametrize("metadata", [{"a-b": "1"}, {"1a": "1"}, {"a": "ü"}, {"a": "1\n2"}])
def test_metadata_that_no_blob_can_have_is_refused(metadata: dict[str, str]) -> None:
    with pytest.raises(InputError):
        properties_header(metadata)


@given(st.dictionaries(st.from_regex(r"[a-z_][a-z0-9_]{0,8}", fullmatch=True), st.text("abc =,")))
def test_metadata_can_be_read_back(metadata: dict[str, str]) -> None:
    parts = [part.partition("=") for part in properties_header(metadata).split(",") if part]
    found = {name: base64.b64decode(value).decode() for name, _, value in parts}
    assert found == {name: value.strip() for name, value in metadata.items()}


def test_only_what_is_said_of_the_content_is_sent() -> None:
    headers = BlobHeaders("text/plain", cache_control="no-cache", tier="Cool")
    assert content_headers(headers) == {
        "x-ms-content-type": "text/plain",
        "x-ms-cache-control": "no-cache",
    }


def test_conditions_on_the_source_of_a_rename() -> None:
    assert rename_headers(Condition.always()) == {}
    assert rename_headers(Condition.unchanged('"1"')) == {"x-ms-source-if-match": '"1"'}


@pytest.mark.parametrize(("etag", "whole"), [("0x1", '"0x1"'), ('"0x1"', '"0x1"'), ("", "")])
def test_etags_are_in_quotes_as_in_headers(etag: str, whole: str) -> None:
    assert quoted_etag(etag) == whole


def test_a_row_that_says_little_is_one() -> None:
    moment = datetime(2026, 5, 1, tzinfo=UTC)
    found = path_item(
        "a/b/", is_directory=True, size_bytes=None, modified=moment, created=None, expires=None,
        etag=None, owner=None, group=None, permissions=None,
    )  # fmt: skip
    assert (found.path, found.size_bytes, found.created_s, found.etag) == ("a/b", 0, 0, "")
    assert found.last_modified_s == moment.timestamp()


def test_the_services_own_mark_is_no_metadata_of_the_user() -> None:
    headers = {
        "content-length": "0", "x-ms-resource-type": "directory", "x-ms-owner": "anna",
        "x-ms-permissions": "rwxr-x---", "x-ms-expiry-time": "Fri, 01 May 2026 00:00:00 GMT",
    }  # fmt: skip
    metadata = {"Hdi_isfolder": "true", "mine": "1"}
    found = path_properties(reading.blob_properties(BlobRef("c", "a"), headers, metadata), headers)
    assert found.is_directory
    assert found.headers.metadata == {"mine": "1"}
    assert (found.owner, found.permissions) == ("anna", "rwxr-x---")
    assert found.expires_s == datetime(2026, 5, 1, tzinfo=UTC).timestamp()


@pytest.mark.parametrize(
    ("token", "told"),
    [
        ("sp=rcwdl&sig=x", True), ("sp=racwdlmeop&sr=c&sig=x", True), ("sp=rcwl&sig=x", False),
        ("sp=rdm&sig=x", False), ("si=policy&sig=x", None), ("sp=r&si=policy&sig=x", None),
        ("sp=rwd&suoid=4a1b&sig=x", None), ("sig=x", False),
    ],
)  # fmt: skip
def test_a_sas_tells_by_its_letters_whether_it_renames_and_removes(
    token: str, told: bool | None
) -> None:
    assert sas_renames(token) is told
