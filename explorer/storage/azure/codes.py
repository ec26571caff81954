"""What each error code of the service means: our error, a sentence, a cure.

Source: Microsoft's REST pages 'Common REST API error codes', 'Blob service error
codes' and 'Data Lake Storage Gen2 error codes'. A test holds this table against
the list in the SDK.
"""

from __future__ import annotations

from typing import NamedTuple

from explorer.base.errors import (
    AlreadyExistsError,
    ConflictError,
    IntegrityError,
    NotAuthorizedError,
    NotFoundError,
    PreconditionFailedError,
    Retry,
    ServiceError,
    StorageError,
    ThrottledError,
)


class Meaning(NamedTuple):
    """`says` completes 'Could not ...: '. `retry` where it differs from the error's own."""

    error: type[StorageError] | type[IntegrityError]
    says: str
    cure: str = ""
    retry: Retry | None = None


_REPORT = "This looks like a fault of the program; the request id helps to find it."
_LEASE = "Break the lease, or wait until whoever holds it is done."
_AGAIN = "Look what is there now, and try again."
_WAIT = "Wait a little; it is tried again."


def _all(codes: str, meaning: Meaning) -> dict[str, Meaning]:
    return dict.fromkeys(codes.split(), meaning)


MEANINGS: dict[str, Meaning] = {
    # -- who may do what
    "AuthenticationFailed": Meaning(
        NotAuthorizedError, "the service did not accept the credential"
    ),
    "InvalidAuthenticationInfo": Meaning(
        NotAuthorizedError,
        "the credential is not in a form the service accepts",
        "Paste the connection string or SAS again, whole.",
    ),
    "NoAuthenticationInformation": Meaning(
        NotAuthorizedError,
        "it is not public",
        "Connect with an account key or a SAS.",
    ),
    "PublicAccessNotPermitted": Meaning(
        NotAuthorizedError,
        "the account does not allow public access",
        "Connect with an account key or a SAS.",
    ),
    "AuthorizationFailure": Meaning(
        NotAuthorizedError,
        "the credential or the account's network rules do not allow it",
        "Check what the SAS allows, and the firewall of the account.",
    ),
    "AuthorizationPermissionMismatch": Meaning(
        NotAuthorizedError,
        "the SAS does not have the permission for it (its sp lacks a letter)",
        "Ask for a SAS with the missing permission.",
    ),
    "AuthorizationResourceTypeMismatch": Meaning(
        NotAuthorizedError,
        "the SAS is for another kind of thing (its srt lacks service, container or object)",
        "Ask for a SAS whose resource types include it.",
    ),
    "AuthorizationServiceMismatch": Meaning(
        NotAuthorizedError,
        "the SAS is not for blob storage (its ss lacks b)",
        "Ask for a SAS whose services include Blob.",
    ),
    "AuthorizationProtocolMismatch": Meaning(
        NotAuthorizedError,
        "the SAS is for https only, and this address is http",
        "Use the https address of the account.",
    ),
    "AuthorizationSourceIPMismatch": Meaning(
        NotAuthorizedError,
        "the SAS is not valid from this computer's address",
        "Ask for a SAS without an address range, or work from the network it is for.",
    ),
    "InsufficientAccountPermissions": Meaning(
        NotAuthorizedError,
        "the account does not allow writing at the moment",
        "Ask the owner of the account.",
    ),
    "KeyBasedAuthenticationNotPermitted": Meaning(
        NotAuthorizedError,
        "the account does not allow access by key",
        "Ask for a user delegation SAS.",
    ),
    "AccountIsDisabled": Meaning(
        NotAuthorizedError, "the account is disabled", "Ask the owner of the account."
    ),
    "UnauthorizedBlobOverwrite": Meaning(
        NotAuthorizedError,
        "there is a blob of that name, and the SAS allows only new ones",
        "Choose another name, or ask for a SAS with write permission.",
    ),
    # -- what is not there
    "ResourceNotFound": Meaning(NotFoundError, "it does not exist"),
    "BlobNotFound": Meaning(NotFoundError, "there is no such blob", _AGAIN),
    "ContainerNotFound": Meaning(NotFoundError, "there is no such container", _AGAIN),
    "FilesystemNotFound": Meaning(NotFoundError, "there is no such container", _AGAIN),
    "PathNotFound": Meaning(NotFoundError, "there is no such path", _AGAIN),
    "SourcePathNotFound": Meaning(NotFoundError, "what was to be moved is not there", _AGAIN),
    "RenameDestinationParentPathNotFound": Meaning(
        NotFoundError, "the folder it should go to does not exist", "Make the folder first."
    ),
    "PreviousSnapshotNotFound": Meaning(NotFoundError, "the earlier snapshot is gone", _AGAIN),
    "CannotVerifyCopySource": Meaning(
        NotFoundError,
        "the source of the copy could not be read",
        "Check that the source exists and its SAS allows reading.",
    ),
    # -- what is there already
    "BlobAlreadyExists": Meaning(AlreadyExistsError, "there is a blob of that name"),
    "ContainerAlreadyExists": Meaning(AlreadyExistsError, "there is a container of that name"),
    "FilesystemAlreadyExists": Meaning(AlreadyExistsError, "there is a container of that name"),
    "PathAlreadyExists": Meaning(AlreadyExistsError, "there is something of that name"),
    "ResourceAlreadyExists": Meaning(AlreadyExistsError, "there is something of that name"),
    "AccountAlreadyExists": Meaning(AlreadyExistsError, "there is an account of that name"),
    # -- somebody else was faster
    **_all(
        "ConditionNotMet TargetConditionNotMet SourceConditionNotMet "
        "AppendPositionConditionNotMet MaxBlobSizeConditionNotMet SequenceNumberConditionNotMet",
        Meaning(PreconditionFailedError, "it was changed since it was looked at", _AGAIN),
    ),
    "BlobOverwritten": Meaning(
        PreconditionFailedError, "it was overwritten while it was being read", _AGAIN
    ),
    # -- leases
    "LeaseIdMissing": Meaning(ConflictError, "it is locked by a lease", _LEASE),
    **_all(
        "LeaseAlreadyPresent LeaseIdMismatchWithBlobOperation "
        "LeaseIdMismatchWithContainerOperation LeaseIdMismatchWithLeaseOperation "
        "LeaseIsBreakingAndCannotBeAcquired LeaseIsBreakingAndCannotBeChanged "
        "LeaseNameMismatch LeaseIdMismatch",
        Meaning(ConflictError, "somebody else holds the lease on it", _LEASE),
    ),
    **_all(
        "LeaseAlreadyBroken LeaseIsAlreadyBroken LeaseIsBrokenAndCannotBeRenewed LeaseLost "
        "LeaseNotPresentWithBlobOperation LeaseNotPresentWithContainerOperation "
        "LeaseNotPresentWithLeaseOperation InfiniteLeaseDurationRequired",
        Meaning(ConflictError, "the lease is no longer there", _AGAIN),
    ),
    # -- its state forbids it
    "BlobArchived": Meaning(
        ConflictError,
        "the blob is in the archive tier",
        "Change its tier to Hot or Cool first; that takes hours.",
    ),
    "BlobBeingRehydrated": Meaning(
        ConflictError, "the blob is on its way out of the archive", "Try again in some hours."
    ),
    "BlobNotArchived": Meaning(ConflictError, "the blob is not in the archive tier", _AGAIN),
    "BlobImmutableDueToPolicy": Meaning(
        ConflictError, "an immutability policy protects the blob", "Ask the owner of the account."
    ),
    "BlobImmutableDueToLegalHold": Meaning(
        ConflictError, "a legal hold protects the blob", "Ask the owner of the account."
    ),
    "SnapshotsPresent": Meaning(
        ConflictError, "the blob has snapshots", "Delete it together with its snapshots."
    ),
    "SnapshotCountExceeded": Meaning(
        ConflictError, "the blob has as many snapshots as it may have", "Delete old snapshots."
    ),
    "SnapshotOperationRateExceeded": Meaning(
        ThrottledError, "snapshots of it are made too quickly", _WAIT
    ),
    "ContainerBeingDeleted": Meaning(
        ConflictError, "a container of that name is just being deleted", _WAIT, Retry.SOON
    ),
    "FilesystemBeingDeleted": Meaning(
        ConflictError, "a container of that name is just being deleted", _WAIT, Retry.SOON
    ),
    **_all(
        "SourcePathIsBeingDeleted DestinationPathIsBeingDeleted DeletePending",
        Meaning(ConflictError, "it is just being deleted", _WAIT, Retry.SOON),
    ),
    "AccountBeingCreated": Meaning(
        ConflictError, "the account is just being made", _WAIT, Retry.SOON
    ),
    "ContainerDisabled": Meaning(
        ConflictError, "the container is disabled", "Ask the owner of the account."
    ),
    **_all(
        "DirectoryNotEmpty DirectoryIsNotEmpty",
        Meaning(ConflictError, "the folder is not empty", "Delete it together with what is in it."),
    ),
    **_all(
        "InvalidRenameSourcePath InvalidDestinationPath",
        Meaning(
            ConflictError, "a folder cannot go to itself or into itself", "Choose another place."
        ),
    ),
    **_all(
        "OperationNotSupportedOnDirectory FeatureNotYetSupportedForHierarchicalNamespaceAccounts "
        "BlobAccessTierNotSupportedOnDirectory",
        Meaning(ConflictError, "accounts with real folders, or folders there, do not allow it"),
    ),
    "InvalidFlushOperation": Meaning(
        ConflictError,
        "it was written as a blob and cannot be continued as a file",
        "Write it anew.",
    ),
    "InvalidFlushPosition": Meaning(
        PreconditionFailedError, "the service does not have all bytes of it", "It is sent again."
    ),
    "CannotDeleteFileOrDirectory": Meaning(ConflictError, "it is in use", _WAIT, Retry.SOON),
    "PathConflict": Meaning(
        ConflictError, "a file is where a folder should be, or the other way round"
    ),
    **_all(
        "PendingCopyOperation SystemInUse ClientCacheFlushDelay FileLockConflict SharingViolation",
        Meaning(ConflictError, "something else is being done with it", _WAIT, Retry.SOON),
    ),
    **_all(
        "NoPendingCopyOperation CopyIdMismatch",
        Meaning(ConflictError, "that copy is not running any more", _AGAIN),
    ),
    **_all(
        "InvalidBlobType ResourceTypeMismatch InvalidSourceOrDestinationResourceType "
        "InvalidSourceBlobType InvalidBlobTypeForOperation",
        Meaning(
            ConflictError,
            "there is a blob of another kind (block, page, append) or a folder of that name",
            "Delete it first, or choose another name.",
        ),
    ),
    **_all(
        "BlobAccessTierNotSupportedForAccountType InvalidBlobTier CannotChangeToLowerTier "
        "BlobTierInadequateForContentLength ContentLengthLargerThanTierLimit",
        Meaning(ConflictError, "this account or blob does not have that tier", "Choose another."),
    ),
    **_all(
        "InvalidOperation OperationNotAllowedOnIncrementalCopyBlob FeatureVersionMismatch "
        "IncrementalCopyBlobMismatch IncrementalCopyOfEarlierSnapshotNotAllowed "
        "IncrementalCopyOfEarlierVersionSnapshotNotAllowed IncrementalCopySourceMustBeSnapshot "
        "CopyAcrossAccountsNotSupported PreviousSnapshotCannotBeNewer "
        "PreviousSnapshotOperationNotSupported InvalidVersionForPageBlobOperation "
        "SequenceNumberIncrementTooLarge InvalidPageRange ReadOnlyAttribute "
        "HierarchicalNamespaceNotEnabled EndpointUnsupportedAccountFeatures",
        Meaning(ConflictError, "this account or blob does not support it"),
    ),
    # -- blocks
    "InvalidBlockList": Meaning(
        ConflictError,
        "some of its blocks are no longer there",
        "The upload starts again.",
        Retry.RESTART,
    ),
    **_all(
        "InvalidBlobOrBlock InvalidBlockId",
        Meaning(
            ConflictError,
            "another program left half an upload of that name, with block ids of another length",
            "Upload it once in one piece or under another name, or wait a week until it is gone.",
            Retry.RESTART,
        ),
    ),
    **_all(
        "BlockCountExceedsLimit BlockListTooLong",
        Meaning(
            ConflictError,
            "it has more blocks than a blob may have",
            "Choose larger blocks in Settings, Transfers.",
        ),
    ),
    "RequestBodyTooLarge": Meaning(
        ConflictError,
        "it is larger than one request may be",
        "Choose smaller blocks in Settings, Transfers.",
    ),
    # -- bytes
    **_all(
        "Md5Mismatch InvalidMd5 Crc64Mismatch",
        Meaning(IntegrityError, "the bytes arrived damaged", "They are sent again."),
    ),
    **_all(
        # What we write is well-formed when it leaves.
        "InvalidXmlDocument InvalidXmlNodeValue MissingRequiredXmlNode UnsupportedXmlNode",
        Meaning(IntegrityError, "the list arrived damaged", "It is sent again."),
    ),
    # -- busy, broken
    "ServerBusy": Meaning(ThrottledError, "the account is at its limit", _WAIT),
    "TooManyRequests": Meaning(ThrottledError, "the account is at its limit", _WAIT),
    "AccountRequestsThrottled": Meaning(ThrottledError, "the account is at its limit", _WAIT),
    "OperationTimedOut": Meaning(ServiceError, "the service took too long over it", _WAIT),
    "InternalError": Meaning(ServiceError, "the service had an internal error", _WAIT),
    "IncompleteBody": Meaning(ServiceError, "the service did not get all of it", _WAIT),
    # -- names and values a person chose
    **_all(
        "InvalidResourceName OutOfRangeInput InvalidInput InvalidUri RequestUrlFailedToParse "
        "InvalidFileOrDirectoryPathName",
        Meaning(
            StorageError,
            "the service does not accept that name or value",
            "A container has 3 to 63 small letters, digits and single hyphens; "
            "a blob's name up to 1,024 characters.",
        ),
    ),
    **_all(
        "EmptyMetadataKey InvalidMetadata MetadataTooLarge InvalidPropertyName",
        Meaning(
            StorageError,
            "the service does not accept that metadata",
            "Names are like variables in a program; all of it together has at most 8 KB.",
        ),
    ),
    **_all(
        # The first is how the service writes it.
        "InvaldAccessControlList InvalidAccessControlList",
        Meaning(
            StorageError,
            "the service does not accept that access control list",
            "It has one entry each for the owner, the owning group and others, and at most "
            "32 entries; entries that are inherited are for folders only.",
        ),
    ),
    **_all(
        "UnsupportedRestVersion InvalidHeaderValue UnsupportedHeader "
        "ConditionHeadersNotSupported MultipleConditionHeadersNotSupported",
        Meaning(
            StorageError,
            "the service does not know what was asked (perhaps it is older)",
            "Choose an older API version for this connection in Settings, Network.",
        ),
    ),
    "InvalidRange": Meaning(
        PreconditionFailedError, "it is shorter than it was when it was looked at", _AGAIN
    ),
    "InvalidMarker": Meaning(ServiceError, "the service lost its place in the listing", _AGAIN),
    # -- requests that only a fault of ours can cause
    **_all(
        "InvalidHttpVerb UnsupportedHttpVerb InvalidQueryParameterValue "
        "OutOfRangeQueryParameterValue UnsupportedQueryParameter MissingRequiredQueryParameter "
        "MissingRequiredHeader MissingContentLengthHeader ContentLengthMustBeZero "
        "InvalidSourceBlobUrl InvalidSourceUri",
        Meaning(StorageError, "the service does not understand the request", _REPORT),
    ),
}
