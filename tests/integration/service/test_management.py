"""Properties of many blobs at once, previewed and changed on a real server."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from contextlib import aclosing
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

import pytest

from explorer.base.errors import (
    ConflictError,
    InputError,
    NotAuthorizedError,
    NotFoundError,
    PreconditionFailedError,
)
from explorer.service.change_plan import ChangePlan, Difference, PropertyWish
from explorer.service.emulator import Emulator
from explorer.service.events import Event, FolderChanged
from explorer.service.management import Applying
from explorer.service.model import Ability, Connection, Location
from explorer.service.service import Service
from explorer.storage.access import Verdict
from explorer.storage.connection import parse
from explorer.storage.control_model import (
    ContainerAccess,
    CorsRule,
    PublicAccess,
    StoredPolicy,
)
from explorer.storage.model import BlobRef
from explorer.storage.sas import SasKind
from explorer.storage.sas_making import make_sas
from explorer.storage.sas_wish import SasWish

if TYPE_CHECKING:
    from azure.storage.blob import ContainerClient

T = TypeVar("T")


def with_service(
    folder: Path, text: str, work: Callable[[Service, Connection], Coroutine[object, object, T]]
) -> T:
    async def main() -> T:
        async with await Service.start(folder, adopt_jobs=False, with_transfers=False) as service:
            return await work(service, await service.session_connection(parse(text)))

    return asyncio.run(main())


async def planned(
    service: Service, location: Location, names: tuple[str, ...], wish: PropertyWish
) -> ChangePlan:
    plan = None
    async for step in service.management.plan_changes(location, names, wish):
        plan = step.plan
    assert plan is not None
    return plan


async def applied(service: Service, location: Location, plan: ChangePlan) -> Applying:
    last = Applying(0)
    async for step in service.management.apply(location, plan):
        last = step
    assert last.is_complete
    return last


@pytest.fixture
def filled(container: ContainerClient) -> ContainerClient:
    for name in ("top", "runs/1", "runs/2", "runs/deep/3"):
        container.upload_blob(name, b"x", metadata={"Kept": "1"})
    container.upload_blob("runs/empty", b"", metadata={"hdi_isfolder": "true"})
    return container


def test_a_folder_is_previewed_then_changed_and_its_markers_are_left_alone(
    azurite: Emulator, filled: ContainerClient, data_dir: Path
) -> None:
    async def work(service: Service, connection: Connection) -> None:
        location = Location(connection.id, str(filled.container_name))
        wish = PropertyWish(
            content_type="text/x-log", metadata={"run": "7"}, tags={"a": "b"}, tier="cool"
        )
        events: list[Event] = []
        subscription = service.subscribe(events.extend)
        plan = await planned(service, location, ("runs/", "runs/deep/", "top"), wish)
        names = [change.ref.name for change in plan.changes]
        assert names == ["runs/1", "runs/2", "runs/deep/3", "top"]
        assert plan.changes[0].differences == (
            Difference("content type", "application/octet-stream", "text/x-log"),
            Difference("metadata run", "", "7"),
            Difference("tag a", "", "b"),
            Difference("tier", "Hot", "Cool"),
        )
        # Nothing was touched by the preview.
        assert filled.get_blob_client("top").get_blob_properties().blob_tier == "Hot"
        last = await applied(service, location, plan)
        assert (last.total, last.done, last.failed) == (4, 4, 0)
        for name in names:
            blob = filled.get_blob_client(name)
            found = blob.get_blob_properties()
            assert found.content_settings.content_type == "text/x-log"
            assert found.content_settings.content_md5
            assert found.metadata == {"Kept": "1", "run": "7"}
            assert found.blob_tier == "Cool"
            assert blob.get_blob_tags() == {"a": "b"}
        marker = filled.get_blob_client("runs/empty").get_blob_properties()
        assert (marker.blob_tier, marker.metadata) == ("Hot", {"hdi_isfolder": "true"})
        again = await planned(service, location, ("",), wish)
        assert (len(again.changes), again.unchanged) == (0, 4)
        subscription.taken()
        async with asyncio.timeout(10):
            while FolderChanged(location.child("runs")) not in events:
                subscription.taken()
                await asyncio.sleep(0.01)
        subscription.close()

    with_service(data_dir, azurite.connection_string, work)


def test_what_changed_since_the_preview_is_not_overwritten(
    azurite: Emulator, filled: ContainerClient, data_dir: Path
) -> None:
    async def work(service: Service, connection: Connection) -> None:
        location = Location(connection.id, str(filled.container_name))
        wish = PropertyWish(metadata={"run": "7"})
        plan = await planned(service, location, ("runs/",), wish)
        filled.get_blob_client("runs/1").set_blob_metadata({"theirs": "1"})
        # The same change by somebody else is as good as ours.
        filled.get_blob_client("runs/2").set_blob_metadata({"Kept": "1", "run": "7"})
        filled.delete_blob("runs/deep/3")
        last = await applied(service, location, plan)
        assert (last.done, last.failed) == (1, 2)
        errors = {name: error for name, error in last.failures}
        assert isinstance(errors["runs/1"], PreconditionFailedError)
        assert isinstance(errors["runs/deep/3"], NotFoundError | PreconditionFailedError)
        found = filled.get_blob_client("runs/1").get_blob_properties().metadata
        assert found == {"theirs": "1"}

    with_service(data_dir, azurite.connection_string, work)


def test_a_change_that_is_stopped_leaves_the_rest_as_it_was(
    azurite: Emulator, container: ContainerClient, data_dir: Path
) -> None:
    for number in range(80):
        container.upload_blob(f"n/{number:03}", b"x")

    async def work(service: Service, connection: Connection) -> None:
        location = Location(connection.id, str(container.container_name))
        plan = await planned(service, location, ("n/",), PropertyWish(content_type="a/b"))
        assert len(plan.changes) == 80
        async with aclosing(service.management.apply(location, plan)) as steps:
            async for step in steps:
                if step.done >= 5:
                    break
        rest = await planned(service, location, ("n/",), PropertyWish(content_type="a/b"))
        assert 0 < len(rest.changes) <= 75
        assert (await applied(service, location, rest)).failed == 0

    with_service(data_dir, azurite.connection_string, work)


def test_a_credential_that_does_not_write_is_refused_with_its_reason(
    azurite: Emulator, filled: ContainerClient, data_dir: Path
) -> None:
    async def make(service: Service, connection: Connection) -> str:
        location = Location(connection.id, str(filled.container_name))
        wish = replace(service.sharing.least(location), permissions="rl")
        return (await service.sharing.make(connection.id, wish)).url

    url = with_service(data_dir, azurite.connection_string, make)

    async def refuse(service: Service, connection: Connection) -> None:
        location = Location(connection.id, str(filled.container_name))
        wish = PropertyWish(content_type="a/b")
        assert "sp lacks w" in service.management.reason(connection.id, wish)
        with pytest.raises(NotAuthorizedError, match="sp lacks w"):
            await planned(service, location, ("top",), wish)
        with pytest.raises(NotAuthorizedError, match="sp lacks t"):
            await planned(service, location, ("top",), PropertyWish(tags={"a": "b"}))
        with pytest.raises(NotAuthorizedError):
            await service.upkeep.break_lease(connection.id, BlobRef(location.container, "top"))

    with_service(data_dir, url, refuse)


def test_what_is_not_there_is_said(
    azurite: Emulator, filled: ContainerClient, data_dir: Path
) -> None:
    async def work(service: Service, connection: Connection) -> None:
        location = Location(connection.id, str(filled.container_name))
        wish = PropertyWish(content_type="a/b")
        with pytest.raises(NotFoundError):
            await planned(service, location, ("nowhere/",), wish)
        plan = await planned(service, location, ("nothing", "top"), wish)
        assert [one.name for one in plan.left] == ["nothing"]
        assert isinstance(plan.left[0].error, NotFoundError)
        with pytest.raises(InputError):
            await planned(service, location, ("top",), PropertyWish())

    with_service(data_dir, azurite.connection_string, work)


def test_spaces_around_a_header_are_no_part_of_it_and_of_no_signature(
    azurite: Emulator, filled: ContainerClient, data_dir: Path
) -> None:
    async def work(service: Service, connection: Connection) -> None:
        location = Location(connection.id, str(filled.container_name))
        wish = PropertyWish(content_type=" a/b ", content_language="  ")
        plan = await planned(service, location, ("top",), wish)
        found = await applied(service, location, plan)
        assert (found.done, found.failed) == (1, 0)

    with_service(data_dir, azurite.connection_string, work)
    assert (
        filled.get_blob_client("top").get_blob_properties().content_settings.content_type == "a/b"
    )


def test_a_lease_keeps_others_from_changing_and_is_broken(
    azurite: Emulator, filled: ContainerClient, data_dir: Path
) -> None:
    async def work(service: Service, connection: Connection) -> None:
        location = Location(connection.id, str(filled.container_name))
        ref = BlobRef(location.container, "top")
        upkeep = service.upkeep
        lease = await upkeep.acquire_lease(connection.id, ref)
        await upkeep.renew_lease(connection.id, ref, lease)
        plan = await planned(service, location, ("top",), PropertyWish(content_type="a/b"))
        assert (await applied(service, location, plan)).failed == 1
        with pytest.raises(ConflictError):
            await upkeep.acquire_lease(connection.id, ref)
        await upkeep.release_lease(connection.id, ref, lease)
        await upkeep.acquire_lease(connection.id, ref)
        assert await upkeep.break_lease(connection.id, ref) == 0
        assert (await applied(service, location, plan)).done == 1
        with pytest.raises(ConflictError, match="No copy"):
            await upkeep.stop_copy(connection.id, ref)

    with_service(data_dir, azurite.connection_string, work)


def test_a_sas_for_the_container_neither_leases_nor_changes_it(
    azurite: Emulator, filled: ContainerClient, data_dir: Path
) -> None:
    """See 'Create a service SAS': containers cannot be leased, nor their properties reached."""
    account = azurite.accounts[0]
    wish = SasWish(
        SasKind.CONTAINER,
        str(filled.container_name),
        permissions="racwdl",
        expires=datetime.now(UTC) + timedelta(hours=1),
        is_https_only=False,
    )
    token = make_sas(wish, account.name, account.key).token
    url = f"{parse(azurite.connection_string).blob_endpoint}/{filled.container_name}?{token}"

    async def work(service: Service, connection: Connection) -> None:
        here = Location(connection.id, str(filled.container_name))
        container, blob = BlobRef(here.container, ""), BlobRef(here.container, "top")
        with pytest.raises(NotAuthorizedError, match="account SAS"):
            await service.upkeep.acquire_lease(connection.id, container)
        with pytest.raises(NotAuthorizedError, match="account SAS"):
            await service.upkeep.break_lease(connection.id, container)
        with pytest.raises(NotAuthorizedError, match="account SAS"):
            await service.administration.set_container_metadata(here, {"a": "b"})
        assert await service.upkeep.acquire_lease(connection.id, blob)
        await service.upkeep.break_lease(connection.id, blob)
        assert connection.claim(Ability.CHANGE_CONTAINER).verdict is Verdict.NO
        assert connection.claim(Ability.SEE_CONTAINER).verdict is Verdict.NO

    with_service(data_dir, url, work)


def test_containers_and_the_account_are_administered(
    azurite: Emulator, container_name: str, data_dir: Path
) -> None:
    async def work(service: Service, connection: Connection) -> None:
        admin = service.administration
        made = await admin.create_container(
            connection.id, container_name, public=PublicAccess.BLOBS, metadata={"Owner": "me"}
        )
        found = await service.container_properties(made)
        assert (found.public_access, found.metadata) == ("blob", {"Owner": "me"})
        await admin.set_container_metadata(made, {"Other": "x"})
        access = ContainerAccess(PublicAccess.NOBODY, (StoredPolicy("readers", "rl"),))
        await admin.set_container_access(made, access)
        assert await admin.container_access(made) == access
        assert (await admin.account_info(connection.id)).kind
        rule = CorsRule(("*",), ("GET",), max_age_s=5)
        await admin.set_cors(connection.id, [rule])
        await admin.set_kept_days(connection.id, 2)
        found_settings = await admin.settings(connection.id)
        assert (found_settings.cors, found_settings.kept_days) == ((rule,), 2)
        await admin.set_cors(connection.id, [])
        await admin.set_kept_days(connection.id, None)
        assert (await admin.settings(connection.id)).kept_days is None

    with_service(data_dir, azurite.connection_string, work)
