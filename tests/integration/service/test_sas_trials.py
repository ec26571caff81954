"""What a trial of a SAS says is what the service then does, with the reason of each no."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from azure.core.exceptions import HttpResponseError
from azure.storage.blob import BlobServiceClient

from explorer.base.errors import ConnectionTextError, NotAuthorizedError
from explorer.service.claims import utc_now
from explorer.service.emulator import Emulator
from explorer.service.model import Ability, Location
from explorer.service.service import Service
from explorer.service.sharing import SasTest
from explorer.storage.access import Verdict
from explorer.storage.connection import parse
from explorer.storage.sas import SasKind
from explorer.storage.sas_making import make_sas, shared_url
from explorer.storage.sas_wish import SasWish, least_wish
from tests.servers.raw import RawServer, answer, read_request

if TYPE_CHECKING:
    from azure.storage.blob import ContainerClient

YES, NO = Verdict.YES, Verdict.NO


@pytest.fixture
def filled(container: ContainerClient) -> ContainerClient:
    container.upload_blob("in/here.txt", b"hello")
    return container


def url_of(azurite: Emulator, wish: SasWish) -> str:
    account = azurite.accounts[0]
    sas = make_sas(wish, account.name, account.key)
    return shared_url(azurite.endpoint, wish, sas)


def account_wish(permissions: str, types: str = "sco", services: str = "b") -> SasWish:
    wish = least_wish(SasKind.ACCOUNT, utc_now(), is_https=False)
    return replace(wish, permissions=permissions, resource_types=types, services=services)


def container_wish(container: ContainerClient, permissions: str = "rl") -> SasWish:
    name = str(container.container_name)
    wish = least_wish(SasKind.CONTAINER, utc_now(), container=name, is_https=False)
    return replace(wish, permissions=permissions)


def tried(folder: Path, url: str) -> SasTest:
    async def main() -> SasTest:
        async with await Service.start(folder, adopt_jobs=False, with_transfers=False) as service:
            return await service.sharing.test_sas(url, is_http_allowed=True)

    return asyncio.run(main())


def verdicts(test: SasTest) -> dict[Ability, Verdict]:
    return {claim.ability: claim.verdict for claim in test.report.claims}


def reasons(test: SasTest) -> dict[Ability, str]:
    return {claim.ability: claim.reason for claim in test.report.claims}


def works(what: Callable[[], Any]) -> bool:
    """Whether the service let it through; anything but a 403 has been let through."""
    try:
        what()
    except HttpResponseError as error:
        return error.status_code != 403
    return True


def done(url: str, container: str) -> dict[Ability, bool]:
    """What a client of the service's maker is let through to do with this account SAS."""
    with BlobServiceClient(url, retry_total=0) as client:
        inside = client.get_container_client(container)
        here = inside.get_blob_client("in/here.txt")
        found = {
            Ability.LIST_CONTAINERS: works(lambda: list(client.list_containers())),
            Ability.LIST: works(lambda: list(inside.list_blobs())),
            Ability.READ: works(lambda: here.download_blob().readall()),
            Ability.WRITE: works(lambda: inside.upload_blob("new", b"1")),
            Ability.OVERWRITE: works(lambda: here.upload_blob(b"hello", overwrite=True)),
            Ability.SEE_SETTINGS: works(client.get_service_properties),
            Ability.SEE_CONTAINER: works(inside.get_container_properties),
            Ability.CHANGE_CONTAINER: works(lambda: inside.set_container_metadata({"a": "b"})),
            Ability.CREATE_CONTAINER: works(lambda: client.create_container(f"{container}-x")),
            Ability.DELETE: works(lambda: here.delete_blob()),
        }
        with suppress(HttpResponseError):
            found[Ability.DELETE_CONTAINER] = False
            client.delete_container(f"{container}-x")
            found[Ability.DELETE_CONTAINER] = True
        return found


