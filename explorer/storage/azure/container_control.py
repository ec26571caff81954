"""Containers made and set: metadata, public access, stored access policies.

Blocking; functions are safe from many threads. Sources: Microsoft's REST pages 'Create
Container', 'Set Container Metadata', 'Get Container ACL' and 'Set Container ACL'.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime

from explorer.base.errors import ConflictError, PreconditionFailedError, ServiceError
from explorer.storage.azure.errors import Attempt
from explorer.storage.azure.markup import MarkupError, Node, escaped, parse_markup
from explorer.storage.azure.names import container_path
from explorer.storage.azure.rest import Rest
from explorer.storage.control_model import (
    ContainerAccess,
    PublicAccess,
    StoredPolicy,
    check_policies,
)
from explorer.storage.labels import check_metadata
from explorer.storage.sas import SasKind
from explorer.storage.sas_wish import in_order

_CONTAINER = {"restype": "container"}


def create(
    rest: Rest,
    container: str,
    public: PublicAccess = PublicAccess.NOBODY,
    metadata: Mapping[str, str] | None = None,
) -> None:
    """Create Container. Raises AlreadyExistsError, and ConflictError where the account
    allows no public access."""
    check_metadata(metadata or {})
    rest.do(
        Attempt(rest.place, "create the container", container),
        "PUT",
        container_path(container),
        _CONTAINER,
        _public_header(public),
        good=(201,),
        metadata=metadata or {},
    )


def set_metadata(rest: Rest, container: str, metadata: Mapping[str, str]) -> None:
    """Set Container Metadata, replacing all of it."""
    check_metadata(metadata)
    rest.do(
        Attempt(rest.place, "change the metadata of the container", container),
        "PUT",
        container_path(container),
        {**_CONTAINER, "comp": "metadata"},
        good=(200,),
        metadata=metadata,
        may_resend=True,
    )


def access(rest: Rest, container: str) -> ContainerAccess:
    """Get Container ACL. Takes the account's key: no SAS reads policies."""
    return _access(rest, container)[0]


def _access(rest: Rest, container: str) -> tuple[ContainerAccess, str]:
    """The same, and when the container was last changed, as the service says it."""
    attempt = Attempt(rest.place, "read the access policies of the container", container)
    answer, body = rest.do(
        attempt,
        "GET",
        container_path(container),
        {**_CONTAINER, "comp": "acl"},
        good=(200,),
        may_resend=True,
    )
    told = answer.headers.get("x-ms-blob-public-access", "")
    try:
        public = PublicAccess(told)
        root = parse_markup(body, "SignedIdentifiers")
        policies = tuple(_policy(node) for node in root.all("SignedIdentifier"))
    except (MarkupError, ValueError):
        raise ServiceError(f"{attempt}: the answer cannot be read.") from None
    return ContainerAccess(public, policies), answer.headers.get("last-modified", "")


def replace_access(rest: Rest, container: str, seen: ContainerAccess, new: ContainerAccess) -> None:
    """Like `set_access`, where it is still as it was `seen`. Raises ConflictError.

    Set Container ACL knows no ETag, only `If-Unmodified-Since`, of whole seconds. Where it is
    `new` already, by a try whose answer got lost, it is done.
    """
    check_policies(new.policies)
    now, changed = _access(rest, container)
    if _is_same(now, new):
        return
    if now != seen:
        raise ConflictError(
            f"The access policies of '{container}' were changed meanwhile.",
            cure="Look at them as they are now, then change them again.",
        )
    try:
        set_access(rest, container, new, unchanged_since=changed)
    except PreconditionFailedError:
        if not _is_same(access(rest, container), new):
            raise


def _is_same(one: ContainerAccess, other: ContainerAccess) -> bool:
    """As the service is told of them. Pure."""
    return one.public is other.public and (
        policies_body(one.policies) == policies_body(other.policies)
    )


def set_access(
    rest: Rest, container: str, new: ContainerAccess, *, unchanged_since: str = ""
) -> None:
    """Set Container ACL, replacing access and all policies; new policies count within half
    a minute. Raises InputError beyond the limits, PreconditionFailedError where it was
    changed after `unchanged_since` (a `Last-Modified`)."""
    check_policies(new.policies)
    since = {"if-unmodified-since": unchanged_since} if unchanged_since else {}
    rest.do(
        Attempt(rest.place, "change the access policies of the container", container),
        "PUT",
        container_path(container),
        {**_CONTAINER, "comp": "acl"},
        {"content-type": "application/xml", **_public_header(new.public), **since},
        good=(200,),
        body=policies_body(new.policies),
        may_resend=True,
    )


def _public_header(public: PublicAccess) -> dict[str, str]:
    return {"x-ms-blob-public-access": public.value} if public.value else {}


def policies_body(policies: tuple[StoredPolicy, ...]) -> bytes:
    """The body of Set Container ACL. Pure."""
    lines = ['<?xml version="1.0" encoding="utf-8"?><SignedIdentifiers>']
    for policy in policies:
        fields = {
            "Start": _time_text(policy.starts),
            "Expiry": _time_text(policy.expires),
            "Permission": in_order(SasKind.CONTAINER, policy.permissions),
        }
        inner = "".join(f"<{name}>{text}</{name}>" for name, text in fields.items() if text)
        lines.append(
            f"<SignedIdentifier><Id>{escaped(policy.id)}</Id>"
            f"<AccessPolicy>{inner}</AccessPolicy></SignedIdentifier>"
        )
    lines.append("</SignedIdentifiers>")
    return "".join(lines).encode()


def _time_text(moment: datetime | None) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ") if moment is not None else ""


def _policy(node: Node) -> StoredPolicy:
    inner = node.child("AccessPolicy") or Node("AccessPolicy", {})
    return StoredPolicy(
        node.value("Id"),
        inner.value("Permission"),
        _moment(inner.value("Start")),
        _moment(inner.value("Expiry")),
    )


def _moment(text: str) -> datetime | None:
    """The service answers with seven digits below the second, which ISO parsing cuts."""
    if not text:
        return None
    moment = datetime.fromisoformat(text)
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
