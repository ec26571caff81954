"""An account with real directories through the service: seen, made, renamed, deleted, who may."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable, Coroutine
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TypeVar

import pytest
from azure.storage.filedatalake import (
    FileSystemClient,
    generate_directory_sas,
    generate_file_system_sas,
)

from explorer.base.errors import (
    AlreadyExistsError,
    ConflictError,
    InputError,
    NotAuthorizedError,
    NotFoundError,
    PreconditionFailedError,
    ServiceError,
)
from explorer.base.tasks import TaskScope
from explorer.service.access_control import AccessCount, AccessEdit
from explorer.service.emulator import Emulator
from explorer.service.events import Event, FolderChanged
from explorer.service.model import Connection, DeleteCount, Location
from explorer.service.service import Service
from explorer.storage.acl import acl_text, parse_acl, parse_entry, parse_removal
from explorer.storage.connection import parse
from explorer.storage.directories import PathAccess
from explorer.storage.model import Page
from tests.integration.transfer.rig import until
from tests.servers.lake.faults import Delay, DropReply, Refuse, Rule
from tests.servers.lake.operations import Op
from tests.servers.lake.server import Lake

T = TypeVar("T")
Work = Callable[[Service, Connection], Coroutine[object, object, T]]
ANNA = "4a1b0e3c-9d2f-4c55-8a77-0123456789ab"
BEN = "9b1b0e3c-9d2f-4c55-8a77-0123456789ab"


def with_service(folder: Path, text: str, work: Work[T]) -> T:
    async def main() -> T:
        async with await Service.start(folder, adopt_jobs=False, with_transfers=False) as service:
            return await work(service, await service.session_connection(parse(text)))

    return asyncio.run(main())


def with_saved(folder: Path, work: Callable[[Service], Coroutine[object, object, T]]) -> T:
    async def main() -> T:
        async with await Service.start(folder, adopt_jobs=False, with_transfers=False) as service:
            return await work(service)

    return asyncio.run(main())


async def rows(pages: AsyncIterator[Page]) -> list[str]:
    found: list[str] = []
    async for page in pages:
        found += [prefix.name for prefix in page.prefixes]
        found += [blob.name for blob in page.blobs]
    return found


async def counts(stream: AsyncIterator[DeleteCount]) -> list[DeleteCount]:
    return [count async for count in stream]


async def finished(stream: AsyncIterator[AccessCount]) -> AccessCount:
    found = AccessCount()
    async for count in stream:
        found = count
    return found


def put(filesystem: FileSystemClient, *paths: str, data: bytes = b"x") -> None:
    for path in paths:
        filesystem.get_file_client(path).upload_data(data, overwrite=True)


def paths(filesystem: FileSystemClient) -> list[str]:
    return [str(path.name) for path in filesystem.get_paths()]


def top_of(connection: Connection, filesystem: FileSystemClient) -> Location:
    return Location(connection.id, str(filesystem.file_system_name))


# -- which kind it is --------------------------------------------------------------


def test_what_was_found_is_remembered_and_not_asked_again(
    lake: Lake, filesystem: FileSystemClient, data_dir: Path
) -> None:
    async def first(service: Service) -> None:
        made = await service.connect(parse(lake.connection_string), name="lake")
        assert made.is_hierarchical is True

    async def second(service: Service) -> None:
        (kept,) = [one for one in service.connections() if one.name == "lake"]
        assert kept.is_hierarchical is True
        assert not kept.is_namespace_set
        lake.log.clear()
        await rows(service.list_folder(Location(kept.id, str(filesystem.file_system_name))))
        made = Location(kept.id, str(filesystem.file_system_name))
        await service.create_folder(made, "new")
        assert {seen.op for seen in lake.log} == {Op.LIST_BLOBS, Op.PATH_CREATE}

    with_saved(data_dir, first)
    with_saved(data_dir, second)


def test_a_person_has_the_last_word(
    lake: Lake, filesystem: FileSystemClient, data_dir: Path
) -> None:
    async def work(service: Service) -> None:
        made = await service.connect(parse(lake.connection_string), name="lake")
        told = await service.set_hierarchical(made.id, False)
        assert (told.is_hierarchical, told.is_namespace_set) == (False, True)
        with pytest.raises(InputError, match="real folders"):
            await service.access.get(Location(made.id, str(filesystem.file_system_name)))
        await service.probe_connection(made.id)
        assert service.connection(made.id).is_hierarchical is False

    async def later(service: Service) -> None:
        (kept,) = [one for one in service.connections() if one.name == "lake"]
        assert (kept.is_hierarchical, kept.is_namespace_set) == (False, True)
        told = await service.set_hierarchical(kept.id, None)
        assert (told.is_hierarchical, told.is_namespace_set) == (None, False)
        await service.access.get(Location(kept.id, str(filesystem.file_system_name)))
        assert service.connection(kept.id).is_hierarchical is True

    with_saved(data_dir, work)
    with_saved(data_dir, later)
    saved = json.loads((data_dir / "connections.json").read_text())["connections"]
    assert [one.get("namespace_found") for one in saved] == ["hierarchical"]


def test_a_flat_account_is_flat(azurite: Emulator, container_name: str, data_dir: Path) -> None:
    async def work(service: Service, connection: Connection) -> None:
        location = await service.create_container(connection.id, container_name)
        with pytest.raises(InputError, match="real folders"):
            await service.renaming.rename(location, "a", "b")
        with pytest.raises(InputError, match="Access lists need"):
            await service.access.get(location)

    with_service(data_dir, azurite.connection_string, work)


def test_where_the_account_does_not_say_its_root_is_asked(
    lake: Lake, filesystem: FileSystemClient, data_dir: Path
) -> None:
    lake.rules.append(Rule(Op.ACCOUNT_INFO, Refuse(403, "AuthorizationFailure")))
    sas = generate_file_system_sas(
        lake.account, str(filesystem.file_system_name), lake.key, permission="racwdlmeop",
        expiry=datetime.now(UTC) + timedelta(hours=1),
    )  # fmt: skip
    text = f"{lake.endpoint}/{filesystem.file_system_name}?{sas}"

    async def work(service: Service, connection: Connection) -> None:
        assert connection.is_hierarchical is None
        await service.create_folder(connection.root, "new")
        assert service.connection(connection.id).is_hierarchical is True

    with_service(data_dir, text, work)
    assert paths(filesystem) == ["new"]


def test_where_nobody_says_it_is_taken_for_flat_and_asked_once(
    lake: Lake, filesystem: FileSystemClient, data_dir: Path
) -> None:
    lake.rules.append(Rule(Op.ACCOUNT_INFO, Refuse(403, "AuthorizationFailure")))
    lake.rules.append(Rule(Op.PATH_ACCESS, Refuse(403, "AuthorizationFailure")))

    async def work(service: Service, connection: Connection) -> None:
        top = top_of(connection, filesystem)
        for _ in range(2):
            with pytest.raises(InputError):
                await service.access.get(top)
        assert service.connection(connection.id).is_hierarchical is None

    with_service(data_dir, lake.connection_string, work)
    assert lake.counts[Op.ACCOUNT_INFO] == 1


def test_who_wants_to_know_while_it_is_asked_ahead_waits_for_that_answer(
    lake: Lake, filesystem: FileSystemClient, data_dir: Path
) -> None:
    async def work(service: Service, connection: Connection) -> None:
        service.ask_ahead(connection.id)
        await service.create_folder(top_of(connection, filesystem), "new")

    with_service(data_dir, lake.connection_string, work)
    assert lake.counts[Op.ACCOUNT_INFO] == 1
    assert lake.counts[Op.PATH_CREATE] == 1


def test_what_is_asked_ahead_tells_nobody_that_it_failed(lake: Lake, data_dir: Path) -> None:
    async def work(service: Service, connection: Connection) -> None:
        service.ask_ahead("nobody's")
        service.ask_ahead(connection.id)
        assert [page async for page in service.list_containers(connection.id)]

    lake.rules.append(Rule(Op.ACCOUNT_INFO, DropReply()))
    with_service(data_dir, lake.connection_string, work)


def test_in_haste_the_folder_is_asked_for_before_it_is_known_to_be_no_blob(
    lake: Lake, filesystem: FileSystemClient, data_dir: Path
) -> None:
    put(filesystem, "a/f")
    lake.rules.append(Rule(Op.HEAD_BLOB, Delay(60)))
    lake.log.clear()

    async def work(service: Service, connection: Connection) -> None:
        top = top_of(connection, filesystem)
        scope = TaskScope()
        asked = scope.spawn(service.is_blob(top, "a", in_haste=True), name="asked")
        await until(lambda: any(one.op is Op.LIST_BLOBS and one.status for one in lake.log))
        assert not asked.done()
        await scope.aclose()

    with_service(data_dir, lake.connection_string, work)


def test_in_haste_too_a_blob_goes_before_a_folder(
    lake: Lake, filesystem: FileSystemClient, data_dir: Path
) -> None:
    put(filesystem, "a/f")
    lake.rules.append(Rule(Op.LIST_BLOBS, Delay(60)))  # nobody waits for it

    async def work(service: Service, connection: Connection) -> None:
        top = top_of(connection, filesystem)
        assert await service.is_blob(top.child("a"), "f", in_haste=True)
        lake.rules.clear()
        assert not await service.is_blob(top, "a", in_haste=True)
        with pytest.raises(NotFoundError):
            await service.is_blob(top, "b", in_haste=True)

    with_service(data_dir, lake.connection_string, work)


def test_a_directory_sas_opens_its_directory_and_nothing_above(
    lake: Lake, filesystem: FileSystemClient, data_dir: Path
) -> None:
    put(filesystem, "team/a/f", "team/other", "top")
    name = str(filesystem.file_system_name)
    sas = generate_directory_sas(
        lake.account, name, "team/a", lake.key, permission="racwdlmeop",
        expiry=datetime.now(UTC) + timedelta(hours=1),
    )  # fmt: skip

    async def work(service: Service, connection: Connection) -> None:
        assert connection.root == Location(connection.id, name, "team/a/")
        assert connection.start == connection.root
        assert connection.is_hierarchical is True
        assert await rows(service.list_folder(connection.root)) == ["team/a/f"]
        await service.create_folder(connection.root, "new")
        await service.renaming.rename(connection.root, "f", "g")
        await counts(service.delete(connection.root, ("new/",)))
        with pytest.raises(NotAuthorizedError):
            await rows(service.list_folder(Location(connection.id, name, "team/")))

    with_service(data_dir, f"{lake.endpoint}/{name}/team/a?{sas}", work)
    assert paths(filesystem) == ["team", "team/a", "team/a/g", "team/other", "top"]


# -- browsing and making -------------------------------------------------------------


def test_each_directory_is_one_row_empty_ones_too(
    lake: Lake, filesystem: FileSystemClient, data_dir: Path
) -> None:
    filesystem.create_directory("empty")
    put(filesystem, "full/x", "full/deep/y", "z")

    async def work(service: Service, connection: Connection) -> None:
        top = top_of(connection, filesystem)
        assert await rows(service.list_folder(top)) == ["empty/", "full/", "z"]
        assert await rows(service.list_folder(top.child("empty"))) == []
        assert await rows(service.list_folder(top.child("full"))) == ["full/deep/", "full/x"]
        everything = await rows(service.list_folder(top, recursive=True))
        assert sorted(everything) == [
            "empty/", "full/", "full/deep/", "full/deep/y", "full/x", "z",
        ]  # fmt: skip
        assert await service.is_folder(top.child("empty"))
        assert (await service.properties(top, "empty")).is_directory

    with_service(data_dir, lake.connection_string, work)


def test_a_folder_is_a_real_one(lake: Lake, filesystem: FileSystemClient, data_dir: Path) -> None:
    put(filesystem, "file")

    async def work(service: Service, connection: Connection) -> None:
        top = top_of(connection, filesystem)
        made = await service.create_folder(top, "50% new?")
        assert await service.create_folder(made, "inner")
        for taken in ("50% new?", "file"):
            with pytest.raises(AlreadyExistsError, match="file or folder"):
                await service.create_folder(top, taken)

    with_service(data_dir, lake.connection_string, work)
    found = {path.name: path.is_directory for path in filesystem.get_paths()}
    assert found == {"50% new?": True, "50% new?/inner": True, "file": False}


# -- renaming ------------------------------------------------------------------------


def test_a_folder_is_renamed_and_moved_with_all_in_it(
    lake: Lake, filesystem: FileSystemClient, data_dir: Path
) -> None:
    put(filesystem, "a/b/f", "a/g")
    filesystem.create_directory("target")
    told: list[Location] = []

    async def work(service: Service, connection: Connection) -> None:
        heard = asyncio.Event()

        def hear(events: tuple[Event, ...]) -> None:
            told.extend(event.folder for event in events if isinstance(event, FolderChanged))
            subscription.taken()
            if {place.path for place in told} >= {"", "a/", "ä 1%/", "target/", "target/b/"}:
                heard.set()

        subscription = service.subscribe(hear)
        top = top_of(connection, filesystem)
        await service.renaming.rename(top, "a/", "ä 1%")
        await service.renaming.move(top.child("ä 1%"), "b/", top.child("target"))
        await service.renaming.move(top.child("ä 1%"), "g", top, "h")
        async with asyncio.timeout(60):
            await heard.wait()

    with_service(data_dir, lake.connection_string, work)
    assert paths(filesystem) == ["h", "target", "target/b", "target/b/f", "ä 1%"]


def test_a_rename_replaces_nothing_unasked(
    lake: Lake, filesystem: FileSystemClient, data_dir: Path
) -> None:
    put(filesystem, "new", data=b"new")
    put(filesystem, "old", data=b"old")
    put(filesystem, "full/f")
    filesystem.create_directory("dir")

    async def work(service: Service, connection: Connection) -> None:
        top = top_of(connection, filesystem)
        with pytest.raises(AlreadyExistsError):
            await service.renaming.rename(top, "new", "old")
        with pytest.raises((AlreadyExistsError, ConflictError)):
            await service.renaming.rename(top, "dir/", "full", replace=True)
        with pytest.raises(PreconditionFailedError):
            await service.renaming.rename(top, "new", "newer", etag='"0x1"')
        with pytest.raises(NotFoundError):
            await service.renaming.rename(top, "nothing", "something")
        with pytest.raises(InputError):
            await service.renaming.rename(top, "new", "a/b")
        with pytest.raises(InputError, match="one container"):
            await service.renaming.move(top, "new", replace_container(top))
        assert paths(filesystem) == ["dir", "full", "full/f", "new", "old"]
        etag = (await service.properties(top, "new")).etag
        await service.renaming.rename(top, "new", "old", etag=etag, replace=True)

    def replace_container(top: Location) -> Location:
        return replace(top, container="another")

    with_service(data_dir, lake.connection_string, work)
    assert filesystem.get_file_client("old").download_file().readall() == b"new"
    assert paths(filesystem) == ["dir", "full", "full/f", "old"]


def test_a_lost_answer_to_a_rename_is_recognised(
    lake: Lake, filesystem: FileSystemClient, data_dir: Path
) -> None:
    put(filesystem, "a/f")
    lake.rules.append(Rule(Op.PATH_RENAME, DropReply(), nth={1}))

    async def work(service: Service, connection: Connection) -> None:
        await service.renaming.rename(top_of(connection, filesystem), "a/", "b")

    with_service(data_dir, lake.connection_string, work)
    assert paths(filesystem) == ["b", "b/f"]
    assert lake.counts[Op.PATH_RENAME] == 1


# -- deleting ------------------------------------------------------------------------


def test_folders_go_as_a_whole_and_are_counted(
    lake: Lake, filesystem: FileSystemClient, data_dir: Path
) -> None:
    put(filesystem, "a/1", "a/b/2", "c/3", "f", "kept")
    filesystem.create_directory("empty/inner")
    lake.limits.delete = 2

    async def work(service: Service, connection: Connection) -> list[DeleteCount]:
        top = top_of(connection, filesystem)
        planned = await counts(service.count_for_delete(top, ("a/", "c/", "empty/", "f")))
        assert (planned[-1].blobs, planned[-1].size_bytes) == (4, 4)
        return await counts(service.delete(top, ("a/", "c/", "empty/", "f")))

    found = with_service(data_dir, lake.connection_string, work)
    assert paths(filesystem) == ["kept"]
    assert [count.blobs for count in found] == [1, 3, 4, 4, 4]
    assert (found[-1].failed, found[-1].is_complete) == (0, True)


def test_a_container_is_emptied(lake: Lake, filesystem: FileSystemClient, data_dir: Path) -> None:
    put(filesystem, "a/1", "a/b/2", "f")
    filesystem.create_directory("empty")

    async def work(service: Service, connection: Connection) -> DeleteCount:
        return (await counts(service.delete(top_of(connection, filesystem), ("",))))[-1]

    found = with_service(data_dir, lake.connection_string, work)
    assert (found.blobs, found.failed) == (3, 0)
    assert paths(filesystem) == []


def test_a_listing_that_fails_deletes_nothing(
    lake: Lake, filesystem: FileSystemClient, data_dir: Path
) -> None:
    put(filesystem, "a/1", "b/2")
    lake.rules.append(Rule(Op.LIST_BLOBS, Refuse(500, "InternalError"), nth=range(2, 100)))

    async def work(service: Service, connection: Connection) -> None:
        with pytest.raises(ServiceError):
            await counts(service.delete(top_of(connection, filesystem), ("a/", "b/")))

    with_service(data_dir, lake.connection_string, work)
    assert paths(filesystem) == ["a", "a/1", "b", "b/2"]


def test_what_cannot_be_deleted_is_told_and_the_rest_goes(
    lake: Lake, filesystem: FileSystemClient, data_dir: Path
) -> None:
    put(filesystem, "a/1", "b/2")
    lake.rules.append(Rule(Op.PATH_DELETE, Refuse(409, "PathConflict"), path="b"))

    async def work(service: Service, connection: Connection) -> DeleteCount:
        top = top_of(connection, filesystem)
        return (await counts(service.delete(top, ("a/", "b/"))))[-1]

    found = with_service(data_dir, lake.connection_string, work)
    assert (found.blobs, found.failed) == (1, 1)
    assert [path for path, _ in found.failures] == ["b"]
    assert paths(filesystem) == ["b", "b/2"]


# -- access --------------------------------------------------------------------------


def test_access_is_shown_and_single_entries_are_edited(
    lake: Lake, filesystem: FileSystemClient, data_dir: Path
) -> None:
    put(filesystem, "a/f")

    async def work(service: Service, connection: Connection) -> None:
        folder = top_of(connection, filesystem).child("a")
        before = await service.access.get(folder, "f")
        assert before.owner == "$superuser"
        edit = AccessEdit(owner=ANNA, permissions="0640", entries=(parse_entry(f"user:{BEN}:rwx"),))
        after = await service.access.edit(folder, "f", edit)
        assert after.owner == ANNA
        assert acl_text(after.acl) == (f"user::rw-,user:{BEN}:rwx,group::r--,mask::rwx,other::---")
        gone = AccessEdit(removals=(parse_removal(f"user:{BEN}"),))
        after = await service.access.edit(folder, "f", gone)
        assert f"user:{BEN}" not in acl_text(after.acl)
        with pytest.raises(InputError, match="no access entry"):
            await service.access.edit(folder, "f", gone)
        with pytest.raises(InputError, match="file"):
            await service.access.set(
                folder, "f", acl=(*after.acl, parse_entry(f"default:user:{BEN}:r--"))
            )
        with pytest.raises(PreconditionFailedError):
            await service.access.set(folder, "f", permissions="0600", etag='"0x1"')
        top = await service.access.set(folder, "", acl=parse_acl(
            f"user::rwx,group::r-x,other::---,default:user:{BEN}:r-x"
        ))  # fmt: skip
        assert f"default:user:{BEN}:r-x" in acl_text(top.acl)

    with_service(data_dir, lake.connection_string, work)


def test_an_edit_of_what_changed_meanwhile_begins_again(
    lake: Lake, filesystem: FileSystemClient, data_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(filesystem, "f")
    entry = parse_entry(f"user:{ANNA}:r-x")

    async def work(service: Service, connection: Connection) -> None:
        access = service.access
        read = access.get

        async def read_then_somebody_writes(location: Location, name: str) -> PathAccess:
            found = await read(location, name)
            monkeypatch.undo()
            put(filesystem, "f", data=b"new")
            return found

        monkeypatch.setattr(access, "get", read_then_somebody_writes)
        after = await access.edit(top_of(connection, filesystem), "f", AccessEdit(entries=(entry,)))
        assert entry in after.acl

    with_service(data_dir, lake.connection_string, work)
    assert lake.counts[Op.PATH_SET_ACCESS] == 2


def test_access_below_is_changed_with_counts_failures_and_another_try(
    lake: Lake, filesystem: FileSystemClient, data_dir: Path
) -> None:
    put(filesystem, *(f"a/{number}" for number in range(5)), "a/b/deep")
    name = str(filesystem.file_system_name)
    lake.limits.acl = 2
    lake.acl_refused.add((name, "a/3"))
    edit = AccessEdit(owner=ANNA, entries=(parse_entry(f"user:{BEN}:r-x"),))

    async def work(service: Service, connection: Connection) -> None:
        top = top_of(connection, filesystem)
        seen = [count async for count in service.access.change_below(top, "a/", edit)]
        done = seen[-1]
        assert len(seen) > 4
        assert [count.files for count in seen] == sorted(count.files for count in seen)
        assert done.is_complete
        assert (done.directories, done.files, done.failed) == (4, 11, 1)
        assert [failure.path for failure in done.failures] == ["a/3"]
        assert (await service.access.get(top, "a/b/deep")).owner == ANNA
        lake.acl_refused.clear()
        again = await finished(service.access.retry(top, edit, done.failures))
        assert (again.files, again.failed, again.is_complete) == (2, 0, True)
        assert edit.entries[0] in (await service.access.get(top, "a/3")).acl
        whole = parse_acl("user::r--,group::---,other::---")
        replaced = await finished(service.access.replace_below(top, "a", whole))
        assert (replaced.directories, replaced.files) == (2, 6)
        assert acl_text((await service.access.get(top, "a/3")).acl) == acl_text(whole)

    with_service(data_dir, lake.connection_string, work)


def test_a_sas_without_the_right_is_told_before_anything_is_sent(
    lake: Lake, filesystem: FileSystemClient, data_dir: Path
) -> None:
    put(filesystem, "f")
    name = str(filesystem.file_system_name)
    sas = generate_file_system_sas(
        lake.account, name, lake.key, permission="rl",
        expiry=datetime.now(UTC) + timedelta(hours=1),
    )  # fmt: skip

    async def work(service: Service, connection: Connection) -> None:
        with pytest.raises(NotAuthorizedError, match="rename"):
            await service.renaming.rename(connection.root, "f", "g")
        with pytest.raises(NotAuthorizedError, match="access control"):
            await service.access.set(connection.root, "f", permissions="0600")
        with pytest.raises(NotAuthorizedError, match="owner"):
            await service.access.set(connection.root, "f", owner=ANNA)

    with_service(data_dir, f"{lake.endpoint}/{name}?{sas}", work)
