"""Credentials come from the first place that has them, and never by accident from another."""

from __future__ import annotations

import pytest

from explorer.base.errors import InputError
from explorer.cli.targets import Chosen, Given, choose
from explorer.storage.connection import Anonymous, EntraSignIn, SharedKey, TokenSource
from explorer.storage.environment import (
    TOKEN_VARIABLE,
    from_environment,
    sign_in_from_environment,
)

KEY = "QUJD" * 21 + "QUI="
OTHER_KEY = "REVG" * 21 + "REU="
SIG = "c2lnbmF0dXJlLXNpZ25hdHVyZS1zaWduYXR1cmUtMTI%3D"
SAS = f"sv=2022-11-02&sr=c&sp=rl&se=2099-01-01T00:00:00Z&sig={SIG}"
STRING = f"DefaultEndpointsProtocol=https;AccountName=first;AccountKey={KEY}"
OTHER = f"DefaultEndpointsProtocol=https;AccountName=second;AccountKey={OTHER_KEY}"
URL = "https://first.blob.core.windows.net/data/runs/7"


def no_reading(source: str) -> str:
    raise AssertionError(f"read {source}")


def chosen(
    target: str = "data",
    given: Given | None = None,
    environ: dict[str, str] | None = None,
    read: str = "",
) -> Chosen:
    return choose(
        target, given or Given(), environ or {}, (lambda source: read) if read else no_reading
    )


def account(found: Chosen) -> str:
    assert found.spec is not None
    return found.spec.account


def test_a_saved_connection_goes_before_everything() -> None:
    found = chosen(
        given=Given(connection="work"), environ={"AZURE_STORAGE_CONNECTION_STRING": STRING}
    )
    assert found == Chosen(saved_name="work")


def test_an_option_goes_before_the_environment() -> None:
    found = chosen(
        given=Given(connection_string=OTHER), environ={"AZURE_STORAGE_CONNECTION_STRING": STRING}
    )
    assert account(found) == "second"


@pytest.mark.parametrize("source", ["-", "@file"])
def test_a_connection_string_is_read_from_where_it_is_said(source: str) -> None:
    assert account(chosen(given=Given(connection_string=source), read=f"{OTHER}\n")) == "second"


def test_the_variables_are_tried_in_their_order() -> None:
    environ = {
        "STORAGE_CONNECTION_STRING": OTHER,
        "AZURE_STORAGE_ACCOUNT": "third",
        "AZURE_STORAGE_KEY": KEY,
        "AZURE_STORAGE_SAS_TOKEN": SAS,
    }
    assert from_environment(environ)[0] == "STORAGE_CONNECTION_STRING"
    environ["AZURE_STORAGE_CONNECTION_STRING"] = STRING
    assert account(chosen(environ=environ)) == "first"
    environ["AZURE_STORAGE_CONNECTION_STRING"] = " "
    assert account(chosen(environ=environ)) == "second"
    del environ["STORAGE_CONNECTION_STRING"]
    assert from_environment(environ)[0] == "AZURE_STORAGE_KEY"
    assert account(chosen(environ=environ)) == "third"
    environ["AZURE_STORAGE_KEY"] = ""
    assert from_environment(environ)[0] == "AZURE_STORAGE_SAS_TOKEN"


def test_a_url_with_a_sas_needs_nothing_else_and_goes_before_the_environment() -> None:
    for text in ("", OTHER, STRING):
        found = chosen(f"{URL}?{SAS}", environ={"AZURE_STORAGE_CONNECTION_STRING": text})
        assert account(found) == "first"
        assert found.spec is not None
        assert found.spec.sas is not None


def test_two_credentials_at_once_are_a_question_not_a_guess() -> None:
    with pytest.raises(InputError, match="SAS"):
        chosen(f"{URL}?{SAS}", Given(connection_string=STRING))
    with pytest.raises(InputError, match="SAS"):
        chosen(f"{URL}?{SAS}", Given(connection="work"))
    with pytest.raises(InputError, match="Both"):
        chosen(given=Given(connection="work", connection_string=STRING))


def test_a_plain_url_takes_the_environment_of_its_own_account() -> None:
    found = chosen(URL, environ={"AZURE_STORAGE_CONNECTION_STRING": STRING})
    assert found.spec is not None
    assert found.spec.credential == SharedKey("first", KEY)
    assert found.note == ""


def test_a_plain_url_of_another_account_is_public_and_says_so() -> None:
    found = chosen(URL, environ={"AZURE_STORAGE_CONNECTION_STRING": OTHER})
    assert found.spec is not None
    assert found.spec.credential == Anonymous()
    assert "another account" in found.note


def test_an_explicit_option_for_another_account_is_refused() -> None:
    with pytest.raises(InputError, match=r"first.*second"):
        chosen(URL, Given(connection_string=OTHER))


