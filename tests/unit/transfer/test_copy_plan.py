"""What a copy is called, what is refused, and when its bytes come through here."""

from __future__ import annotations

import pytest

from explorer.base.errors import (
    AlreadyExistsError,
    ConflictError,
    CredentialExpiredError,
    InputError,
    IntegrityError,
    NetworkError,
    NotAuthorizedError,
    NotFoundError,
    PreconditionFailedError,
    QuaysideError,
    Retry,
    ServiceError,
    ThrottledError,
)
from explorer.storage.model import BlobType
from explorer.transfer.copy_plan import (
    Stumbles,
    Target,
    check_copy,
    copy_name,
    digest_of_range,
    goes_through_here,
    refusal_of_type,
)
from explorer.transfer.model import CopyRequest, CopySource, RemotePlace
from explorer.transfer.plan import DIGEST_BYTES, Range

HERE = RemotePlace("c1", "https://a.example", "box")


def request(
    name: str, target: str, prefix: str = "", *, place: RemotePlace = HERE, is_move: bool = False
) -> CopyRequest:
    source = CopySource(name, name == "" or name.endswith("/"), target)
    there = RemotePlace(place.connection_id, place.endpoint, place.container, prefix)
    return CopyRequest((source,), HERE, there, is_move=is_move)


@pytest.mark.parametrize(
    ("name", "target", "prefix"),
    [
        ("a", "a", ""),
        ("d/a", "a", "d/"),
        ("d/a", "d/a", ""),
        ("d/", "d", ""),
        ("d/", "", "d/"),
        ("d/", "e", "d/"),
        ("d/", "d/x/y", ""),
        ("", "", ""),
        ("", "e", ""),
        ("", "", "e/"),
        ("a", "", ""),
        ("", "", "x/"),
    ],
)
def test_copies_onto_and_into_themselves_are_refused(name: str, target: str, prefix: str) -> None:
    with pytest.raises(InputError):
        check_copy(request(name, target, prefix))


@pytest.mark.parametrize(
    ("name", "target", "prefix"),
    [("a", "b", ""), ("d/a", "a", ""), ("d/", "de", ""), ("d/e/", "e", ""), ("d/", "", "x/")],
)
def test_other_copies_are_taken(name: str, target: str, prefix: str) -> None:
    check_copy(request(name, target, prefix))
    check_copy(request(name, target, prefix, is_move=True))


def test_the_same_name_in_another_container_or_account_is_another_place() -> None:
    for place in (
        RemotePlace("c1", HERE.endpoint, "other"),
        RemotePlace("c2", "https://b.example", "box"),
    ):
        check_copy(request("a", "a", place=place))
        check_copy(request("", "", place=place))
        check_copy(request("d/", "e", "d/", place=place))
    with pytest.raises(InputError):  # another connection to the same account is no other place
        check_copy(request("a", "a", place=RemotePlace("c2", HERE.endpoint, "box")))


def test_names_below_a_folder_keep_their_shape() -> None:
    target = Target(RemotePlace("c", "e", "box", "x/"))
    folder = CopySource("d/", True, "new")
    assert target.below(folder, "a/b") == "x/new/a/b"
    assert target.below(folder, "m/") == "x/new/m/"
    assert target.below(folder, "") == "x/new"
    contents = CopySource("d/", True, "")
    assert target.below(contents, "a") == "x/a"
    assert target.below(contents, "") == "x"


@pytest.mark.parametrize(
    ("error", "is_carried"),
    [
        (NotFoundError("", status=404, code="CannotVerifyCopySource"), True),
        (ConflictError("", status=501, code="APINotImplemented"), True),
        (ConflictError("", status=501), True),
        (NotAuthorizedError("", status=403, code="AuthenticationFailed"), True),
        (NotFoundError("", status=404, code="BlobNotFound"), True),
        (NotFoundError("", status=404, code="ContainerNotFound"), False),
        (CredentialExpiredError("", status=403), False),
        (PreconditionFailedError("", status=412, code="SourceConditionNotMet"), False),
        (AlreadyExistsError("", status=409), False),
        (ConflictError("", status=409, code="BlobArchived"), False),
        (ThrottledError("", status=503), False),
        (ServiceError("", status=500), True),
        (ServiceError("", status=500, code="InternalError"), False),
        (ServiceError("", status=502), False),
        (NetworkError(""), False),
        (IntegrityError(""), False),
    ],
)
def test_only_what_the_service_will_not_fetch_is_carried(
    error: QuaysideError, is_carried: bool
) -> None:
    assert goes_through_here(error) is is_carried


def test_few_failures_without_a_reason_are_enough_and_others_do_not_count() -> None:
    stumbles = Stumbles()
    told = []
    for error in (
        ServiceError("", status=500),
        ServiceError("", status=500, code="InternalError"),
        ServiceError("", status=502),
        ServiceError("", status=500),
        ServiceError("", status=500),
    ):
        stumbles.heard(error)
        told.append(error.retry)
    assert told == [Retry.SOON] * 4 + [Retry.NEVER]


def test_what_would_become_another_kind_of_blob_is_not_moved() -> None:
    assert refusal_of_type("a", BlobType.BLOCK, is_move=True) is None
    assert refusal_of_type("a", BlobType.APPEND, is_move=False) is None
    assert refusal_of_type("a", BlobType.APPEND, is_move=True) is not None
    assert refusal_of_type("a", BlobType.PAGE, is_move=False) is not None


def test_a_duplicate_has_a_name_of_its_own() -> None:
    taken: set[str] = set()
    for expected in ("d/a (copy).txt", "d/a (copy) (2).txt", "d/a (copy) (3).txt"):
        found = copy_name("d/a.txt", taken.__contains__)
        assert found == expected
        taken.add(found)
    assert copy_name("a (2).tar.gz", taken.__contains__) == "a (2) (copy).tar.gz"
    assert copy_name(".bashrc", taken.__contains__) == ".bashrc (copy)"
    folders: set[str] = set()
    for expected in ("d/v1.0 (copy)/", "d/v1.0 (copy) (2)/"):
        found = copy_name("d/v1.0/", folders.__contains__)
        assert found == expected
        folders.add(found)


def test_a_digest_tells_versions_and_ranges_apart() -> None:
    digests = {
        digest_of_range(etag, Range(*place))
        for etag in ('"1"', '"2"')
        for place in ((0, 10), (10, 10), (0, 20))
    }
    assert len(digests) == 6
    assert {len(digest) for digest in digests} == {DIGEST_BYTES}
