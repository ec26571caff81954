"""Signing in with the browser or a code, against an authority of the tests' own."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from explorer.base.cancel import Cancelled, CancelToken, running_under
from explorer.base.errors import NotAuthorizedError, Retry, SignInNeededError
from explorer.storage.azure import identity
from explorer.storage.azure.identity import identity_token
from explorer.storage.azure.tokens import keeper_of
from explorer.storage.connection import TokenSource
from explorer.storage.sign_in_codes import hear_codes
from tests.servers.authority import Authority
from tests.servers.certificates import make_authority


@pytest.fixture(autouse=True)
def nobody_signed_in() -> Iterator[None]:
    made = identity._credential

    def forget() -> None:
        keeper_of.cache_clear()
        for source in (TokenSource.BROWSER, TokenSource.DEVICE_CODE):
            made(source).close()
        made.cache_clear()
        hear_codes(None)

    forget()
    yield
    forget()


@pytest.fixture
def authority(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Authority]:
    ca_file, tls = make_authority(tmp_path)
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(ca_file))
    with Authority(tls) as server:
        monkeypatch.setenv("AZURE_AUTHORITY_HOST", server.host)
        yield server


def test_a_code_is_shown_and_the_token_is_the_one_that_was_given(authority: Authority) -> None:
    told: list[str] = []
    hear_codes(told.append)
    token = identity_token(TokenSource.DEVICE_CODE)
    assert token.value == authority.tokens[0]
    assert token.expires_s is not None
    assert "https://example.com/device" in told[0]
    assert "ABCD-1234" in told[0]
    assert identity_token(TokenSource.DEVICE_CODE).value in authority.tokens
    assert len(told) == 1, "within one run nobody is asked twice"


def test_where_nobody_sees_a_code_none_is_asked_for(authority: Authority) -> None:
    with pytest.raises(NotAuthorizedError, match="command line"):
        identity_token(TokenSource.DEVICE_CODE)
    assert authority.asked == []


def test_the_browser_leads_back_with_a_token(
    authority: Authority, monkeypatch: pytest.MonkeyPatch
) -> None:
    browsing: list[threading.Thread] = []

    def open_browser(address: str) -> bool:
        browsing.append(threading.Thread(target=authority.browse, args=(address,)))
        browsing[0].start()
        return True

    monkeypatch.setattr("webbrowser.open", open_browser)
    assert keeper_of(TokenSource.BROWSER).value() == authority.tokens[0]
    assert authority.asked == ["authorization_code"]
    browsing[0].join()


def test_a_denial_says_what_to_do_and_makes_work_wait(
    authority: Authority, caplog: pytest.LogCaptureFixture
) -> None:
    hear_codes(lambda text: None)
    authority.is_refusing = True
    with pytest.raises(NotAuthorizedError, match="failed") as caught:
        identity_token(TokenSource.DEVICE_CODE)
    assert caught.value.retry is Retry.NEEDS_CREDENTIALS
    assert "canary" not in str(caught.value) + caplog.text


def test_a_cancel_does_not_wait_for_the_person(
    authority: Authority, monkeypatch: pytest.MonkeyPatch
) -> None:
    token, asked = CancelToken(), threading.Event()

    def ask(source: TokenSource) -> object:
        asked.wait(10)
        raise AssertionError("nobody is there")

    monkeypatch.setattr(identity, "_credential", ask)
    token.cancel()
    with running_under(token), pytest.raises(Cancelled):
        identity_token(TokenSource.BROWSER)
    asked.set()


def test_a_sign_in_that_timed_out_is_not_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    def ask(source: TokenSource) -> object:
        raise TimeoutError

    outcome: list[BaseException] = []
    token = CancelToken()

    def work() -> None:
        try:
            with running_under(token):
                identity_token(TokenSource.BROWSER)
        except BaseException as error:
            outcome.append(error)

    monkeypatch.setattr(identity, "_credential", ask)
    thread = threading.Thread(target=work)
    thread.start()
    thread.join(10)
    token.cancel()
    thread.join(10)
    assert [type(error) for error in outcome] == [SignInNeededError]


def test_without_the_extra_it_is_said_how_to_get_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(identity, "is_installed", lambda: False)
    with pytest.raises(NotAuthorizedError, match="not installed") as caught:
        identity_token(TokenSource.BROWSER)
    assert "[entra]" in caught.value.cure