MIXES = [
    ("rl", "sco"), ("rl", "co"), ("rl", "o"), ("rl", "s"), ("r", "o"), ("l", "c"), ("l", "s"),
    ("w", "o"), ("c", "o"), ("rwdlac", "sco"), ("rwdlac", "co"), ("rwdlac", "o"), ("d", "o"),
    ("wd", "sc"), ("rw", "so"),
]  # fmt: skip


@pytest.mark.parametrize(("permissions", "types"), MIXES)
def test_what_the_trial_says_is_what_the_service_does(
    azurite: Emulator, filled: ContainerClient, data_dir: Path, permissions: str, types: str
) -> None:
    url = url_of(azurite, account_wish(permissions, types, "bfqt"))
    test = tried(data_dir, url)
    assert not test.bar
    said = verdicts(test)
    name = str(filled.container_name)
    try:
        met = done(url, name)
    finally:
        owner = BlobServiceClient.from_connection_string(azurite.connection_string)
        with owner, suppress(HttpResponseError):
            owner.delete_container(f"{name}-x")
    if not met[Ability.CREATE_CONTAINER]:
        del met[Ability.DELETE_CONTAINER]  # there was none to delete
    assert {ability: said[ability] is YES for ability in met} == met
    for claim in test.report.claims:
        assert bool(claim.reason) is (claim.verdict is not YES)


def test_a_no_to_listing_containers_is_an_answer_and_no_failure(
    azurite: Emulator, filled: ContainerClient, data_dir: Path
) -> None:
    test = tried(data_dir, url_of(azurite, account_wish("rl", "co")))
    assert verdicts(test)[Ability.LIST_CONTAINERS] is NO
    assert reasons(test)[Ability.LIST_CONTAINERS] == (
        "This SAS does not reach the service (srt lacks s)."
    )
    assert verdicts(test)[Ability.LIST] is verdicts(test)[Ability.READ] is YES
    assert "Containers cannot be listed; open one by its name." in test.report.warnings


def test_the_least_account_sas_lists_and_reads_and_changes_nothing(
    azurite: Emulator, filled: ContainerClient, data_dir: Path
) -> None:
    test = tried(data_dir, url_of(azurite, least_wish(SasKind.ACCOUNT, utc_now(), is_https=False)))
    can = {ability for ability, verdict in verdicts(test).items() if verdict is YES}
    assert can == {
        Ability.LIST_CONTAINERS,
        Ability.LIST,
        Ability.READ,
        Ability.SEE_CONTAINER,
        Ability.SEE_SETTINGS,
    }


def test_a_sas_for_other_services_can_nothing_and_says_why(
    azurite: Emulator, data_dir: Path
) -> None:
    with pytest.raises(ConnectionTextError, match="not for the blob service"):
        tried(data_dir, url_of(azurite, account_wish("rwdl", services="qtf")))


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"starts": timedelta(hours=1), "expires": timedelta(hours=2)}, "starts on"),
        ({"starts": timedelta(hours=-2), "expires": timedelta(hours=-1)}, "ended on"),
        ({"is_https_only": True}, "works over https only"),
    ],
)
@pytest.mark.parametrize("kind", ["account", "container", "blob"])
def test_one_that_is_of_no_use_here_and_now_says_why_for_each_thing(
    azurite: Emulator,
    filled: ContainerClient,
    data_dir: Path,
    kind: str,
    change: dict[str, Any],
    why: str,
) -> None:
    now = utc_now()
    wish = account_wish("rl") if kind == "account" else container_wish(filled)
    if kind == "blob":
        wish = replace(wish, kind=SasKind.BLOB, path="in/here.txt", permissions="r")
    moved: dict[str, Any] = {
        key: now + one if isinstance(one, timedelta) else one for key, one in change.items()
    }
    url = url_of(azurite, replace(wish, **moved))
    test = tried(data_dir, url)
    assert why in test.bar
    assert set(verdicts(test).values()) == {NO}
    assert why in reasons(test)[Ability.READ]
    if why != "works over https only":
        assert "sp lacks" in reasons(test)[Ability.TAG]

    async def connect() -> None:
        async with await Service.start(data_dir, adopt_jobs=False, with_transfers=False) as service:
            await service.probe(parse(url).with_http_allowed())

    with pytest.raises(NotAuthorizedError):
        asyncio.run(connect())


