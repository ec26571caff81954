"""Which proxy is used, and which never."""

from __future__ import annotations

import pytest

from explorer.base.errors import InputError
from explorer.storage.azure.proxy import parse_proxy, proxy_for

ENV = {"https_proxy": "http://p:3128", "HTTP_PROXY": "http://q:8080"}


@pytest.mark.parametrize(
    ("scheme", "environ", "expected"),
    [
        ("https", ENV, "p"),
        ("http", ENV, "q"),
        ("http", {**ENV, "REQUEST_METHOD": "GET"}, None),
        ("https", {"ALL_PROXY": "r:1"}, "r"),
        ("https", {**ENV, "NO_PROXY": "example.org"}, None),
        ("https", {**ENV, "no_proxy": ".org"}, None),
        ("https", {**ENV, "no_proxy": "other.example.org, *.example.com"}, "p"),
        ("https", {**ENV, "no_proxy": "example.org:444"}, "p"),
        ("https", {**ENV, "no_proxy": "*"}, None),
        ("https", {**ENV, "no_proxy": "ample.org"}, "p"),
        ("https", {}, None),
    ],
)
def test_environment(scheme: str, environ: dict[str, str], expected: str | None) -> None:
    proxy = proxy_for(scheme, "example.org", 443, "", environ)
    assert (proxy.host if proxy else None) == expected


@pytest.mark.parametrize("host", ["127.0.0.1", "::1", "localhost", "a.localhost", "127.9.9.9"])
def test_this_machine_is_never_asked_for_through_a_proxy(host: str) -> None:
    assert proxy_for("http", host, 80, "http://p:1", {}) is None


def test_networks_are_excepted() -> None:
    environ = {**ENV, "no_proxy": "10.0.0.0/8"}
    assert proxy_for("https", "10.1.2.3", 443, "", environ) is None
    assert proxy_for("https", "11.1.2.3", 443, "", environ) is not None


def test_the_setting_comes_before_the_environment() -> None:
    assert proxy_for("https", "h", 443, "direct", ENV) is None
    proxy = proxy_for("https", "h", 443, "http://s", ENV)
    assert proxy is not None
    assert (proxy.host, proxy.port) == ("s", 80)


def test_name_and_password_are_decoded_and_hidden() -> None:
    proxy = parse_proxy("http://us%40er:can%3Aary@p:1")
    assert proxy.authorization == "Basic dXNAZXI6Y2FuOmFyeQ=="
    assert proxy.authorization not in repr(proxy)


@pytest.mark.parametrize("text", ["socks5://u:canary@p:1", "http://u:canary@:1", "http://p:canary"])
def test_what_is_no_http_proxy_is_refused_without_its_password(text: str) -> None:
    with pytest.raises(InputError) as caught:
        parse_proxy(text)
    assert "canary" not in str(caught.value)
