"""Whether an account's directories are real, found out with at most two small requests.

Source: Microsoft's REST pages 'Get Account Information' (`x-ms-is-hns-enabled`) and
'Path - Get Properties' (getAccessControl). The host's name, `.dfs.` or `.blob.`, tells
nothing: every account has both.
"""

from __future__ import annotations

from explorer.base.errors import QuaysideError, StorageError
from explorer.storage.azure.client import dfs_rest
from explorer.storage.azure.errors import Attempt
from explorer.storage.azure.names import directory_path
from explorer.storage.azure.store import AzureBlobStore
from explorer.storage.connection_spec import ConnectionSpec
from explorer.storage.model import AccountInfo


def find_namespace(
    store: AzureBlobStore,
    spec: ConnectionSpec,
    *,
    container: str = "",
    account: AccountInfo | None = None,
) -> bool | None:
    """True for real directories, False for a flat namespace, None where nobody says.

    `container` is one that is known to be there, `account` what was asked already. Never
    raises for a refusal or a network that fails: then it is not known.
    """
    if spec.is_hierarchical_by_sas:
        return True
    if account is None:
        account = _account_info(store, spec.scope.container or container)
    if account.is_hierarchical is not None:
        return account.is_hierarchical
    container = container or spec.scope.container or spec.start.container
    return _asked_at_root(store, spec, container) if container else None


def _account_info(store: AzureBlobStore, container: str) -> AccountInfo:
    try:
        return store.account_info(container)
    except QuaysideError:
        return AccountInfo()


def _asked_at_root(store: AzureBlobStore, spec: ConnectionSpec, container: str) -> bool | None:
    """The root's access control: there is one, or the service does not know the question."""
    dfs = dfs_rest(spec, store.rest)
    if dfs is None:
        return None
    try:
        answer, _ = dfs.do(
            Attempt(dfs.place, "ask what kind of account it is", container),
            "HEAD",
            directory_path(container, ""),
            {"action": "getAccessControl"},
            good=(200,),
            may_resend=True,
        )
    except StorageError as error:
        return False if error.status == 400 else None
    except QuaysideError:
        return None
    # An emulator without dfs takes it for a question about the container.
    return True if "x-ms-owner" in answer.headers or "x-ms-acl" in answer.headers else None
