"""A sign-in's token opens a real service over https: look, change, share; refused it renews."""

from __future__ import annotations

import asyncio
import os
import ssl
import threading
import urllib.error
import urllib.request
import uuid
from collections.abc import Callable, Coroutine, Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import TypeVar

import pytest

from explorer.base.cancel import Cancelled, current_token
from explorer.base.errors import (
    ConnectionTextError,
    CredentialExpiredError,
    InputError,
    NotAuthorizedError,
    Retry,
)
from explorer.base.tasks import TaskScope
from explorer.service.claims import utc_now
from explorer.service.emulator import Emulator
from explorer.service.model import Ability, Connection, Location, SecretHome
from explorer.service.service import Service
from explorer.service.sharing import SignedBy
from explorer.storage.access import Verdict
from explorer.storage.azure import identity
from explorer.storage.azure.tokens import Token, keeper_of
from explorer.storage.connection import TokenSource, parse, with_sign_in
from explorer.storage.environment import TOKEN_VARIABLE
from explorer.storage.model import BlobHeaders, BlobRef, Condition
from explorer.transfer.state import JobState
from tests.integration.transfer.rig import MIB
from tests.servers.lake.server import Lake
from tests.servers.whole_copies import WholeCopies
from tests.support.sign_in import SecureEmulator, cli_answer, jwt, write_cli

T = TypeVar("T")


@pytest.fixture(autouse=True)
def no_tokens_of_others() -> Iterator[None]:
    keeper_of.cache_clear()
    yield
    keeper_of.cache_clear()


def with_service(
    folder: Path,
    secure: SecureEmulator,
    work: Callable[[Service, Connection], Coroutine[object, object, T]],
    source: TokenSource = TokenSource.VARIABLE,
) -> T:
    async def main() -> T:
        async with await Service.start(folder, adopt_jobs=False, with_transfers=False) as service:
            await service.update_settings(ca_file=str(secure.ca_file))
            spec = with_sign_in(parse(secure.endpoint), source)
            return await work(service, await service.session_connection(spec))

    return asyncio.run(main())


@pytest.fixture
def signed_in(monkeypatch: pytest.MonkeyPatch) -> str:
    token = jwt()
    monkeypatch.setenv(TOKEN_VARIABLE, token)
    return token


async def _filled(service: Service, connection: Connection) -> Location:
    place = await service.create_container(connection.id, f"test-{uuid.uuid4().hex[:20]}")
    store = await service._connections.store(connection.id)  # what a transfer writes with
    for name in ("a/x.txt", "a/y.txt"):
        await asyncio.to_thread(
            store.put_blob,
            BlobRef(place.container, name),
            b"hello",
            headers=BlobHeaders(),
            condition=Condition.absent(),
        )
    return place


def test_a_token_looks_changes_and_deletes(
    secure_azurite: SecureEmulator, data_dir: Path, signed_in: str
) -> None:
    async def work(service: Service, connection: Connection) -> None:
        place = await _filled(service, connection)
        pages = [page async for page in service.list_folder(place.child("a"))]
        assert [blob.name for page in pages for blob in page.blobs] == ["a/x.txt", "a/y.txt"]
        # The SDK's way, and a batch, whose parts are authorised one by one.
        assert (await service.container_properties(place)).name == place.container
        async for count in service.delete(place.child("a"), ("x.txt", "y.txt")):
            found = count
        assert (found.blobs, found.failed) == (2, 0)
        await service.delete_container(place)

    with_service(data_dir, secure_azurite, work)


def test_a_test_of_the_connection_finds_out_what_the_token_allows(
    secure_azurite: SecureEmulator, data_dir: Path, signed_in: str
) -> None:
    async def work(service: Service, connection: Connection) -> None:
        await _filled(service, connection)
        assert connection.credential_kind == "Entra sign-in (token variable)"
        assert connection.claim(Ability.LIST).verdict is Verdict.UNKNOWN
        report = await service.probe_connection(connection.id)
        found = {claim.ability: claim.verdict for claim in report.claims}
        assert found[Ability.LIST] is found[Ability.READ] is Verdict.YES
        assert found[Ability.WRITE] is Verdict.UNKNOWN
        assert service.connection(connection.id).claim(Ability.LIST).verdict is Verdict.YES

    with_service(data_dir, secure_azurite, work)


