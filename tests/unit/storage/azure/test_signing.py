"""Signatures are the SDK's own, for every name and header; secrets do not show."""

from __future__ import annotations

import base64
import hmac
import pickle
import secrets
import sys
from types import SimpleNamespace
from typing import Any, cast

import pytest
from azure.core.pipeline.transport import HttpRequest
from azure.storage.blob._shared.authentication import SharedKeyCredentialPolicy, compare
from hypothesis import example, given
from hypothesis import strategies as st

from explorer.base.errors import ConnectionTextError, UnsafeNameError
from explorer.storage.azure.dates import http_date
from explorer.storage.azure.names import blob_path
from explorer.storage.azure.signing import (
    KeySigner,
    NoSigner,
    SasSigner,
    header_order,
    query_text,
    signer_for,
)
from explorer.storage.connection_spec import SharedKey

KEY = base64.b64encode(b"not a key" * 7).decode()
NEW_LINES = "\n" * 12
HARD = [" ", "+", "%41", "a//b", "?q", "#f", "dot.", "日本/ü", "~!*'()", "&=", "a b+c%20"]
names = st.one_of(st.sampled_from(HARD), st.text(st.characters(codec="utf-8"), min_size=1))

OTHERS = [
    "content-encoding", "content-language", "content-type", "date", "if-modified-since",
    "if-none-match", "if-unmodified-since", "x-ms-range", "x-ms-copy-source",
]  # fmt: skip


def sdk_signature(method: str, url: str, headers: dict[str, str]) -> str:
    request = HttpRequest(method, url, headers=headers)
    policy: Any = cast(Any, SharedKeyCredentialPolicy)("acct", KEY)
    policy.on_request(
        SimpleNamespace(http_request=request, context=SimpleNamespace(transport=None))
    )
    return str(request.headers["Authorization"])


@given(
    method=st.sampled_from(["GET", "HEAD", "PUT", "POST", "PATCH", "DELETE"]),
    name=names,
    prefix=names,
    root=st.sampled_from(["", "/acct"]),
    metadata=st.dictionaries(st.from_regex(r"[a-z_][a-z0-9_]{0,8}", fullmatch=True), names),
    length=st.sampled_from(["", "0", "17"]),
    others=st.dictionaries(
        st.sampled_from(OTHERS), st.sampled_from(["", "*", "50%", "%s", "a, b"])
    ),
)
def test_signature_is_the_sdks(
    method: str,
    name: str,
    prefix: str,
    root: str,
    metadata: dict[str, str],
    length: str,
    others: dict[str, str],
) -> None:
    try:
        path = root + blob_path("c", name)
    except UnsafeNameError:
        return
    headers = {
        "x-ms-date": http_date(1_700_000_000),
        "x-ms-version": "2023-11-03",
        "x-ms-blob-type": "BlockBlob",
        "if-match": '"0x1"',
        "content-md5": "abc=",
        **({"content-length": length} if length else {}),
        **{f"x-ms-meta-{key}": value for key, value in metadata.items()},
        **others,
    }
    query = query_text({"comp": "list", "prefix": prefix, "marker": ""})
    ours = dict(headers)
    signer_for(SharedKey("acct", KEY)).sign(method, path, query, ours)
    theirs = sdk_signature(method, f"https://h{path}?{query}", headers)
    assert ours["authorization"] == theirs


header_names = st.from_regex(r"x-ms-(meta-)?[a-z_][a-z0-9_-]{0,6}[a-z0-9]", fullmatch=True)


@given(header_names, header_names)
@example("x-ms-meta-a_b", "x-ms-meta-a1")
@example("x-ms-blob-type", "x-ms-blobs")
def test_header_order_is_the_sdks(first: str, second: str) -> None:
    if first.replace("-", "") != second.replace("-", ""):
        assert (header_order(first) < header_order(second)) == (compare(first, second) < 0)


def test_sas_is_appended_to_the_query_and_to_nothing_else() -> None:
    headers: dict[str, str] = {}
    signer = SasSigner("sv=1&sig=a%2Bb")
    assert signer.sign("GET", "/c", "comp=list", headers) == "comp=list&sv=1&sig=a%2Bb"
    assert signer.sign("GET", "/c", "", headers) == "sv=1&sig=a%2Bb"
    assert NoSigner().sign("GET", "/c", "comp=list", headers) == "comp=list"
    assert headers == {}


def test_no_secret_in_a_repr() -> None:
    assert "canary" not in repr(SasSigner("sig=canary"))
    assert "canary" not in repr(KeySigner("acct", b"canary"))


@given(st.binary(max_size=200), names)
@example(b"k" * 64, "container")
@example(b"k" * 65, "container")
def test_a_key_of_any_length_signs_as_python_does(key: bytes, container: str) -> None:
    headers: dict[str, str] = {}
    path = f"/{container}"
    KeySigner("acct", key).sign("GET", path, "", headers)
    signed = hmac.digest(key, f"GET{NEW_LINES}/acct{path}".encode(), "sha256")
    assert headers["authorization"] == f"SharedKey acct:{base64.b64encode(signed).decode()}"


def test_a_key_is_kept_no_longer_than_its_signer() -> None:
    key = secrets.token_bytes(64)
    held = sys.getrefcount(key)
    KeySigner("acct", key).sign("GET", "/c", "", {})
    assert sys.getrefcount(key) == held


def test_a_signer_in_another_process_is_the_same() -> None:
    signer = KeySigner("acct", b"canary")
    other = pickle.loads(pickle.dumps(signer))
    assert (other, hash(other)) == (signer, hash(signer))
    assert signer != KeySigner("acct", b"another")
    ours: dict[str, str] = {}
    theirs: dict[str, str] = {}
    signer.sign("GET", "/c", "", ours)
    other.sign("GET", "/c", "", theirs)
    assert ours == theirs
    assert "canary" not in repr(other)


def test_a_key_that_is_no_base64_is_refused_without_quoting_it() -> None:
    with pytest.raises(ConnectionTextError) as caught:
        signer_for(SharedKey("acct", "canary!"))
    assert "canary" not in str(caught.value)


def test_a_prefix_that_is_not_unicode_is_refused() -> None:
    with pytest.raises(UnsafeNameError):
        query_text({"prefix": "a\udc80"})
