"""Where a run works: an address, an account and what lies there. The account is made up."""

from __future__ import annotations

import base64
import hashlib
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

ACCOUNT = "benchaccount"
KEY = base64.b64encode(hashlib.sha512(b"made up, protects nothing").digest()).decode()


@dataclass(frozen=True, slots=True)
class Place:
    """`endpoint` ends with the account, without a slash; `ca_file` is None over http."""

    endpoint: str
    ca_file: Path | None = None

    @property
    def connection_string(self) -> str:
        scheme = self.endpoint.partition(":")[0]
        return (
            f"DefaultEndpointsProtocol={scheme};AccountName={ACCOUNT};AccountKey={KEY};"
            f"BlobEndpoint={self.endpoint};"
        )

    def sas(self) -> str:
        """For the peer that takes nothing else."""
        from azure.storage.blob import generate_account_sas

        token: str = generate_account_sas(
            ACCOUNT, KEY, "sco", "rwdlacuptf", datetime(2099, 1, 1, tzinfo=UTC)
        )
        return token
