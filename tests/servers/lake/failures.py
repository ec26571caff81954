"""What the service says no with: codes, their status and words, in JSON for dfs and XML for blob.

Source: the error tables of the Data Lake Storage Gen2 REST pages (Path, Filesystem) and of
'Blob service error codes'.
"""

from __future__ import annotations

import json
from xml.sax.saxutils import escape

from tests.servers.lake.messages import Reply

_CODES: dict[str, tuple[int, str]] = {
    "AuthenticationFailed": (
        403,
        "Server failed to authenticate the request. Make sure the value of Authorization header "
        "is formed correctly including the signature.",
    ),
    "AuthorizationFailure": (403, "This request is not authorized to perform this operation."),
    "AuthorizationPermissionMismatch": (
        403,
        "This request is not authorized to perform this operation using this permission.",
    ),
    "AuthorizationProtocolMismatch": (
        403,
        "This request is not authorized to perform this operation using this protocol.",
    ),
    "AuthorizationResourceTypeMismatch": (
        403,
        "This request is not authorized to perform this operation using this resource type.",
    ),
    "AuthorizationServiceMismatch": (
        403,
        "This request is not authorized to perform this operation using this service.",
    ),
    "AuthorizationSourceIPMismatch": (
        403,
        "This request is not authorized to perform this operation using this source IP.",
    ),
    "BlobNotFound": (404, "The specified blob does not exist."),
    "CannotVerifyCopySource": (404, "The source of the copy cannot be read."),
    "ConditionNotMet": (
        412,
        "The condition specified using HTTP conditional header(s) is not met.",
    ),
    "ContainerNotFound": (404, "The specified container does not exist."),
    "ContentLengthMustBeZero": (400, "The Content-Length request header must be zero."),
    "DirectoryIsNotEmpty": (409, "This operation is not permitted on a non-empty directory."),
    "DirectoryNotEmpty": (
        409,
        "The recursive query parameter value must be true to delete a non-empty directory.",
    ),
    "FeatureNotYetSupportedForHierarchicalNamespaceAccounts": (
        409,
        "Hierarchical namespace accounts do not support this feature.",
    ),
    "FilesystemAlreadyExists": (409, "The specified filesystem already exists."),
    "FilesystemNotFound": (404, "The specified filesystem does not exist."),
    "InternalError": (
        500,
        "The server encountered an internal error. Please retry the request.",
    ),
    "InvaldAccessControlList": (400, "The access control list value is invalid."),
    "InvalidAuthenticationInfo": (
        401,
        "Authentication information is not given in the correct format.",
    ),
    "InvalidFlushOperation": (
        409,
        "The resource was created or modified by the Blob Service API and cannot be written to "
        "by the Data Lake Storage Service API.",
    ),
    "InvalidFlushPosition": (
        400,
        "The uploaded data is not contiguous or the position query parameter value is not equal "
        "to the length of the file after appending the uploaded data.",
    ),
    "InvalidHeaderValue": (
        400,
        "The value for one of the HTTP headers is not in the correct format.",
    ),
    "InvalidInput": (400, "One of the request inputs is not valid."),
    "InvalidQueryParameterValue": (
        400,
        "Value for one of the query parameters specified in the request URI is invalid.",
    ),
    "InvalidRange": (416, "The range specified is invalid for the current size of the resource."),
    "InvalidRenameSourcePath": (
        409,
        "The source directory cannot be the same as the destination directory, nor can the "
        "destination be a subdirectory of the source directory.",
    ),
    "InvalidResourceName": (400, "The specified resource name contains invalid characters."),
    "InvalidSourceOrDestinationResourceType": (
        409,
        "The source and destination resource type must be identical.",
    ),
    "InvalidSourceUri": (400, "The source URI is invalid."),
    "InvalidUri": (400, "The request URI is invalid."),
    "LeaseIdMismatch": (
        412,
        "The lease ID specified did not match the lease ID for the resource.",
    ),
    "LeaseIdMissing": (
        412,
        "There is currently a lease on the resource and no lease ID was specified.",
    ),
    "Md5Mismatch": (
        400,
        "The MD5 value specified in the request did not match the MD5 value calculated by the "
        "server.",
    ),
    "MissingRequiredHeader": (
        400,
        "An HTTP header that's mandatory for this request is not specified.",
    ),
    "MissingRequiredQueryParameter": (
        400,
        "A query parameter that's mandatory for this request is not specified.",
    ),
    "NoAuthenticationInformation": (
        401,
        "Server failed to authenticate the request. Please refer to the information in the "
        "www-authenticate header.",
    ),
    "OperationNotSupportedOnDirectory": (
        409,
        "The requested operation is not supported on a directory.",
    ),
    "OutOfRangeQueryParameterValue": (
        400,
        "One of the query parameters specified in the request URI is outside the permissible "
        "range.",
    ),
    "PathAlreadyExists": (409, "The specified path already exists."),
    "PathConflict": (
        409,
        "The specified path, or an element of the path, exists and its resource type is invalid "
        "for this operation.",
    ),
    "PathNotFound": (404, "The specified path does not exist."),
    "RenameDestinationParentPathNotFound": (
        404,
        "The parent directory of the destination path does not exist.",
    ),
    "ResourceNotFound": (404, "The specified resource does not exist."),
    "ResourceTypeMismatch": (
        409,
        "The resource type specified in the request does not match the type of the resource.",
    ),
    "SourceConditionNotMet": (
        412,
        "The source condition specified using HTTP conditional header(s) is not met.",
    ),
    "SourcePathNotFound": (404, "The source path for a rename operation does not exist."),
    "UnsupportedHeader": (
        400,
        "One of the headers specified in the request is not supported.",
    ),
    "UnsupportedHttpVerb": (405, "The resource doesn't support the specified HTTP verb."),
}

_ON_BLOB = {"PathNotFound": "BlobNotFound", "FilesystemNotFound": "ContainerNotFound"}


class RefusedError(Exception):
    """The service refuses; `code` is one of its error codes. `status` overrides the usual."""

    def __init__(self, code: str, detail: str = "", *, status: int = 0, **extra: str) -> None:
        known, words = _CODES.get(code, (400, "The request was refused."))
        self.code = code
        self.status = status or known
        self.message = f"{words} {detail}".strip()
        self.extra = extra
        super().__init__(f"{self.status} {code}: {detail}")


def failure_reply(refused: RefusedError, *, is_dfs: bool, has_body: bool = True) -> Reply:
    """The refusal as the endpoint words it; without a body for HEAD and for 304."""
    code = refused.code if is_dfs else _ON_BLOB.get(refused.code, refused.code)
    headers = {"x-ms-error-code": code}
    if refused.status == 304 or not has_body:
        return Reply(refused.status, headers)
    message = refused.message
    if is_dfs:
        headers["Content-Type"] = "application/json;charset=utf-8"
        body = json.dumps({"error": {"code": code, "message": message}}).encode()
    else:
        headers["Content-Type"] = "application/xml"
        more = "".join(f"<{name}>{escape(text)}</{name}>" for name, text in refused.extra.items())
        body = (
            f'<?xml version="1.0" encoding="utf-8"?><Error><Code>{code}</Code>'
            f"<Message>{escape(message)}</Message>{more}</Error>"
        ).encode()
    return Reply(refused.status, headers, body)
