"""The CRC64 by which Azure Storage checks what arrives: the one of NVMe (reflected, polynomial
0xAD93D23594C93659, all ones before and after).

See "x-ms-content-crc64" on the REST page of Put Block. At memory's speed, where an MD5 is
limited to 0.7 GB/s.
"""

from __future__ import annotations

from typing import Final

CRC64_BYTES: Final = 8


def crc64_of(data: memoryview | bytes) -> bytes:
    """As it goes on the wire: 8 bytes, the lowest first. The interpreter is free meanwhile."""
    # Its import takes 40 ms and 7 MB: only who sends blocks pays for it.
    from awscrt import checksums  # type: ignore[import-untyped]

    value: int = checksums.crc64nvme(data)
    return value.to_bytes(CRC64_BYTES, "little")


def load() -> None:
    """Load what computes it. Nothing else of this process runs for those 40 ms, which a window
    spends while nobody looks and not in the first upload."""
    crc64_of(b"")