def test_a_hadoop_address_never_goes_anonymous() -> None:
    target = "abfss://data@first.dfs.core.windows.net/runs"
    with pytest.raises(InputError, match="no credentials"):
        chosen(target)
    with pytest.raises(InputError, match="no credentials"):
        chosen(target, environ={"AZURE_STORAGE_CONNECTION_STRING": OTHER})
    assert account(chosen(target, environ={"AZURE_STORAGE_CONNECTION_STRING": STRING})) == "first"


def test_an_address_without_an_account_uses_what_there_is() -> None:
    found = chosen("az://data/runs", environ={"AZURE_STORAGE_CONNECTION_STRING": STRING})
    assert account(found) == "first"


def test_nothing_at_all_lists_every_way() -> None:
    with pytest.raises(InputError) as caught:
        chosen()
    assert "AZURE_STORAGE_CONNECTION_STRING" in caught.value.cure
    assert "--connection-string" in caught.value.cure


def test_a_container_sas_takes_its_container_from_the_target() -> None:
    environ = {"AZURE_STORAGE_ACCOUNT": "first", "AZURE_STORAGE_SAS_TOKEN": SAS}
    found = chosen("data/runs/7", environ=environ)
    assert found.spec is not None
    assert (found.spec.scope.container, found.spec.missing) == ("data", ())
    with pytest.raises(InputError, match="container"):
        chosen("", environ=environ)


def test_plain_http_to_another_machine_needs_consent() -> None:
    text = STRING.replace("https", "http")
    with pytest.raises(InputError, match="http"):
        chosen(given=Given(connection_string=text))
    assert account(chosen(given=Given(connection_string=text, allow_http=True))) == "first"


def test_no_refusal_shows_a_secret() -> None:
    broken = STRING.replace("AccountName=first;", "")
    with pytest.raises(InputError) as caught:
        chosen(environ={"AZURE_STORAGE_CONNECTION_STRING": broken})
    assert KEY not in str(caught.value)
    assert "AZURE_STORAGE_CONNECTION_STRING" in caught.value.message


# -- sign-ins ---------------------------------------------------------------------------------

AZ, TOKEN = EntraSignIn(TokenSource.AZURE_CLI), EntraSignIn(TokenSource.VARIABLE)


def credential(found: Chosen) -> object:
    assert found.spec is not None
    return found.spec.credential


def test_a_sign_in_takes_its_account_from_the_option_the_target_or_the_environment() -> None:
    by_option = chosen(given=Given(account="first", auth="az"))
    assert (account(by_option), credential(by_option)) == ("first", AZ)
    by_target = chosen(URL, Given(auth="token", account="second"))
    assert (account(by_target), credential(by_target)) == ("first", TOKEN)
    by_variable = chosen("az://data/runs", Given(auth="az"), {"AZURE_STORAGE_ACCOUNT": "second"})
    assert (account(by_variable), credential(by_variable)) == ("second", AZ)


@pytest.mark.parametrize(
    ("environ", "wanted"),
    [
        ({TOKEN_VARIABLE: "t"}, TOKEN),
        ({"AZURE_STORAGE_AUTH_MODE": "Login"}, AZ),
        ({TOKEN_VARIABLE: "t", "AZURE_STORAGE_KEY": KEY}, SharedKey("first", KEY)),
    ],
)
def test_the_environment_may_name_a_sign_in_after_every_other_credential(
    environ: dict[str, str], wanted: object
) -> None:
    environ = {"AZURE_STORAGE_ACCOUNT": "first", **environ}
    assert credential(chosen(environ=environ)) == wanted
    assert credential(chosen(URL, environ=environ)) == wanted


def test_a_token_without_an_account_is_used_for_none() -> None:
    assert sign_in_from_environment({TOKEN_VARIABLE: "t"})[2] is None
    assert credential(chosen(URL, environ={TOKEN_VARIABLE: "t"})) == Anonymous()


@pytest.mark.parametrize(
    ("target", "given", "words"),
    [
        ("data", Given(account="first"), "as whom"),
        ("data", Given(auth="az"), "which account"),
        ("data", Given(auth="az", account="first", connection="work"), "Both"),
        ("data", Given(auth="az", account="first", connection_string=STRING), "Both"),
        (f"{URL}?{SAS}", Given(auth="az"), "brings a SAS"),
        ("http://first.blob.core.windows.net/data", Given(auth="az"), "https only"),
        ("data", Given(auth="az", account="not a name"), "neither the name"),
    ],
)
def test_what_makes_no_sense_beside_a_sign_in_is_refused(
    target: str, given: Given, words: str
) -> None:
    with pytest.raises(InputError, match=words):
        chosen(target, given)
