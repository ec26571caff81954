"""What each block is sent with."""

from __future__ import annotations

from explorer.transfer.block_upload import is_sealed


def test_only_tls_spares_a_block_its_own_md5() -> None:
    assert is_sealed("https://account.blob.core.windows.net")
    assert not is_sealed("http://127.0.0.1:10000/devstoreaccount1")
    assert not is_sealed("http://https:80/account")
