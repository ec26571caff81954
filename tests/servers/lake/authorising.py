"""Whether a request may do what it asks for: key and sign-in may do all, a SAS what it says."""

from __future__ import annotations

import hmac
import time
import xml.etree.ElementTree as ET
from email.utils import parsedate_to_datetime

from tests.servers.lake.blobs import source_target
from tests.servers.lake.delegation import claims_of
from tests.servers.lake.failures import RefusedError
from tests.servers.lake.messages import Request
from tests.servers.lake.operations import Op, Target
from tests.servers.lake.renaming import source_of
from tests.servers.lake.rights import Need, needs_of
from tests.servers.lake.sas import Grant, Policy, judged, sas_fields
from tests.servers.lake.sharedkey import signature, text_to_sign
from tests.servers.lake.store import Store

_SKEW_S = 15 * 60


class Gate:
    """Lets requests pass, or raises RefusedError."""

    def __init__(self, store: Store, account: str, key: bytes, *, is_secure: bool) -> None:
        self._is_secure = is_secure
        self._store = store
        self._account = account
        self._key = key

    async def admit(self, request: Request, target: Target) -> None:
        """Judge who asks and whether it may. Raises RefusedError."""
        given = request.header("authorization")
        fields = sas_fields(request.query)
        if given.startswith("Bearer "):
            claims_of(given, is_secure=self._is_secure)
        elif given:
            self._check_key(request, given)
        elif fields:
            await self._check_sas(request, target, fields)
        else:
            raise RefusedError("NoAuthenticationInformation")
        if target.op is Op.PATH_RENAME:
            await self._check_rename_source(request, by_key=bool(given))
        if "x-ms-copy-source" in request.headers:
            await self._check_copy_source(request, by_key=bool(given))

    def _check_key(self, request: Request, given: str) -> None:
        scheme, _, rest = given.partition(" ")
        name, _, signed = rest.partition(":")
        if scheme != "SharedKey" or not signed:
            raise RefusedError("InvalidAuthenticationInfo", scheme)
        try:
            when = parsedate_to_datetime(request.header("x-ms-date") or request.header("date"))
        except (TypeError, ValueError):
            raise RefusedError("AuthenticationFailed", "The date header is missing.") from None
        if abs(when.timestamp() - time.time()) > _SKEW_S:
            raise RefusedError("AuthenticationFailed", "The date header is too old.")
        text = text_to_sign(self._account, request)
        expected = signature(self._key, text)
        if name != self._account or not hmac.compare_digest(expected.encode(), signed.encode()):
            raise RefusedError("AuthenticationFailed", f"The string to sign was {text!r}")

    async def _check_sas(self, request: Request, target: Target, fields: dict[str, str]) -> None:
        path = _asked_path(request, target)
        grant = await self._grant(fields, target.filesystem, path)
        filesystem = self._store.filesystems.get(target.filesystem)
        node = filesystem.find(target.path) if filesystem is not None else None
        is_there = node is not None and not node.is_directory
        needs = needs_of(target.op, request, is_there=is_there)
        if not needs or (target.op is Op.ACCOUNT_INFO and grant.resource == "d"):
            raise RefusedError("AuthorizationFailure")
        for need in needs:
            _check(grant, need)

    async def _grant(self, fields: dict[str, str], filesystem: str, path: str) -> Grant:
        policy = await self._policy(filesystem, fields["si"]) if "si" in fields else None
        return judged(
            fields, self._account, self._key, filesystem, path, policy, is_secure=self._is_secure
        )

    async def _check_rename_source(self, request: Request, *, by_key: bool) -> None:
        filesystem, path, query = source_of(request)
        fields = sas_fields(query)
        if fields:
            _check(await self._grant(fields, filesystem, path), Need("md"))
        elif not by_key:
            raise RefusedError("AuthorizationFailure", "The source of the rename has no SAS.")

    async def _check_copy_source(self, request: Request, *, by_key: bool) -> None:
        found = source_target(request)
        if found is None:
            return
        filesystem, path, query = found
        fields = sas_fields(query)
        if fields:
            _check(await self._grant(fields, filesystem, path), Need("r"))
        elif not by_key:
            raise RefusedError("CannotVerifyCopySource", status=401)

    async def _policy(self, filesystem: str, name: str) -> Policy | None:
        query = {"restype": "container", "comp": "acl"}
        reply = await self._store.upstream.ask("GET", filesystem, query)
        if reply.status != 200:
            return None
        for item in ET.fromstring(reply.body).iter("SignedIdentifier"):
            if item.findtext("Id") == name:
                found = [item.findtext(f"AccessPolicy/{part}", "") for part in _POLICY_PARTS]
                return Policy(*found)
        return None


_POLICY_PARTS = ("Permission", "Start", "Expiry")


def _asked_path(request: Request, target: Target) -> str:
    """The path that a SAS must cover: a listing names its directory in the query."""
    if target.op is Op.PATH_LIST:
        return request.params.get("directory", "")
    if target.op is Op.LIST_BLOBS:
        # What follows the last slash is the beginning of a name, not a directory.
        return request.params.get("prefix", "").rpartition("/")[0]
    return target.path


def _check(grant: Grant, need: Need) -> None:
    if grant.resource:
        if not need.by_service:
            raise RefusedError("AuthorizationFailure")
    else:
        if "b" not in grant.services:
            raise RefusedError("AuthorizationServiceMismatch")
        if not set(need.kind) & set(grant.kinds):
            raise RefusedError("AuthorizationResourceTypeMismatch")
    if not set(need.letters) & set(grant.letters):
        raise RefusedError("AuthorizationPermissionMismatch")
