"""Addresses of clusters are read strictly, and say where a secret may go."""

from __future__ import annotations

import pytest

from explorer.base.errors import InputError
from explorer.cluster.address import parse_address


@pytest.mark.parametrize(
    ("text", "kept", "url"),
    [
        ("dask://head:8786", "dask://head:8786", "tcp://head:8786"),
        ("tcp://head:8786", "dask://head:8786", "tcp://head:8786"),
        ("dask://Head", "dask://head:8786", "tcp://head:8786"),
        ("dask+tls://10.0.0.1:9000/", "dask+tls://10.0.0.1:9000", "tls://10.0.0.1:9000"),
        ("dask://[::1]:8786", "dask://[::1]:8786", "tcp://[::1]:8786"),
    ],
)
def test_an_address_is_read_and_written(text: str, kept: str, url: str) -> None:
    address = parse_address(text)
    assert (str(address), address.url) == (kept, url)
    assert parse_address(kept) == address


@pytest.mark.parametrize(
    "text",
    ["", "head", "head:8786", "http://head:8786", "dask://", "dask://head:0", "dask://head:70000",
     "dask://user:word@head:8786", "dask://head:8786/path", "dask://he ad"],
)  # fmt: skip
def test_what_is_no_address_is_refused(text: str) -> None:
    with pytest.raises(InputError):
        parse_address(text)


def test_a_secret_travels_over_tls_or_on_this_machine_or_where_a_person_agrees() -> None:
    far = parse_address("dask://head:8786")
    assert not far.may_carry_secrets()
    assert far.with_consent().may_carry_secrets()
    assert parse_address(str(far.with_consent())).may_carry_secrets()
    assert parse_address("dask+tls://head").may_carry_secrets(("tls://10.0.0.2:1",))
    assert not parse_address("dask+tls://head").may_carry_secrets(("tcp://10.0.0.2:1",))
    near = parse_address("dask://127.0.0.1:8786")
    assert near.may_carry_secrets(("tcp://127.0.0.1:40000",))
    assert not near.may_carry_secrets(("tcp://127.0.0.1:40000", "tcp://10.0.0.2:40000"))
    assert parse_address("dask://localhost").may_carry_secrets(("tcp://[::1]:40000",))
