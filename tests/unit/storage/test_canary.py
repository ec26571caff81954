"""A key and a SAS are planted, everything that can fail fails, and every trace is searched."""

# ruff: noqa: E501 - a table of texts

from __future__ import annotations

import base64
import logging
import os
import sys
import threading
import traceback
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import quote

import pytest

from explorer.base.errors import QuaysideError
from explorer.base.log import install_hooks, set_up_logging
from explorer.storage.accounts import Accounts, new_id
from explorer.storage.connection import complete, locate, parse, recognise, replace_credential
from explorer.storage.sas import parse_sas
from explorer.storage.saved_connection import save_form, spec_of
from explorer.storage.secrets import SecretStore

KEY_BYTES = b"canary-key-" + bytes(range(150, 203))
SIG_BYTES = b"canary-sig-" + bytes(range(210, 231))
KEY = base64.b64encode(KEY_BYTES).decode("ascii")
SIGNATURE = base64.b64encode(SIG_BYTES).decode("ascii")
SAS = f"sv=2024-11-04&sr=c&sp=rl&se=2026-05-07T00:00:00Z&sig={quote(SIGNATURE, safe='')}"
HOST = "https://pai.blob.core.windows.net"
KEY_STRING = f"DefaultEndpointsProtocol=https;AccountName=pai;AccountKey={KEY}"
SAS_URL = f"{HOST}/data/runs?{SAS}"
NOW = datetime(2026, 5, 1, tzinfo=UTC)

TRACES = tuple(
    trace
    for value, raw in ((KEY, KEY_BYTES), (SIGNATURE, SIG_BYTES))
    for trace in (
        value[:12].encode(),
        value[14:28].encode(),
        quote(value, safe="")[14:28].encode(),
        quote(quote(value, safe=""), safe="")[:14].encode(),
        raw[:11],
        raw[12:20],
        raw[:8].hex().encode(),
    )
)

REFUSED_TEXTS = [
    KEY_STRING.replace("https", "gopher"),
    KEY_STRING.replace("=pai", "=not_a_name"),
    KEY_STRING.replace(KEY, f"{KEY[:40]}!{KEY[40:]}"),
    KEY_STRING.replace(KEY, KEY[:49]),
    f"{KEY_STRING};AccountKey={KEY[::-1]}",
    f"{KEY_STRING};EndpointSuffix=no host!",
    KEY,
    f"AccountKey={KEY}",
    f"FileEndpoint=https://pai.file.core.windows.net;SharedAccessSignature={SAS}",
    f"BlobEndpoint=https://a..b;SharedAccessSignature={SAS}",
    f"BlobEndpoint=https://me:{SIGNATURE[:24].replace('/', '-')}@pai.blob.core.windows.net;SharedAccessSignature={SAS}",
    f"SharedAccessSignature={SAS}",
    SAS_URL[:-10],
    SAS_URL.replace("&sig=", "&sig=*"),
    SAS_URL.replace("2026-05-07", "2026-99-07"),
    SAS_URL.replace("sr=c", "sr=x"),
    SAS_URL.replace("sv=2024-11-04&", ""),
    SAS_URL.replace("/runs", "/../runs"),
    SAS_URL.replace("/runs", "/%ff"),
    SAS_URL.replace(".net/", ".net:port/"),
    SAS_URL.replace("blob.core", "file.core"),
    f"{SAS_URL}&sp=racwd",
    f"s3://bucket/{SAS}",
    f"https://portal.azure.com/?{SAS}",
    '{"connectionStrings": ["' + KEY_STRING,
    '{"connectionStrings": ["AccountName=pai", "' + SAS_URL[:-20] + '"]}',
    f"what is {SAS_URL} doing here",
]  # fmt: skip