def test_az_is_asked_once_for_all_requests(
    secure_azurite: SecureEmulator,
    data_dir: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    cli = write_cli(tmp_path / "bin", cli_answer(jwt()))
    path = f"{cli}:/usr/bin"
    monkeypatch.setenv("PATH", path)

    async def work(service: Service, connection: Connection) -> None:
        await _filled(service, connection)
        await service.probe_connection(connection.id)

    with_service(data_dir, secure_azurite, work, TokenSource.AZURE_CLI)
    assert len((cli / "calls").read_text().splitlines()) == 1


def test_a_token_that_is_not_believed_says_how_to_sign_in_again(
    secure_azurite: SecureEmulator, data_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(TOKEN_VARIABLE, "canary-of-no-token")

    async def work(service: Service, connection: Connection) -> None:
        with pytest.raises(CredentialExpiredError, match="did not accept the sign-in") as caught:
            await service.probe(service._connections.spec(connection.id))
        assert caught.value.retry is Retry.NEEDS_CREDENTIALS
        assert "canary" not in str(caught.value)

    with_service(data_dir, secure_azurite, work)


def test_without_a_token_the_connection_waits_for_one(
    secure_azurite: SecureEmulator, data_dir: Path
) -> None:
    async def work(service: Service, connection: Connection) -> None:
        with pytest.raises(NotAuthorizedError, match=TOKEN_VARIABLE) as caught:
            await service.probe(service._connections.spec(connection.id))
        assert caught.value.retry is Retry.NEEDS_CREDENTIALS

    with_service(data_dir, secure_azurite, work)


@pytest.mark.parametrize(
    "address",
    [
        "http://127.0.0.1:10000/devstoreaccount1",
        "http://acct.blob.core.windows.net",
        "https://storage.example.com/data",
        "https://blob.core.windows.net.example.com/acct",
    ],
)
def test_a_token_goes_over_https_and_to_azure_only(address: str) -> None:
    with pytest.raises(ConnectionTextError, match=r"over https only|Azure's own"):
        with_sign_in(parse(address), TokenSource.VARIABLE)


def test_what_is_saved_is_who_has_the_token_and_never_the_token(
    secure_azurite: SecureEmulator, data_dir: Path, signed_in: str
) -> None:
    async def save(service: Service, connection: Connection) -> str:
        spec = service._connections.spec(connection.id)
        await service.remove_connection(connection.id)
        probe = await service.probe(spec)
        made = await service.connect(spec, name="mine", save=True, probe=probe)
        assert made.secret_home is SecretHome.NONE_NEEDED
        return made.id

    saved = with_service(data_dir, secure_azurite, save)
    kept = b"".join(path.read_bytes() for path in data_dir.rglob("*") if path.is_file())
    assert b"token variable" in kept
    assert signed_in.encode() not in kept
    assert signed_in.split(".")[1].encode() not in kept

    async def again(service: Service, connection: Connection) -> None:
        report = await service.probe_connection(saved)
        assert report.summary.startswith("list ")
        assert service.connection(saved).credential_kind == connection.credential_kind

    with_service(data_dir, secure_azurite, again)


def test_two_sign_ins_of_one_account_are_two_connections(
    secure_azurite: SecureEmulator, data_dir: Path, signed_in: str
) -> None:
    async def work(service: Service, connection: Connection) -> None:
        spec = service._connections.spec(connection.id)
        probe = await service.probe(spec)
        again = await service.connect(spec, name="", save=False, probe=probe)
        other = with_sign_in(spec, TokenSource.AZURE_CLI)
        made = await service.connect(other, name="", save=False, probe=probe)
        assert again.id == connection.id
        assert made.id != connection.id

    with_service(data_dir, secure_azurite, work)


def test_a_key_takes_the_place_of_a_sign_in_and_the_connection_goes_on(
    secure_azurite: SecureEmulator, data_dir: Path, signed_in: str
) -> None:
    async def work(service: Service, connection: Connection) -> None:
        text = secure_azurite.emulator.connection_string
        changed = await service.replace_credential(connection.id, text)
        assert (changed.id, changed.credential_kind) == (connection.id, "account key")
        assert [page async for page in service.list_containers(connection.id)]

    with_service(data_dir, secure_azurite, work)


# -- sharing ----------------------------------------------------------------------------------


def fetch(
    url: str, secure: SecureEmulator, method: str = "GET", body: bytes | None = None
) -> bytes:
    """Asked by somebody who has the URL and nothing else."""
    trust = ssl.create_default_context(cafile=str(secure.ca_file))
    request = urllib.request.Request(url, method=method)
    with urllib.request.urlopen(request, context=trust) as answer:
        return bytes(answer.read())


def test_a_sas_by_user_delegation_reads_its_one_blob_and_nothing_else(
    secure_azurite: SecureEmulator, data_dir: Path, signed_in: str
) -> None:
    async def work(service: Service, connection: Connection) -> tuple[str, tuple[str, ...]]:
        place = await _filled(service, connection)
        sharing = service.sharing
        assert sharing.reason(connection.id) == ""
        wish = sharing.least(place.child("a"), "x.txt")
        shared = await sharing.make(connection.id, wish, SignedBy.DELEGATION)
        test = await sharing.test_sas(shared.url)
        assert test.permissions == "r"
        return shared.url, shared.warnings

    url, warnings = with_service(data_dir, secure_azurite, work)
    assert "skoid=" in url
    assert "roles of your sign-in" in " ".join(warnings)
    assert fetch(url, secure_azurite) == b"hello"
    for method, other in (("DELETE", url), ("GET", url.replace("x.txt", "y.txt"))):
        with pytest.raises(urllib.error.HTTPError) as caught:
            fetch(other, secure_azurite, method)
        assert caught.value.code == 403
        caught.value.close()


def test_a_read_only_sign_in_makes_a_sas_that_reads_and_none_that_writes(
    secure_azurite: SecureEmulator, data_dir: Path, signed_in: str
) -> None:
    async def work(service: Service, connection: Connection) -> str:
        place = await _filled(service, connection)
        await service.marks.set_read_only(connection.id, True)
        wish = service.sharing.least(place.child("a"), "x.txt")
        with pytest.raises(NotAuthorizedError, match="read-only"):
            await service.sharing.make(connection.id, replace(wish, permissions="rw"))
        return (await service.sharing.make(connection.id, wish)).url

    assert fetch(with_service(data_dir, secure_azurite, work), secure_azurite) == b"hello"


@pytest.mark.parametrize(
    "version", ["2018-11-09", "2020-02-10", "2020-12-06", "2023-11-03", "2025-07-05", "2026-04-06"]
)
def test_a_containers_sas_is_taken_in_each_version(
    secure_azurite: SecureEmulator,
    data_dir: Path,
    signed_in: str,
    version: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("explorer.service.sharing.version_for", lambda spoken: version)

    async def work(service: Service, connection: Connection) -> str:
        place = await _filled(service, connection)
        wish = replace(service.sharing.least(place), permissions="rl")
        return (await service.sharing.make(connection.id, wish)).url

    url = with_service(data_dir, secure_azurite, work)
    assert f"sv={version}" in url
    assert b"a/x.txt" in fetch(f"{url}&restype=container&comp=list", secure_azurite)


def test_one_key_of_the_service_signs_a_hundred_sas(
    secure_azurite: SecureEmulator, data_dir: Path, signed_in: str
) -> None:
    async def work(service: Service, connection: Connection) -> set[str]:
        place = await _filled(service, connection)
        wish = service.sharing.least(place.child("a"), "x.txt")
        now = utc_now()
        wishes = [replace(wish, expires=now + timedelta(minutes=59 - n)) for n in range(3)]
        made = [await service.sharing.make(connection.id, one) for one in (wish, *wishes)]
        longer = replace(wish, expires=now + timedelta(days=2))
        made.append(await service.sharing.make(connection.id, longer))
        return {one.token.partition("ske=")[2].partition("&")[0] for one in made}

    assert len(with_service(data_dir, secure_azurite, work)) == 2


def test_what_takes_the_accounts_key_is_refused_with_its_reason(
    secure_azurite: SecureEmulator, data_dir: Path, signed_in: str
) -> None:
    async def work(service: Service, connection: Connection) -> None:
        sharing = service.sharing
        place = await _filled(service, connection)
        wish = sharing.least(place)
        assert [bool(reason) for _, reason in sharing.ways(connection.id)] == [True, True, False]
        with pytest.raises(NotAuthorizedError, match="account's key"):
            await sharing.make(connection.id, wish, SignedBy.KEY)
        for bad, words in (
            (sharing.least(Location(connection.id)), "whole account"),
            (replace(wish, policy="p", permissions="", starts=None, expires=None), "stored policy"),
            (replace(wish, expires=utc_now() + timedelta(days=8)), "7 days"),
        ):
            with pytest.raises(InputError, match=words):
                await sharing.make(connection.id, bad)
        keyed = await service.session_connection(parse(secure_azurite.emulator.connection_string))
        assert [bool(reason) for _, reason in sharing.ways(keyed.id)] == [False, False, True]
        with pytest.raises(NotAuthorizedError, match="Entra sign-in"):
            await sharing.make(keyed.id, wish, SignedBy.DELEGATION)

    with_service(data_dir, secure_azurite, work)


def test_a_directorys_sas_by_delegation_reaches_the_directory_and_nothing_beside(
    secure_azurite: SecureEmulator, azurite: Emulator, data_dir: Path, signed_in: str
) -> None:
    async def work(endpoint: str) -> None:
        async with await Service.start(data_dir, adopt_jobs=False, with_transfers=False) as service:
            await service.update_settings(ca_file=str(secure_azurite.ca_file))
            spec = with_sign_in(parse(endpoint), TokenSource.VARIABLE)
            report = await service.probe(spec)
            assert report.is_hierarchical
            connection = await service.connect(spec, name="lake", save=False, probe=report)
            place = await _filled(service, connection)
            await service.create_folder(place.child("a"), "deep")
            await service.create_folder(place, "b")
            wish = replace(service.sharing.least(place.child("a")), permissions="rl")
            shared = await service.sharing.make(connection.id, wish)
            assert "sr=d" in shared.token
            assert "sdd=1" in shared.token
            other = await service.session_connection(parse(shared.url))
            there = Location(other.id, place.container, "a/")
            pages = [page async for page in service.list_folder(there)]
            assert {blob.name for page in pages for blob in page.blobs} == {"a/x.txt", "a/y.txt"}
            whole = Location(other.id, place.container)
            with pytest.raises(NotAuthorizedError):
                _ = [page async for page in service.list_folder(whole)]
            # Real folders are changed by the sign-in, too: the other endpoint takes the token.
            await service.copies.move(place.child("a"), ("deep/",), place.child("b"))
            pages = [page async for page in service.list_folder(place.child("b"))]
            assert [one.name for page in pages for one in page.prefixes] == ["b/deep/"]

    with Lake(azurite, container=f"lake-{uuid.uuid4().hex}", tls=secure_azurite.tls) as lake:
        asyncio.run(work(lake.endpoint))


# -- copying ----------------------------------------------------------------------------------


@pytest.mark.parametrize("size", [1000, 12 * MIB])
def test_a_copy_shows_the_sources_token_and_no_byte_comes_through_here(
    secure_azurite: SecureEmulator,
    data_dir: Path,
    signed_in: str,
    size: int,
) -> None:
    trust = ssl.create_default_context(cafile=str(secure_azurite.ca_file))
    with WholeCopies(secure_azurite.emulator, tls=secure_azurite.tls, trust=trust) as target:

        async def main() -> str:
            async with await Service.start(data_dir, adopt_jobs=False) as service:
                await service.update_settings(
                    ca_file=str(secure_azurite.ca_file), block_size_bytes=MIB
                )
                spec = with_sign_in(parse(secure_azurite.endpoint), TokenSource.VARIABLE)
                here = await _filled(service, await service.session_connection(spec))
                store = await service._connections.store(here.connection_id)
                data = os.urandom(size)
                await asyncio.to_thread(
                    store.put_blob,
                    BlobRef(here.container, "a/z.bin"),
                    data,
                    headers=BlobHeaders(),
                    condition=Condition.absent(),
                )
                over = parse(target.connection_string)
                there = await service.session_connection(with_sign_in(over, TokenSource.VARIABLE))
                request = service.copies.request(
                    here.child("a"), ("z.bin",), Location(there.id, here.container, "b/")
                )
                job = await service.wait(await service.submit(request))
                assert (job.state, job.files_failed) == (JobState.DONE, 0)
                pieces = [piece async for piece in service.read(here.child("b"), "z.bin")]
                assert b"".join(pieces) == data
                (file,) = await service.transfers(job.id)
                return file.note

        note = asyncio.run(main())
        assert set(target.shown) == {f"Bearer {signed_in}"}
        assert (len(target.shown) > 1) is (size > MIB), "block by block"
        assert "through" not in note
    kept = b"".join(path.read_bytes() for path in data_dir.rglob("*") if path.is_file())
    assert signed_in.split(".")[1].encode() not in kept


@pytest.mark.parametrize("source", [TokenSource.BROWSER, TokenSource.DEVICE_CODE])
def test_a_sign_in_that_is_given_up_is_not_asked_for_by_another_question(
    data_dir: Path, monkeypatch: pytest.MonkeyPatch, source: TokenSource
) -> None:
    """Who asked the person is cancelled first; whatever waits for the same token asks again."""
    asked: list[TokenSource] = []
    is_asked = threading.Event()

    def ask(source: TokenSource) -> Token:
        asked.append(source)
        is_asked.set()
        token, given_up = current_token(), threading.Event()
        assert token is not None
        with token.aborting(given_up.set):
            given_up.wait()
        raise Cancelled

    async def main() -> None:
        async with await Service.start(data_dir, adopt_jobs=False, with_transfers=False) as service:
            spec = with_sign_in(parse("https://account.blob.core.windows.net"), source)
            connection = await service.session_connection(spec)
            scope = TaskScope()
            place = Location(connection.id, "container", "")
            scope.spawn(service.is_blob(place, "name", in_haste=True), name="asked")
            await asyncio.to_thread(is_asked.wait)
            service.ask_ahead(connection.id)
            await asyncio.sleep(0)
            await scope.aclose()

    monkeypatch.setattr(identity, "identity_token", ask)
    asyncio.run(main())
    assert asked == [source]
