"""Every code the service documents for blobs has a meaning of ours."""

from __future__ import annotations

import pytest
from azure.storage.blob import StorageErrorCode

from explorer.storage.azure.codes import MEANINGS

OTHER_SERVICES = (
    *("Message", "Queue", "PopReceipt", "Share", "FileShare", "TotalShares"),
    *("ContainerQuota", "ParentNotFound"),
)


@pytest.mark.parametrize("code", [code.value for code in StorageErrorCode])
def test_every_code_of_the_sdk_is_mapped(code: str) -> None:
    if not code.startswith(OTHER_SERVICES):
        assert code in MEANINGS


PATH_CODES = """
    AccountIsDisabled AuthorizationFailure AuthorizationPermissionMismatch ConditionNotMet
    ContentLengthMustBeZero DestinationPathIsBeingDeleted DirectoryIsNotEmpty DirectoryNotEmpty
    FeatureNotYetSupportedForHierarchicalNamespaceAccounts FilesystemAlreadyExists
    FilesystemBeingDeleted FilesystemNotFound InsufficientAccountPermissions InternalError
    InvalidAuthenticationInfo InvalidDestinationPath InvalidFlushOperation InvalidFlushPosition
    InvalidHeaderValue InvalidHttpVerb InvalidInput InvalidMd5 InvalidPropertyName
    InvalidQueryParameterValue InvalidRange InvalidRenameSourcePath InvalidResourceName
    InvalidSourceOrDestinationResourceType InvalidSourceUri InvalidUri LeaseAlreadyPresent
    LeaseIdMismatch LeaseIdMismatchWithLeaseOperation LeaseIdMissing LeaseIsAlreadyBroken
    LeaseIsBreakingAndCannotBeAcquired LeaseIsBreakingAndCannotBeChanged
    LeaseIsBrokenAndCannotBeRenewed LeaseLost LeaseNameMismatch
    LeaseNotPresentWithLeaseOperation Md5Mismatch MissingRequiredHeader
    MissingRequiredQueryParameter MultipleConditionHeadersNotSupported
    OperationNotSupportedOnDirectory OperationTimedOut OutOfRangeInput
    OutOfRangeQueryParameterValue PathAlreadyExists PathConflict PathNotFound
    RenameDestinationParentPathNotFound RequestBodyTooLarge ResourceNotFound
    ResourceTypeMismatch ServerBusy SourceConditionNotMet SourcePathIsBeingDeleted
    SourcePathNotFound UnsupportedHeader UnsupportedHttpVerb UnsupportedQueryParameter
    UnsupportedRestVersion
"""


@pytest.mark.parametrize("code", PATH_CODES.split())
def test_every_code_of_data_lake_gen2_is_mapped(code: str) -> None:
    assert code in MEANINGS


def test_every_meaning_completes_a_sentence() -> None:
    for code, meaning in MEANINGS.items():
        assert meaning.says, code
        assert not meaning.says.endswith("."), code
        assert not meaning.cure or meaning.cure.endswith("."), code
