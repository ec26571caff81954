"""CRC64 against the check value of its catalogue entry (CRC-64/NVME)."""

from __future__ import annotations

from explorer.storage.crc64 import crc64_of


def test_the_check_value_goes_out_lowest_byte_first() -> None:
    assert crc64_of(b"123456789") == 0xAE8B14860A799888.to_bytes(8, "little")
    assert crc64_of(memoryview(bytearray(b"123456789"))) == crc64_of(b"123456789")
    assert crc64_of(b"") == bytes(8)
