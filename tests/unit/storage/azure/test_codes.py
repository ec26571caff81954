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


def test_every_meaning_completes_a_sentence() -> None:
    for code, meaning in MEANINGS.items():
        assert meaning.says, code
        assert not meaning.says.endswith("."), code
        assert not meaning.cure or meaning.cure.endswith("."), code