def test_one_for_another_network_says_so(data_dir: Path) -> None:
    def script(sock: socket.socket, index: int) -> None:
        while read_request(sock)[0]:
            code = "x-ms-error-code: AuthorizationSourceIPMismatch"
            sock.sendall(answer("403 Forbidden", b"", code))

    with RawServer(script) as server:
        wish = replace(account_wish("rl"), ip="203.0.113.7")
        sas = make_sas(wish, "acct", "a2V5")
        test = tried(data_dir, shared_url(f"http://127.0.0.1:{server.port}/acct", wish, sas))
    assert "works only from 203.0.113.7" in test.bar
    assert set(verdicts(test).values()) == {NO}


@pytest.mark.parametrize("letters", ["r", "l", "w", "cw", "d", "rl", "racwdl"])
def test_a_containers_sas_is_told_as_it_is(
    azurite: Emulator, filled: ContainerClient, data_dir: Path, letters: str
) -> None:
    said = verdicts(tried(data_dir, url_of(azurite, container_wish(filled, letters))))
    assert said[Ability.LIST_CONTAINERS] is NO
    for letter, ability in {"l": Ability.LIST, "r": Ability.READ, "d": Ability.DELETE}.items():
        assert (said[ability] is YES) is (letter in letters)
    assert (said[Ability.WRITE] is YES) is bool({"c", "w"} & set(letters))


@pytest.mark.parametrize("letters", ["r", "w", "c", "rw"])
def test_a_blobs_sas_is_told_as_it_is_be_the_blob_there_or_not(
    azurite: Emulator, filled: ContainerClient, data_dir: Path, letters: str
) -> None:
    for path in ("in/here.txt", "not/there"):
        wish = replace(container_wish(filled, letters), kind=SasKind.BLOB, path=path)
        test = tried(data_dir, url_of(azurite, wish))
        said = verdicts(test)
        assert (said[Ability.READ] is YES) is ("r" in letters)
        assert (said[Ability.OVERWRITE] is YES) is ("w" in letters)
        is_told = any("There is no such blob now" in one for one in test.report.warnings)
        assert is_told is (path == "not/there" and "r" in letters)


def test_a_sas_that_the_service_does_not_know_is_refused(
    azurite: Emulator, filled: ContainerClient, data_dir: Path
) -> None:
    url = url_of(azurite, account_wish("rl"))
    with pytest.raises(NotAuthorizedError, match="did not accept the SAS"):
        tried(data_dir, url.replace("sp=rl", "sp=rwl"))


@pytest.mark.parametrize(("permissions", "types"), [("rl", "co"), ("rl", "o"), ("r", "o")])
def test_one_connects_by_a_sas_as_far_as_it_allows(
    azurite: Emulator, filled: ContainerClient, data_dir: Path, permissions: str, types: str
) -> None:
    url = url_of(azurite, account_wish(permissions, types))

    async def main() -> None:
        async with await Service.start(data_dir, adopt_jobs=False, with_transfers=False) as service:
            spec = parse(url)
            report = await service.probe(spec)
            said = {claim.ability: claim.verdict for claim in report.claims}
            assert said[Ability.LIST_CONTAINERS] is NO
            connection = await service.connect(spec, name="", save=False, probe=report)
            here = Location(connection.id, str(filled.container_name), "in/")
            with pytest.raises(NotAuthorizedError):
                [one async for one in service.list_containers(connection.id)]
            if types == "co":
                pages = [one async for one in service.list_folder(here)]
                assert [one.name for page in pages for one in page.blobs] == ["in/here.txt"]
            assert (await service.properties(here, "here.txt")).size_bytes == 5

    asyncio.run(main())