@pytest.fixture
def traces(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> Iterator[Callable[[], bytes]]:
    """Logs into the data folder; gives back everything that was written anywhere."""
    undo_logging = set_up_logging(tmp_path, level=logging.DEBUG, to_stderr=True)
    undo_hooks = install_hooks()

    def collect() -> bytes:
        files = [path for path in tmp_path.rglob("*") if path.is_file()]
        names = b"\n".join(os.fsencode(path) for path in files)
        printed = "".join(capfd.readouterr()).encode("utf-8", "surrogateescape")
        return b"\n".join([names, printed, *(path.read_bytes() for path in files)])

    yield collect
    undo_hooks()
    undo_logging()


def assert_clean(found: bytes | str) -> None:
    data = found if isinstance(found, bytes) else found.encode("utf-8", "surrogatepass")
    for trace in TRACES:
        assert trace not in data


def told(error: BaseException) -> str:
    """All that an exception can say, its causes included."""
    parts = ["".join(traceback.format_exception(error)), repr(error), str(error)]
    link: BaseException | None = error
    while link is not None:
        parts += [repr(link.args), repr(getattr(link, "__dict__", {}))]
        link = link.__cause__
    return "\n".join(parts)


@pytest.mark.parametrize("text", REFUSED_TEXTS)
def test_a_refused_text_leaves_no_trace(traces: Callable[[], bytes], text: str) -> None:
    attempts: list[Callable[[], object]] = [
        lambda: parse(text),
        lambda: parse_sas(text),
        lambda: locate(text, parse(SAS_URL)),
        lambda: replace_credential(parse(f"{HOST}/data?{SAS}"), text),
        lambda: complete(parse("az://data/x"), account=text),
        lambda: complete(parse("az://data/x"), container=text),
    ]
    refusals = 0
    for attempt in attempts:
        try:
            attempt()
        except QuaysideError as error:
            refusals += 1
            assert_clean(told(error))
            logging.getLogger("canary").error("refused", exc_info=error)
    assert refusals >= 1
    recognition = recognise(text, NOW)
    assert_clean(repr(recognition) + "".join(recognition.texts))
    logging.getLogger("canary").info("so far: %r", recognition)
    assert b"refused" in traces()
    assert_clean(traces())


def test_saving_and_its_failures_leave_no_trace(
    traces: Callable[[], bytes], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    accounts, store = Accounts(tmp_path), SecretStore()
    log = logging.getLogger("canary")
    for text in (KEY_STRING, SAS_URL):
        spec = parse(text)
        saved = save_form(spec, connection_id=new_id(), name=text)
        kept = store.save(saved.id, spec.secret)
        log.info("%s %r %s %r %s", spec, spec, spec.credential, saved, kept)
        log.info("%r %s", store.load(saved.id), accounts.add(saved))
        assert_clean(repr((saved, kept, store.load(saved.id), accounts.load())))
        with pytest.raises(QuaysideError) as caught:
            spec_of(replace(saved, credential_type="sas"), spec.secret[:-30])
        assert_clean(told(caught.value))
    document = (tmp_path / "connections.json").read_text()
    (tmp_path / "connections.json").write_text(document[: len(document) // 2])
    log.warning("%s", accounts.load().notices)

    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(QuaysideError) as refused:
        accounts.add(saved)
    assert_clean(told(refused.value))
    assert_clean(traces())


def test_what_nobody_caught_leaves_no_trace(traces: Callable[[], bytes]) -> None:
    def careless(secret: str) -> None:
        raise RuntimeError(f"request to {secret} failed with {KEY}")

    thread = threading.Thread(target=careless, args=(SAS_URL,), name=f"worker {SAS_URL}")
    thread.start()
    thread.join()
    error = ValueError(KEY_STRING, {"Authorization": f"SharedKey pai:{SIGNATURE}"})
    error.add_note(f"with {SAS_URL}")
    sys.excepthook(ValueError, error, None)
    logging.getLogger(f"canary.{KEY}").error("%(x)s", {"x": SAS_URL}, stack_info=True)
    found = traces()
    assert b"request to" in found
    assert_clean(found)


def test_the_search_finds_what_is_there() -> None:
    for text in (KEY_STRING, SAS_URL, quote(KEY, safe=""), repr(KEY_BYTES)[2:14]):
        with pytest.raises(AssertionError):
            assert_clean(text)
