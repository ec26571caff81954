"""A place in the words of other programs: right for each, quoted right, without credentials."""

from __future__ import annotations

import ast
import shlex
import subprocess
from dataclasses import replace
from urllib.parse import unquote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from explorer.base.errors import InputError
from explorer.base.shown import shown_lines
from explorer.service.copy_as import Form, Spot, copy_as, reason

BLOB = Spot("acct", "https://acct.blob.core.windows.net", "data", "runs/7/it's $x.bin")
FOLDER = replace(BLOB, path="runs/7/")
CONTAINER = replace(BLOB, path="")
LOCAL = Spot("devstoreaccount1", "http://127.0.0.1:10000/devstoreaccount1", "c", "b", True)
SAS = "sv=2023-11-03&sp=r&sig=abc%2Fd%3D"
fitting = st.text(
    st.characters(exclude_categories=("Cs", "Cc", "Cf", "Zl", "Zp")), min_size=1
).filter(
    lambda name: not name.endswith("/") and all(part not in (".", "..") for part in name.split("/"))
)


def test_each_form_says_the_blob_its_way() -> None:
    blob = replace(BLOB, path="a/b.bin")
    assert copy_as(Form.PATH, blob) == "data/a/b.bin"
    assert copy_as(Form.URL, blob) == "https://acct.blob.core.windows.net/data/a/b.bin"
    assert copy_as(Form.ABFSS, blob) == "abfss://data@acct.dfs.core.windows.net/a/b.bin"
    assert copy_as(Form.AZ, blob) == (
        "az storage blob download --account-name=acct --container-name=data --name=a/b.bin "
        "--file=./b.bin --auth-mode=login"
    )
    assert copy_as(Form.AZCOPY, blob) == (
        "azcopy copy https://acct.blob.core.windows.net/data/a/b.bin ./b.bin"
    )
    assert shlex.split(copy_as(Form.RCLONE, blob))[2] == (
        ':azureblob,account="acct",env_auth=true:data/a/b.bin'
    )


def test_a_folder_is_taken_with_all_that_is_in_it() -> None:
    folder = replace(FOLDER, path="runs/[7]/")
    assert "--pattern=runs/[[]7]/*" in shlex.split(copy_as(Form.AZ, folder))
    assert copy_as(Form.AZCOPY, FOLDER) == (
        "azcopy copy https://acct.blob.core.windows.net/data/runs/7 . --recursive"
    )
    assert copy_as(Form.URL, FOLDER).endswith("/data/runs/7/")
    assert "name_starts_with='runs/7/'" in copy_as(Form.PYTHON, FOLDER)
    assert copy_as(Form.ABFSS, FOLDER).endswith("/runs/7/")
    assert copy_as(Form.ABFSS, CONTAINER) == "abfss://data@acct.dfs.core.windows.net/"


@given(fitting)
def test_any_name_comes_back_out_of_a_shell(name: str) -> None:
    blob = replace(BLOB, path=name)
    assert f"--name={name}" in shlex.split(copy_as(Form.AZ, blob))
    assert shlex.split(copy_as(Form.RCLONE, blob))[2].endswith(f":data/{name}")
    url = shlex.split(copy_as(Form.AZCOPY, blob))[2]
    assert unquote(url.removeprefix("https://acct.blob.core.windows.net/data/")) == name


HOSTILE = "a\x1bc\u202ecod.exe\n; touch x #/it's \\ $x\r"


@pytest.mark.parametrize("form", list(Form))
@pytest.mark.parametrize("tail", ["", "/"])
def test_nothing_in_a_name_commands_a_terminal(form: Form, tail: str) -> None:
    spot = replace(BLOB, path=HOSTILE + tail)
    text = copy_as(form, spot)
    assert shown_lines(text) == text
    if form in (Form.AZ, Form.AZCOPY, Form.RCLONE):
        assert "\n" not in text
        words = subprocess.run(
            ["bash", "-c", f"printf '%s\\0' {text}"], capture_output=True, check=True
        ).stdout.decode()
        assert any(HOSTILE in unquote(word) for word in words.split("\0"))


@pytest.mark.parametrize("form", [Form.PYTHON, Form.FSSPEC])
@pytest.mark.parametrize("spot", [BLOB, FOLDER, CONTAINER, LOCAL], ids=str)
@pytest.mark.parametrize("sas", ["", SAS])
def test_snippets_are_python_and_hold_the_name(form: Form, spot: Spot, sas: str) -> None:
    tree = ast.parse(copy_as(form, replace(spot, sas=sas)))
    texts = [node.value for node in ast.walk(tree) if isinstance(node, ast.Constant)]
    assert any(isinstance(text, str) and spot.path.rstrip("/") in text for text in texts)
    assert any(isinstance(text, str) and SAS in text for text in texts) is bool(sas)


@pytest.mark.parametrize("form", list(Form))
@pytest.mark.parametrize("spot", [BLOB, FOLDER, CONTAINER, LOCAL], ids=str)
def test_a_sas_is_in_it_only_when_it_is_given(form: Form, spot: Spot) -> None:
    if reason(form, spot):
        return
    assert "sig=" not in copy_as(form, spot)
    if form.takes_sas:
        assert SAS in copy_as(form, replace(spot, sas=SAS))
    else:
        with pytest.raises(InputError):
            copy_as(form, replace(spot, sas=SAS))


def test_a_sas_is_never_in_the_repr() -> None:
    assert "sig" not in repr(replace(BLOB, sas=SAS))


def test_what_does_not_fit_is_refused_with_the_reason() -> None:
    account = replace(BLOB, container="", path="")
    assert copy_as(Form.URL, account) == "https://acct.blob.core.windows.net"
    assert "Choose" in reason(Form.AZ, account)
    assert reason(Form.ABFSS, LOCAL)
    nameless = Spot("", "https://files.example.com", "c", "b")
    assert reason(Form.RCLONE, nameless)
    assert not reason(Form.URL, nameless)


def test_the_emulator_takes_its_key_from_the_environment() -> None:
    assert "os.environ['AZURE_STORAGE_KEY']" in copy_as(Form.PYTHON, LOCAL)
    assert "AZURE_STORAGE_CONNECTION_STRING" in copy_as(Form.FSSPEC, LOCAL)
    assert f"--blob-endpoint={LOCAL.endpoint}" in copy_as(Form.AZ, LOCAL)
    assert "use_emulator=true" in copy_as(Form.RCLONE, LOCAL)
