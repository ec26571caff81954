"""Requests and failures read back from their text, and hold no secret."""

from __future__ import annotations

import dataclasses
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from explorer.base.errors import IntegrityError, JournalError, ThrottledError
from explorer.transfer.encoding import (
    failure_from_text,
    failure_of,
    failure_to_text,
    request_from_text,
    request_to_text,
)
from explorer.transfer.model import (
    ConflictPolicy,
    CopyRequest,
    CopySource,
    DownloadRequest,
    DownloadSource,
    Failure,
    JobOptions,
    Links,
    RemotePlace,
    Request,
    UploadRequest,
    UploadSource,
)

texts = st.text(st.characters(exclude_categories=()), max_size=20)
places = st.builds(RemotePlace, texts, texts, texts, texts)
options = st.builds(
    JobOptions,
    conflicts=st.sampled_from(ConflictPolicy),
    decisions=st.dictionaries(texts, st.sampled_from(ConflictPolicy), max_size=3),
    with_md5=st.booleans(),
    preserve_mtime=st.booleans(),
    links=st.sampled_from(Links),
    include=st.lists(texts, max_size=2).map(tuple),
    exclude=st.lists(texts, max_size=2).map(tuple),
    use_ignore_files=st.booleans(),
    block_size_bytes=st.integers(0, 2**40),
    content_type=texts,
    limit_bytes_per_s=st.integers(0, 2**40),
)
uploads = st.builds(
    UploadRequest,
    st.lists(st.builds(UploadSource, texts, texts), max_size=3).map(tuple),
    places,
    options,
    st.booleans(),
)
downloads = st.builds(
    DownloadRequest,
    st.lists(st.builds(DownloadSource, texts, st.booleans(), texts), max_size=3).map(tuple),
    places,
    texts,
    options,
)


copies = st.builds(
    CopyRequest,
    st.lists(st.builds(CopySource, texts, st.booleans(), texts), max_size=3).map(tuple),
    places,
    places,
    options,
    st.booleans(),
    st.booleans(),
)


@given(uploads | downloads | copies)
def test_every_request_reads_back_from_plain_ascii(request: Request) -> None:
    text = request_to_text(request)
    assert text.isascii()
    assert request_from_text(text) == request


def test_every_option_is_kept() -> None:
    fields = dataclasses.fields(JobOptions)
    said: dict[str, Any] = {option.name: "said" for option in fields if option.default == ""}
    kept = request_to_text(UploadRequest((), RemotePlace("", "", ""), JobOptions(**said)))
    for option in fields:
        assert f'"{option.name}"' in kept


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"direction": "upload"}', "null"])
def test_what_is_no_request_is_refused(text: str) -> None:
    with pytest.raises(JournalError):
        request_from_text(text)


WHOLE = request_to_text(
    DownloadRequest(
        (DownloadSource("a", False, "a"),), RemotePlace("i", "e", "c"), "/d", JobOptions()
    )
)


@pytest.mark.parametrize(
    ("was", "now"),
    [
        ('"decisions":{}', '"decisions":[]'),
        ('"decisions":{}', '"decisions":7'),
        ('"decisions":{}', '"decisions":null'),
        ('"decisions":{}', '"decisions":{"a":[]}'),
        ('"include":[]', '"include":"text"'),
        ('"exclude":[]', '"exclude":[1]'),
        ('"limit_bytes_per_s":0', '"limit_bytes_per_s":"0"'),
        ('"with_md5":true', '"with_md5":1'),
        ('"container":"c"', '"container":1'),
        ('"name":"a"', '"name":null'),
        ('"destination":"/d"', '"destination":[]'),
    ],
)
def test_what_is_not_of_its_type_is_refused_when_it_is_read(was: str, now: str) -> None:
    assert WHOLE.count(was) == 1
    assert request_from_text(WHOLE)
    with pytest.raises(JournalError):
        request_from_text(WHOLE.replace(was, now))


def test_a_failure_of_wrong_types_is_told_as_unreadable() -> None:
    for text in ("[]", "7", '{"title": 1, "message": "m"}', '{"title": "t"}'):
        found = failure_from_text(text)
        assert found is not None
        assert found.title == "Unknown"


def test_a_failure_reads_back() -> None:
    error = ThrottledError("Busy.", cure="Wait.", code="ServerBusy", request_id="r1")
    failure = failure_of(error)
    assert failure == Failure(error.title, "Busy.", "Wait.", "ServerBusy", "r1")
    assert failure_from_text(failure_to_text(failure)) == failure
    assert failure_of(IntegrityError("x", cure="y")) == Failure(IntegrityError.title, "x", "y")
    assert failure_from_text(failure_to_text(None)) is None
    assert failure_from_text("{") is not None


def test_a_fault_of_ours_shows_nothing_of_what_it_held() -> None:
    failure = failure_of(ValueError("sig=secret"))
    assert "secret" not in str(failure)
    assert failure.cure
