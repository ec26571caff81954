"""Each operation on real directories, against a server that keeps to the documentation."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta

import pytest
from azure.storage.filedatalake import FileSystemClient, generate_directory_sas

from explorer.base.errors import (
    AlreadyExistsError,
    ConflictError,
    CredentialExpiredError,
    InputError,
    IntegrityError,
    NotAuthorizedError,
    NotFoundError,
    PreconditionFailedError,
    ThrottledError,
    UnsafeNameError,
)
from explorer.storage.acl import acl_text, parse_acl, parse_entry, parse_removal
from explorer.storage.azure.client import open_store
from explorer.storage.azure.store import AzureBlobStore
from explorer.storage.connection import parse
from explorer.storage.directories import AclChange, DirectoryStore, PathItem
from explorer.storage.model import BlobHeaders, BlobRef, Condition
from tests.servers.lake.faults import Refuse, Rule
from tests.servers.lake.operations import Op
from tests.servers.lake.server import Lake

ALWAYS, ABSENT = Condition.always(), Condition.absent()
PLAIN = BlobHeaders()
ANNA = "4a1b0e3c-9d2f-4c55-8a77-0123456789ab"
NAMES = [
    "a%41b",
    "what?.txt",
    "a#b",
    "1+1",
    "two words",
    "ünïcödé-日本",
    "50%",
    "it's",
    "a&b=c;d,e",
]


@pytest.fixture
def store(lake: Lake) -> Iterator[AzureBlobStore]:
    opened = open_store(parse(lake.connection_string), is_hierarchical=True)
    yield opened
    opened.close()


@pytest.fixture
def there(store: AzureBlobStore) -> DirectoryStore:
    assert store.directories is not None
    return store.directories


@pytest.fixture
def name(filesystem: FileSystemClient) -> str:
    return str(filesystem.file_system_name)


def write(there: DirectoryStore, container: str, path: str, data: bytes = b"") -> str:
    there.create_file(container, path, headers=PLAIN, condition=ABSENT)
    if data:
        there.append(container, path, 0, data)
    done = there.flush(container, path, len(data), headers=PLAIN, condition=ALWAYS)
    return done.etag


def read(store: AzureBlobStore, container: str, path: str) -> bytes:
    data = bytearray()
    size = store.properties(BlobRef(container, path)).size_bytes
    if size:
        store.read_range(BlobRef(container, path), 0, size, lambda at, view: data.extend(view))
    return bytes(data)


def listed(
    there: DirectoryStore, container: str, path: str = "", page_size: int = 5000
) -> list[PathItem]:
    found: list[PathItem] = []
    marker = ""
    while True:
        page = there.list_paths(container, path, recursive=True, marker=marker, page_size=page_size)
        found += page.items
        marker = page.next_marker
        if not marker:
            return found


def paths(there: DirectoryStore, container: str) -> list[str]:
    return [item.path for item in listed(there, container)]


def test_it_is_a_directory_store(there: DirectoryStore, lake: Lake) -> None:
    assert isinstance(there, DirectoryStore)
    assert there.endpoint == lake.endpoint


def test_a_flat_store_has_none(lake: Lake) -> None:
    flat = open_store(parse(lake.connection_string))
    assert flat.directories is None
    flat.close()


def test_the_dfs_endpoint_of_a_connection_string_is_asked(lake: Lake, name: str) -> None:
    elsewhere = lake.endpoint.replace("127.0.0.1", "localhost")
    text = lake.connection_string.replace(
        f"DfsEndpoint={lake.endpoint}", f"DfsEndpoint={elsewhere}"
    )
    store = open_store(parse(text), is_hierarchical=True)
    try:
        assert (store.endpoint, store.directories and store.directories.endpoint) == (
            lake.endpoint, elsewhere,
        )  # fmt: skip
        assert store.directories is not None
        store.directories.create_directory(name, "a", condition=ABSENT)
        assert paths(store.directories, name) == ["a"]
    finally:
        store.close()


def test_an_address_with_the_account_in_its_path_is_for_both(lake: Lake, name: str) -> None:
    text = f"AccountName={lake.account};AccountKey={lake.key};BlobEndpoint={lake.endpoint}"
    store = open_store(parse(text), is_hierarchical=True)
    try:
        assert store.directories is not None
        assert store.directories.list_paths(name).items == ()
    finally:
        store.close()


# -- directories -----------------------------------------------------------------


def test_a_directory_is_made_with_those_above_it(there: DirectoryStore, name: str) -> None:
    made = there.create_directory(name, "a/b/c", condition=ABSENT, metadata={"made": "here"})
    found = there.properties(name, "a/b/c")
    assert found.is_directory
    assert found.headers.metadata == {"made": "here"}
    assert found.etag == made.etag
    assert paths(there, name) == ["a", "a/b", "a/b/c"]


def test_a_directory_that_must_be_new_is(there: DirectoryStore, name: str) -> None:
    there.create_directory(name, "a", condition=ABSENT)
    with pytest.raises(AlreadyExistsError):
        there.create_directory(name, "a", condition=ABSENT)


def test_making_a_directory_again_keeps_what_is_in_it(there: DirectoryStore, name: str) -> None:
    write(there, name, "a/x")
    there.create_directory(name, "a", condition=ALWAYS)
    assert paths(there, name) == ["a", "a/x"]


def test_a_file_in_the_way_is_told(there: DirectoryStore, name: str) -> None:
    write(there, name, "a")
    with pytest.raises((ConflictError, AlreadyExistsError)):
        there.create_directory(name, "a/b", condition=ABSENT)


@pytest.mark.parametrize("odd", NAMES)
def test_odd_names_arrive_as_they_are(
    there: DirectoryStore, store: AzureBlobStore, name: str, filesystem: FileSystemClient, odd: str
) -> None:
    there.create_directory(name, f"dir {odd}", condition=ABSENT)
    write(there, name, f"dir {odd}/{odd}", b"1")
    there.rename(
        name,
        f"dir {odd}/{odd}",
        f"{odd}.new",
        source_condition=ALWAYS,
        destination_condition=ABSENT,
    )
    assert sorted(paths(there, name)) == sorted([f"dir {odd}", f"{odd}.new"])
    assert [path.name for path in filesystem.get_paths()] == paths(there, name)
    assert read(store, name, f"{odd}.new") == b"1"
    there.delete_path(name, f"dir {odd}", recursive=True, condition=ALWAYS)
    there.delete_path(name, f"{odd}.new", recursive=False, condition=ALWAYS)
    assert paths(there, name) == []


@pytest.mark.parametrize("bad", ["a/../b", ".", "a//b", "/a", "a/", "a\\b", "\ud800", "x" * 1025])
def test_what_cannot_be_a_path_is_refused_before_anything_is_sent(
    there: DirectoryStore, lake: Lake, name: str, bad: str
) -> None:
    before = len(lake.log)
    calls: list[Callable[[], object]] = [
        lambda: there.create_directory(name, bad, condition=ABSENT),
        lambda: there.create_file(name, bad, headers=PLAIN, condition=ABSENT),
        lambda: there.append(name, bad, 0, b"1"),
        lambda: there.flush(name, bad, 0, headers=PLAIN, condition=ALWAYS),
        lambda: there.rename(name, bad, "x", source_condition=ALWAYS, destination_condition=ABSENT),
        lambda: there.rename(name, "x", bad, source_condition=ALWAYS, destination_condition=ABSENT),
        lambda: there.delete_path(name, bad, recursive=True, condition=ALWAYS),
        lambda: there.list_paths(name, bad),
        lambda: there.properties(name, bad),
        lambda: there.set_metadata(name, bad, {}, condition=ALWAYS),
        lambda: there.set_headers(name, bad, PLAIN, condition=ALWAYS),
        lambda: there.set_expiry(name, bad, None),
        lambda: there.access(name, bad),
        lambda: there.set_access(name, bad, permissions="0700", condition=ALWAYS),
        lambda: there.change_access_recursive(
            name, bad, AclChange.MODIFY, [parse_entry("user::rwx")]
        ),
    ]
    for call in calls:
        with pytest.raises(UnsafeNameError):
            call()
    assert len(lake.log) == before


def test_the_root_is_neither_deleted_nor_renamed(there: DirectoryStore, name: str) -> None:
    with pytest.raises(InputError):
        there.delete_path(name, "", recursive=True, condition=ALWAYS)
    with pytest.raises(InputError):
        there.rename(name, "", "x", source_condition=ALWAYS, destination_condition=ALWAYS)


# -- writing ---------------------------------------------------------------------


def test_a_file_is_written_in_any_order_and_seen_when_it_is_flushed(
    there: DirectoryStore, store: AzureBlobStore, name: str
) -> None:
    headers = BlobHeaders("text/plain", cache_control="no-cache", metadata={"owner": "me"})
    there.create_file(name, "d/f", headers=headers, condition=ABSENT)
    sent: list[int] = []
    there.append(name, "d/f", 3, b"def", content_md5=hashlib.md5(b"def").digest())
    there.append(name, "d/f", 0, memoryview(b"abc"), progress=sent.append)
    assert store.properties(BlobRef(name, "d/f")).size_bytes == 0
    md5 = hashlib.md5(b"abcdef").digest()
    done = there.flush(
        name, "d/f", 6, headers=BlobHeaders("text/csv", content_md5=md5), condition=ALWAYS
    )
    assert sum(sent) == 3
    assert read(store, name, "d/f") == b"abcdef"
    found = there.properties(name, "d/f")
    assert (found.etag, found.headers.content_md5) == (done.etag, md5)
    assert found.headers.content_type == "text/csv"
    assert found.headers.metadata == {"owner": "me"}
    assert not found.is_directory


def test_bytes_that_arrive_damaged_are_refused(there: DirectoryStore, name: str) -> None:
    there.create_file(name, "f", headers=PLAIN, condition=ABSENT)
    with pytest.raises(IntegrityError):
        there.append(name, "f", 0, b"abc", content_md5=hashlib.md5(b"abd").digest())


def test_a_gap_is_not_flushed(there: DirectoryStore, name: str) -> None:
    there.create_file(name, "f", headers=PLAIN, condition=ABSENT)
    there.append(name, "f", 3, b"def")
    with pytest.raises(PreconditionFailedError):
        there.flush(name, "f", 6, headers=PLAIN, condition=ALWAYS)


def test_an_empty_file_is_one(there: DirectoryStore, store: AzureBlobStore, name: str) -> None:
    write(there, name, "empty")
    assert read(store, name, "empty") == b""
    assert [item.size_bytes for item in listed(there, name)] == [0]


def test_a_file_that_must_be_new_is(there: DirectoryStore, name: str) -> None:
    write(there, name, "f", b"old")
    with pytest.raises(AlreadyExistsError):
        there.create_file(name, "f", headers=PLAIN, condition=ABSENT)


def test_a_flush_heeds_its_condition(there: DirectoryStore, name: str) -> None:
    there.create_file(name, "f", headers=PLAIN, condition=ABSENT)
    there.append(name, "f", 0, b"abc")
    with pytest.raises(PreconditionFailedError):
        there.flush(name, "f", 3, headers=PLAIN, condition=Condition.unchanged('"0x1"'))


# -- renaming --------------------------------------------------------------------


def test_a_file_moves_across_directories_with_its_etag(
    there: DirectoryStore, store: AzureBlobStore, name: str
) -> None:
    etag = write(there, name, "a/f", b"1")
    there.create_directory(name, "b", condition=ABSENT)
    there.rename(name, "a/f", "b/g", source_condition=ALWAYS, destination_condition=ABSENT)
    assert there.properties(name, "b/g").etag == etag
    assert read(store, name, "b/g") == b"1"
    assert paths(there, name) == ["a", "b", "b/g"]


def test_a_directory_moves_with_all_in_it(there: DirectoryStore, lake: Lake, name: str) -> None:
    for number in range(5):
        write(there, name, f"a/b/{number}")
    there.create_directory(name, "z", condition=ABSENT)
    lake.limits.rename = 2
    there.rename(name, "a/b", "z/y", source_condition=ALWAYS, destination_condition=ABSENT)
    assert paths(there, name) == ["a", "z", "z/y", *(f"z/y/{number}" for number in range(5))]
    assert lake.counts[Op.PATH_RENAME] == 3


def test_nothing_is_replaced_unasked(
    there: DirectoryStore, store: AzureBlobStore, name: str
) -> None:
    write(there, name, "new", b"new")
    write(there, name, "old", b"old")
    with pytest.raises(AlreadyExistsError):
        there.rename(name, "new", "old", source_condition=ALWAYS, destination_condition=ABSENT)
    assert read(store, name, "old") == b"old"
    assert read(store, name, "new") == b"new"


def test_what_is_there_is_told_as_such_however_the_service_puts_it(
    there: DirectoryStore, lake: Lake, name: str
) -> None:
    write(there, name, "f")

    def rename(condition: Condition) -> None:
        there.rename(name, "f", "g", source_condition=ALWAYS, destination_condition=condition)

    lake.rules.append(Rule(Op.PATH_RENAME, Refuse(412, "ConditionNotMet")))
    with pytest.raises(AlreadyExistsError):
        rename(ABSENT)
    with pytest.raises(PreconditionFailedError):
        rename(Condition.unchanged('"0x1"'))
    lake.rules[:] = [Rule(Op.PATH_RENAME, Refuse(412, "SourceConditionNotMet"))]
    with pytest.raises(PreconditionFailedError):
        rename(ABSENT)


def test_a_file_is_replaced_only_as_it_was_seen(
    there: DirectoryStore, store: AzureBlobStore, name: str
) -> None:
    write(there, name, "new", b"new")
    etag = write(there, name, "old", b"old")
    with pytest.raises(PreconditionFailedError):
        there.rename(
            name, "new", "old", source_condition=ALWAYS,
            destination_condition=Condition.unchanged('"0x1"'),
        )  # fmt: skip
    there.rename(
        name, "new", "old", source_condition=ALWAYS,
        destination_condition=Condition.unchanged(etag),
    )  # fmt: skip
    assert read(store, name, "old") == b"new"
    assert paths(there, name) == ["old"]


def test_a_source_that_changed_stays(there: DirectoryStore, name: str) -> None:
    write(there, name, "f", b"1")
    with pytest.raises(PreconditionFailedError):
        there.rename(
            name, "f", "g", source_condition=Condition.unchanged('"0x1"'),
            destination_condition=ABSENT,
        )  # fmt: skip
    assert paths(there, name) == ["f"]


def test_a_rename_says_what_is_missing(there: DirectoryStore, name: str) -> None:
    with pytest.raises(NotFoundError):
        there.rename(name, "no", "x", source_condition=ALWAYS, destination_condition=ABSENT)
    write(there, name, "f")
    with pytest.raises(NotFoundError, match="folder it should go to"):
        there.rename(name, "f", "no/f", source_condition=ALWAYS, destination_condition=ABSENT)


def test_a_directory_does_not_go_into_itself(there: DirectoryStore, name: str) -> None:
    there.create_directory(name, "a/b", condition=ABSENT)
    with pytest.raises(ConflictError, match="into itself"):
        there.rename(name, "a", "a/b/c", source_condition=ALWAYS, destination_condition=ABSENT)


def test_a_full_directory_is_never_replaced(there: DirectoryStore, name: str) -> None:
    there.create_directory(name, "new", condition=ABSENT)
    write(there, name, "old/f")
    with pytest.raises(ConflictError):
        there.rename(name, "new", "old", source_condition=ALWAYS, destination_condition=ALWAYS)
    assert paths(there, name) == ["new", "old", "old/f"]


# -- deleting --------------------------------------------------------------------


def test_a_directory_is_deleted_to_the_end_of_its_continuation(
    there: DirectoryStore, lake: Lake, name: str
) -> None:
    for number in range(7):
        write(there, name, f"a/{number}")
    write(there, name, "b")
    lake.limits.delete = 3
    answers: list[None] = []
    there.delete_path(
        name, "a", recursive=True, condition=ALWAYS, on_batch=lambda: answers.append(None)
    )
    assert paths(there, name) == ["b"]
    assert len(answers) == lake.counts[Op.PATH_DELETE] > 1


def test_a_full_directory_needs_to_be_meant(there: DirectoryStore, name: str) -> None:
    write(there, name, "a/f")
    with pytest.raises(ConflictError, match="not empty"):
        there.delete_path(name, "a", recursive=False, condition=ALWAYS)
    assert paths(there, name) == ["a", "a/f"]


def test_what_changed_is_not_deleted(there: DirectoryStore, name: str) -> None:
    write(there, name, "f")
    with pytest.raises(PreconditionFailedError):
        there.delete_path(name, "f", recursive=False, condition=Condition.unchanged('"0x1"'))
    with pytest.raises(NotFoundError):
        there.delete_path(name, "g", recursive=False, condition=ALWAYS)


# -- looking ---------------------------------------------------------------------


def test_a_listing_has_empty_directories_and_follows_its_pages(
    there: DirectoryStore, name: str
) -> None:
    there.create_directory(name, "empty", condition=ABSENT)
    etag = write(there, name, "full/f", b"12345")
    found = {item.path: item for item in listed(there, name, page_size=1)}
    assert list(found) == ["empty", "full", "full/f"]
    assert [item.is_directory for item in found.values()] == [True, True, False]
    file = found["full/f"]
    assert (file.size_bytes, file.etag) == (5, etag)
    assert abs(file.last_modified_s - time.time()) < 60
    assert (file.owner, file.group, file.permissions) == ("$superuser", "$superuser", "rw-r-----")


def test_one_directory_alone_is_listed(there: DirectoryStore, name: str) -> None:
    write(there, name, "a/b/f")
    write(there, name, "a/g")
    assert [item.path for item in there.list_paths(name, "a").items] == ["a/b", "a/g"]
    with pytest.raises(NotFoundError):
        there.list_paths(name, "no")


def test_properties_say_who_owns_it_and_when_it_goes(there: DirectoryStore, name: str) -> None:
    write(there, name, "f")
    end = int(time.time()) + 3600
    there.set_expiry(name, "f", end)
    assert there.properties(name, "f").expires_s == end
    assert listed(there, name)[0].expires_s == end
    there.set_expiry(name, "f", None)
    assert there.properties(name, "f").expires_s == 0
    assert there.properties(name, "f").owner == "$superuser"


def test_metadata_of_a_directory_is_replaced_and_it_stays_one(
    there: DirectoryStore, name: str
) -> None:
    there.create_directory(name, "a", condition=ABSENT, metadata={"old": "1"})
    etag = there.properties(name, "a").etag
    there.set_metadata(name, "a", {"new": "2"}, condition=Condition.unchanged(etag))
    found = there.properties(name, "a")
    assert found.is_directory
    assert found.headers.metadata == {"new": "2"}
    with pytest.raises(PreconditionFailedError):
        there.set_metadata(name, "a", {}, condition=Condition.unchanged('"0x1"'))


def test_headers_of_a_file_are_set_and_its_bytes_stay(
    there: DirectoryStore, store: AzureBlobStore, name: str
) -> None:
    write(there, name, "f", b"abc")
    md5 = hashlib.md5(b"abc").digest()
    headers = BlobHeaders("text/plain", content_language="en", content_md5=md5)
    there.set_headers(name, "f", headers, condition=ALWAYS)
    found = there.properties(name, "f").headers
    assert (found.content_type, found.content_language) == ("text/plain", "en")
    assert found.content_md5 == md5
    assert read(store, name, "f") == b"abc"


def test_spaces_around_a_header_are_no_part_of_it_nor_of_the_signature(
    there: DirectoryStore, name: str
) -> None:
    around = BlobHeaders(" text/plain\t", cache_control="  ")
    there.create_file(name, "f", headers=around, condition=ABSENT)
    there.flush(name, "f", 0, headers=around, condition=ALWAYS)
    there.set_headers(name, "f", around, condition=ALWAYS)
    found = there.properties(name, "f").headers
    assert (found.content_type, found.cache_control) == ("text/plain", "")


# -- access ----------------------------------------------------------------------


def test_access_is_set_and_read(there: DirectoryStore, lake: Lake, name: str) -> None:
    there.create_directory(name, "a", condition=ABSENT)
    before = there.access(name, "a")
    entries = parse_acl(f"user::rwx,user:{ANNA}:r-x,group::r-x,other::---,default:user:{ANNA}:rwx")
    there.set_access(name, "a", owner=ANNA, acl=entries, condition=Condition.unchanged(before.etag))
    after = there.access(name, "a")
    assert (after.owner, after.group) == (ANNA, "$superuser")
    assert acl_text(after.acl) == (
        f"user::rwx,user:{ANNA}:r-x,group::r-x,mask::r-x,other::---,default:user::rwx,"
        f"default:user:{ANNA}:rwx,default:group::r-x,default:mask::rwx,default:other::---"
    )
    lake.names[ANNA] = "anna@contoso.com"
    named = there.access(name, "a", by_name=True)
    assert named.owner == "anna@contoso.com"
    assert "user:anna@contoso.com:r-x" in acl_text(named.acl)


def test_permissions_are_set_by_letters_or_digits(there: DirectoryStore, name: str) -> None:
    write(there, name, "f")
    there.set_access(name, "f", permissions="0640", condition=ALWAYS)
    assert there.access(name, "f").permissions == "rw-r-----"
    there.set_access(name, "f", permissions="rwxr-x--x", condition=ALWAYS)
    assert there.access(name, "f").permissions == "rwxr-x--x"


def test_access_of_the_root_is_read_and_set(there: DirectoryStore, name: str) -> None:
    there.set_access(name, "", permissions="0751", condition=ALWAYS)
    assert there.access(name, "").permissions == "rwxr-x--x"


def test_access_that_changed_meanwhile_is_not_overwritten(there: DirectoryStore, name: str) -> None:
    write(there, name, "f")
    with pytest.raises(PreconditionFailedError):
        there.set_access(name, "f", permissions="0600", condition=Condition.unchanged('"0x1"'))


def test_what_is_no_change_of_access_is_refused(there: DirectoryStore, name: str) -> None:
    with pytest.raises(InputError, match="nothing to change"):
        there.set_access(name, "f", condition=ALWAYS)
    with pytest.raises(InputError, match="together"):
        there.set_access(
            name, "f", permissions="0600", acl=parse_acl("user::rwx"), condition=ALWAYS
        )


def test_access_of_all_below_is_changed_batch_by_batch(
    there: DirectoryStore, lake: Lake, name: str
) -> None:
    for number in range(4):
        write(there, name, f"a/{number}")
    lake.acl_refused.add((name, "a/2"))
    entry = parse_entry(f"user:{ANNA}:r-x")
    seen, continuation = [], ""
    while True:
        batch = there.change_access_recursive(
            name, "a", AclChange.MODIFY, [entry], continuation=continuation, batch_size=2
        )
        seen.append(batch)
        continuation = batch.continuation
        if not continuation:
            break
    assert len(seen) == 3
    assert sum(batch.directories for batch in seen) == 1
    assert sum(batch.files for batch in seen) == 3
    assert sum(batch.failed for batch in seen) == 1
    (failure,) = [failure for batch in seen for failure in batch.failures]
    assert (failure.path, failure.is_directory) == ("a/2", False)
    assert entry in there.access(name, "a/3").acl
    assert entry not in there.access(name, "a/2").acl
    there.change_access_recursive(name, "a", AclChange.REMOVE, [parse_removal(f"user:{ANNA}")])
    assert entry not in there.access(name, "a/3").acl
    there.change_access_recursive(
        name, "a", AclChange.SET, parse_acl("user::r--,group::---,other::---")
    )
    assert there.access(name, "a/3").permissions[:9] == "r--------"


def test_without_going_on_the_first_failure_ends_it(
    there: DirectoryStore, lake: Lake, name: str
) -> None:
    for number in range(4):
        write(there, name, f"a/{number}")
    lake.acl_refused.add((name, "a/1"))
    batch = there.change_access_recursive(
        name, "a", AclChange.MODIFY, [parse_entry(f"user:{ANNA}:r-x")], keep_going=False
    )
    assert batch.failed == 1
    assert batch.files < 4


# -- who may -----------------------------------------------------------------------


def directory_store(lake: Lake, name: str, directory: str, **how: object) -> AzureBlobStore:
    how.setdefault("permission", "racwdlmeop")
    how.setdefault("expiry", datetime.now(UTC) + timedelta(hours=1))
    sas = generate_directory_sas(lake.account, name, directory, lake.key, **how)  # type: ignore[arg-type]
    return open_store(parse(f"{lake.endpoint}/{name}/{directory}?{sas}"), is_hierarchical=True)


def test_a_directory_sas_does_all_of_it_below_and_nothing_above(
    there: DirectoryStore, lake: Lake, name: str
) -> None:
    there.create_directory(name, "team/a", condition=ABSENT)
    write(there, name, "other")
    store = directory_store(lake, name, "team/a")
    mine = store.directories
    assert mine is not None
    try:
        write(mine, name, "team/a/f", b"1")
        mine.create_directory(name, "team/a/b", condition=ABSENT)
        mine.rename(
            name, "team/a/f", "team/a/b/g", source_condition=ALWAYS, destination_condition=ABSENT
        )
        assert [item.path for item in listed(mine, name, "team/a")] == ["team/a/b", "team/a/b/g"]
        assert mine.access(name, "team/a/b").owner == "$superuser"
        mine.delete_path(name, "team/a/b", recursive=True, condition=ALWAYS)
        with pytest.raises(NotAuthorizedError):
            mine.list_paths(name)
        with pytest.raises(NotAuthorizedError):
            mine.rename(
                name, "other", "team/a/mine", source_condition=ALWAYS, destination_condition=ABSENT
            )
    finally:
        store.close()


def test_an_expired_sas_is_told_as_such(lake: Lake, name: str) -> None:
    past = datetime.now(UTC) - timedelta(minutes=5)
    store = directory_store(lake, name, "a", expiry=past)
    assert store.directories is not None
    try:
        with pytest.raises(CredentialExpiredError):
            store.directories.list_paths(name, "a")
        with pytest.raises(CredentialExpiredError):
            store.directories.create_file(name, "a/f", headers=PLAIN, condition=ABSENT)
    finally:
        store.close()


def test_a_busy_service_is_told_with_its_pause(
    there: DirectoryStore, lake: Lake, name: str
) -> None:
    lake.rules.append(Rule(None, Refuse(503, "ServerBusy", retry_after_s=7)))
    for call in (
        lambda: there.list_paths(name),
        lambda: there.create_file(name, "f", headers=PLAIN, condition=ABSENT),
    ):
        with pytest.raises(ThrottledError) as busy:
            call()
        assert busy.value.retry_after_s == 7
