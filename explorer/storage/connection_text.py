"""A connection as the connection string that other programs take. Pure; what it returns is secret.

Source: Microsoft's page 'Configure Azure Storage connection strings'.
"""

from __future__ import annotations

from urllib.parse import urlsplit

from explorer.base.errors import InputError
from explorer.storage.connection_spec import ConnectionSpec, SharedKey


def connection_text(spec: ConnectionSpec) -> str:
    """With its key or SAS. Raises InputError where it has neither."""
    credential, sas = spec.credential, spec.sas
    if isinstance(credential, SharedKey):
        parts = {
            "DefaultEndpointsProtocol": urlsplit(spec.blob_endpoint).scheme,
            "AccountName": credential.account,
            "AccountKey": credential.key,
            "BlobEndpoint": spec.blob_endpoint,
        }
    elif sas is not None:
        parts = {"BlobEndpoint": f"{spec.blob_endpoint}/", "SharedAccessSignature": sas.token}
    else:
        raise InputError(
            "This connection has no secret that a connection string would hold.",
            cure="Connect with a key or a SAS.",
        )
    return ";".join(f"{name}={value}" for name, value in parts.items())
