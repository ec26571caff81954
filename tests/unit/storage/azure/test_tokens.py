"""Tokens are asked for in time, kept while they last, and their sources say what is wrong."""

from __future__ import annotations

import base64
import json
import threading
import time
from pathlib import Path

import pytest

from explorer.base.cancel import Cancelled, CancelToken, running_under
from explorer.base.errors import CredentialExpiredError, NotAuthorizedError, Retry
from explorer.base.redact import redact
from explorer.storage.azure.tokens import (
    AGAIN_S,
    EARLY_S,
    FAILED_S,
    Token,
    TokenKeeper,
    cli_token,
    end_of,
    find_cli,
    no_token,
    read_cli_answer,
    variable_token,
)
from explorer.storage.environment import TOKEN_VARIABLE
from tests.support.sign_in import cli_answer, jwt, write_cli


class Source:
    """Hands out `t1`, `t2` and so on, each good for an hour by the clock of the test."""

    def __init__(self) -> None:
        self.now_s = 1000.0
        self.asked = 0
        self.error: NotAuthorizedError | None = None
        self.lasts_s = 3600.0

    def ask(self) -> Token:
        self.asked += 1
        if self.error is not None:
            raise self.error
        return Token(f"t{self.asked}", self.now_s + self.lasts_s)

    def keeper(self) -> TokenKeeper:
        return TokenKeeper(self.ask, clock=lambda: self.now_s)


def test_a_token_is_asked_for_once_and_again_shortly_before_it_ends() -> None:
    source = Source()
    keeper = source.keeper()
    assert [keeper.value() for _ in range(3)] == ["t1"] * 3
    source.now_s += 3600 - EARLY_S - 1
    assert keeper.value() == "t1"
    source.now_s += 2
    assert keeper.value() == "t2"


def test_where_no_other_is_to_be_had_the_old_one_does_until_it_ends() -> None:
    source = Source()
    keeper = source.keeper()
    keeper.value()
    source.error = no_token("No.", "Wait.")
    source.now_s += 3590
    assert keeper.value() == "t1"
    assert keeper.value() == "t1"
    assert source.asked == 2, "a source that has just failed is left alone"
    source.now_s += 11
    with pytest.raises(NotAuthorizedError) as caught:
        keeper.value()
    assert caught.value.retry is Retry.NEEDS_CREDENTIALS


def test_a_source_that_gives_short_tokens_is_not_asked_for_every_request() -> None:
    source = Source()
    source.lasts_s = EARLY_S - 1
    keeper = source.keeper()
    for _ in range(5):
        assert keeper.value() == "t1"
    source.now_s += AGAIN_S
    assert keeper.value() == "t2"


def test_who_has_nothing_is_not_asked_by_every_request_and_then_again() -> None:
    source = Source()
    source.error = no_token("No.", "Wait.")
    keeper = source.keeper()
    for _ in range(5):
        with pytest.raises(NotAuthorizedError):
            keeper.value()
    assert source.asked == 1
    source.error = None
    source.now_s += FAILED_S
    assert keeper.value() == "t2"


def test_a_refused_token_is_replaced_once_for_all_who_had_it() -> None:
    source = Source()
    keeper = source.keeper()
    keeper.value()
    source.now_s += AGAIN_S
    assert keeper.renew("t1")
    assert keeper.renew("t1"), "somebody else has renewed it already"
    assert keeper.value() == "t2"
    assert source.asked == 2
    assert not keeper.renew("t2"), "it was asked for just now"


def test_while_one_replaces_it_the_others_go_on_with_the_old_one() -> None:
    asked, may_answer = threading.Event(), threading.Event()
    source = Source()

    def ask() -> Token:
        if source.asked:
            asked.set()
            may_answer.wait(10)
        return source.ask()

    keeper = TokenKeeper(ask, clock=lambda: source.now_s)
    keeper.value()
    source.now_s += 3600 - EARLY_S + 1
    replacing = threading.Thread(target=keeper.value)
    replacing.start()
    try:
        assert asked.wait(10)
        assert keeper.value() == "t1"
    finally:
        may_answer.set()
        replacing.join()
    assert keeper.value() == "t2"


@pytest.mark.parametrize("what", ["value", "renew"])
def test_a_cancel_does_not_wait_until_another_has_its_token(what: str) -> None:
    asked, may_answer, over = threading.Event(), threading.Event(), threading.Event()
    token = CancelToken()

    def ask() -> Token:
        asked.set()
        may_answer.wait(20)
        return Token("t1")

    def work() -> None:
        token.cancel()
        with running_under(token), pytest.raises(Cancelled):
            keeper.value() if what == "value" else keeper.renew("t0")
        over.set()

    keeper = TokenKeeper(ask)
    threads = [threading.Thread(target=keeper.value), threading.Thread(target=work)]
    try:
        threads[0].start()
        assert asked.wait(10)
        threads[1].start()
        assert over.wait(10)
    finally:
        may_answer.set()
        for thread in threads:
            thread.join()


def test_a_token_is_known_to_the_redactor_and_in_no_repr() -> None:
    token = jwt(name="canary of the keeper")
    keeper = TokenKeeper(lambda: Token(token, None))
    assert keeper.value() == token
    assert token.split(".")[1] not in redact(f"it was {token}, alas")
    assert token not in repr(Token(token))


