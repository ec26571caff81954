"""How a copy goes: what is refused, what each thing is called, which way its bytes take. Pure."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from typing import Final

from explorer.base.errors import (
    ConflictError,
    CredentialExpiredError,
    InputError,
    IntegrityError,
    NotAuthorizedError,
    NotFoundError,
    QuaysideError,
    Retry,
    ServiceError,
    StorageError,
)
from explorer.base.records import dataclass
from explorer.storage.model import BlobType
from explorer.transfer.conflicts import numbered
from explorer.transfer.model import CopyRequest, CopySource, RemotePlace
from explorer.transfer.plan import DIGEST_BYTES, Range
from explorer.transfer.rows import key_of

THROUGH_HERE: Final = "Copied through this computer, since the service could not copy it by itself."
BECAME_BLOCKS: Final = "It was an append blob; its copy is a block blob."
WITHOUT_TAGS: Final = "Its tags were not copied."
WITHOUT_TIER: Final = "The target's account does not have its tier."

_CANNOT: Final = frozenset(
    {
        "APINotImplemented",
        "CannotVerifyCopySource",
        "CopyAcrossAccountsNotSupported",
        "FeatureVersionMismatch",
        "InvalidHeaderValue",
        "InvalidOperation",
        "InvalidSourceBlobUrl",
        "InvalidSourceUri",
        "NotImplemented",
        "UnsupportedHeader",
        "UnsupportedRestVersion",
    }
)
"""Codes by which a service says that it cannot do it, or cannot reach the source."""
FEW: Final = 3
"""So many failures without a reason of one copy by the service, before another way is taken."""
_NO_TIER: Final = frozenset({"BlobAccessTierNotSupportedForAccountType", "InvalidBlobTier"})


@dataclass(frozen=True, slots=True)
class Target:
    """Names and keys below the place a copy goes to."""

    place: RemotePlace

    def blob(self, source: CopySource) -> str:
        return self.place.prefix + source.target

    def folder(self, source: CopySource) -> str:
        """Empty for the container itself, else it ends with `/`."""
        name = self.place.prefix + source.target
        return name if not source.target or name.endswith("/") else f"{name}/"

    def below(self, source: CopySource, relative: str) -> str:
        """The name for what is called `relative` below the source; the folder itself, without
        its slash, for an empty one."""
        folder = self.folder(source)
        return folder + relative if relative else folder.removesuffix("/")

    def key(self, name: str) -> bytes:
        """As for an upload: no two transfers write to one place at a time."""
        return key_of("remote", self.place.endpoint, self.place.container, name)


def check_copy(request: CopyRequest) -> None:
    """Raises InputError where something would be copied onto or into itself."""
    is_same = (request.source.endpoint, request.source.container) == (
        request.target.endpoint,
        request.target.container,
    )
    target = Target(request.target)
    for source in request.sources:
        if source.is_prefix and source.name and not source.name.endswith("/"):
            raise InputError(f"The folder {source.name} is not written with a slash at its end.")
        if not source.is_prefix and not (source.name and target.blob(source).strip("/")):
            raise InputError("It is not said what the copy is called.")
        if not is_same:
            continue
        verb = "moved" if request.is_move else "copied"
        if not source.is_prefix:
            if target.blob(source) == source.name:
                raise InputError(
                    f"{source.name} cannot be {verb} onto itself.", cure="Choose another name."
                )
            continue
        folder = target.folder(source)
        shown = source.name or f"{request.source.container}/"
        if folder == source.name:
            raise InputError(f"{shown} cannot be {verb} onto itself.", cure="Choose another name.")
        if folder.startswith(source.name):
            raise InputError(
                f"{shown} cannot be {verb} into itself ({folder}).",
                cure="Choose a folder that is not below it.",
            )


def refusal_of_type(name: str, kind: BlobType, *, is_move: bool) -> QuaysideError | None:
    """Why a blob of this type is not copied; None where it is. A copy is a block blob: what
    was appended reads the same, the pages of a disk would be of no use."""
    if kind is BlobType.PAGE:
        return ConflictError(
            f"{name} is a page blob (a disk), and a copy made here would not be one.",
            cure="Copy it with azcopy, or make a snapshot of the disk.",
        )
    if kind is BlobType.APPEND and is_move:
        return ConflictError(
            f"{name} is an append blob, and a copy made here would be a block blob.",
            cure="Copy it instead of moving it, if that is enough.",
        )
    return None


def goes_through_here(error: QuaysideError) -> bool:
    """Whether bytes that the service would not fetch may still be carried by us. The source
    or the target will then say for itself what is wrong, if anything is."""
    if isinstance(error, CredentialExpiredError | IntegrityError):
        return False
    if not isinstance(error, StorageError):
        return False
    if error.code in _CANNOT or error.status == 501 or has_no_reason(error):
        return True
    if error.code == "ContainerNotFound":
        return False
    return isinstance(error, NotAuthorizedError | NotFoundError)


def has_no_reason(error: QuaysideError) -> bool:
    """Whether it is the failure of a service that stumbled over the request: 500, and no code.
    The emulator says so to every copy in one request that is signed by a SAS."""
    return isinstance(error, ServiceError) and error.status == 500 and not error.code


class Stumbles:
    """Hears of the failures of one copy by the service. It is tried again as after any failure,
    but where `FEW` of them have no reason, no more."""

    def __init__(self) -> None:
        self._count = 0

    def heard(self, error: QuaysideError) -> None:
        if has_no_reason(error):
            self._count += 1
            if self._count >= FEW:
                error.retry = Retry.NEVER


def is_not_known(error: QuaysideError) -> bool:
    """Whether the service lacks the operation itself, and another one may do."""
    return isinstance(error, StorageError) and (
        error.status == 501 or error.code in ("APINotImplemented", "NotImplemented")
    )


def lacks_tier(error: QuaysideError) -> bool:
    return isinstance(error, StorageError) and error.code in _NO_TIER


def digest_of_range(etag: str, piece: Range) -> bytes:
    """What stands in a block's id for a range of one version of the source: the bytes are
    never seen here, and its ETag and place say as much about them."""
    text = f"{etag} {piece.offset} {piece.length}"
    return hashlib.sha256(text.encode()).digest()[:DIGEST_BYTES]


def copy_name(name: str, is_taken: Callable[[str], bool]) -> str:
    """`a.txt` as `a (copy).txt`, then `a (copy) (2).txt`; a folder keeps its slash."""
    folder, slash = (name[:-1], "/") if name.endswith("/") else (name, "")
    if slash:
        first = f"{folder} (copy)"
    else:
        plain = numbered(folder, 2)
        first = "(copy)".join(plain.rsplit("(2)", 1))
    number, found = 1, first
    while is_taken(found + slash):
        number += 1
        found = f"{first} ({number})" if slash else numbered(first, number)
    return found + slash


def notes(*parts: str) -> str:
    """Sentences, one after the other."""
    return " ".join(part for part in parts if part)