@pytest.mark.parametrize(
    ("text", "end"), [("", None), ("a.b.c", None), ("opaque", None), ("a.bnVsbA.c", None)]
)
def test_a_token_that_cannot_be_read_has_no_end_that_is_known(text: str, end: None) -> None:
    assert end_of(text) is end


@pytest.mark.parametrize(
    "said", ["NaN", "Infinity", "-Infinity", "true", "-1", "1e400", '"nan"', "[1]", "1" + "0" * 400]
)
def test_a_token_that_says_an_absurd_end_has_none_that_is_known(
    monkeypatch: pytest.MonkeyPatch, said: str
) -> None:
    claims = base64.urlsafe_b64encode(f'{{"exp": {said}}}'.encode()).decode().rstrip("=")
    token = f"e30.{claims}.x"
    assert end_of(token) is None
    monkeypatch.setenv(TOKEN_VARIABLE, token)
    assert variable_token().expires_s is None, "the service knows better"
    answer = f'{{"accessToken": "opaque", "expires_on": {said}}}'.encode()
    assert read_cli_answer(answer).expires_s is None


def test_a_json_web_token_says_when_it_ends() -> None:
    end = end_of(jwt(600))
    assert end is not None
    assert 590 < end - time.time() < 601


# -- the variable -----------------------------------------------------------------------------


@pytest.mark.parametrize("before", ["", "Bearer ", "bearer  "])
def test_the_variables_token_is_used_with_or_without_its_scheme(
    monkeypatch: pytest.MonkeyPatch, before: str
) -> None:
    token = jwt()
    monkeypatch.setenv(TOKEN_VARIABLE, f" {before}{token}\n")
    assert variable_token().value == token


def test_a_variable_without_a_token_says_so_and_shows_nothing(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for text in ("", "two words of mine", "ümlaut", "of no encoding \udcff"):
        monkeypatch.setenv(TOKEN_VARIABLE, text)
        with pytest.raises(NotAuthorizedError, match=TOKEN_VARIABLE) as caught:
            variable_token()
        assert not text or text not in str(caught.value)
    monkeypatch.setenv(TOKEN_VARIABLE, jwt(-5))
    with pytest.raises(CredentialExpiredError, match="expired on"):
        variable_token()


# -- Azure CLI --------------------------------------------------------------------------------


@pytest.fixture
def cli(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("PATH", str(tmp_path / "bin"))
    return tmp_path / "bin"


def test_az_is_asked_for_a_token_for_storage(cli: Path) -> None:
    token = jwt()
    write_cli(cli, cli_answer(token, 3600))
    found = cli_token()
    assert found.value == token
    assert found.expires_s is not None
    assert 3500 < found.expires_s - time.time() < 3601
    words = (cli / "calls").read_text().split()
    assert words[:4] == ["account", "get-access-token", "--resource", "https://storage.azure.com/"]


def test_without_az_it_is_said_what_to_do(cli: Path) -> None:
    with pytest.raises(NotAuthorizedError, match="not installed") as caught:
        cli_token()
    assert "az login" in caught.value.cure
    assert caught.value.retry is Retry.NEEDS_CREDENTIALS


def test_an_az_in_the_folder_one_is_in_is_not_started(
    cli: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_cli(tmp_path / "here", cli_answer(jwt()))
    monkeypatch.chdir(tmp_path / "here")
    monkeypatch.setenv("PATH", f".:{cli}")
    assert find_cli() is None


def test_an_az_that_is_not_signed_in_says_az_login(cli: Path) -> None:
    write_cli(cli, "", fails="ERROR: Please run 'az login' to setup account.")
    with pytest.raises(NotAuthorizedError, match="not signed in"):
        cli_token()


def test_what_az_complains_of_is_not_quoted(cli: Path) -> None:
    write_cli(cli, "", fails="canary-of-az")
    with pytest.raises(NotAuthorizedError, match="ended with 1") as caught:
        cli_token()
    assert "canary-of-az" not in str(caught.value)


def _stuck(cli: Path) -> None:
    write_cli(cli, "")
    text = (cli / "az.py").read_text()
    (cli / "az.py").write_text(
        text.replace("import sys\n", "import sys, time\ntime.sleep(600)\n", 1)
    )


def test_an_az_that_does_not_answer_is_ended(cli: Path) -> None:
    _stuck(cli)
    with pytest.raises(NotAuthorizedError, match="did not answer"):
        cli_token(timeout_s=0.1)


def test_a_cancel_ends_az(cli: Path) -> None:
    _stuck(cli)
    token = CancelToken()
    token.cancel()
    with running_under(token), pytest.raises(Cancelled):
        cli_token()


@pytest.mark.parametrize("data", [b"", b"{}", b"[]", b'{"accessToken": 3}', b"\xff"])
def test_an_answer_that_is_no_token_is_refused(data: bytes) -> None:
    with pytest.raises(NotAuthorizedError, match="no token"):
        read_cli_answer(data)


def test_an_older_az_says_the_end_in_local_time() -> None:
    answer = json.dumps({"accessToken": "x", "expiresOn": "2031-05-01 08:00:00.000000"})
    end = read_cli_answer(answer.encode()).expires_s
    assert end == time.mktime((2031, 5, 1, 8, 0, 0, 0, 0, -1))
