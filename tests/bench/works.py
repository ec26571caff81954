"""What is measured, how large it is, and what is asked of us beside the others."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

SMALL_BYTES = 64 * 1024
FOLDERS, SUBFOLDERS = 20, 10


class Op(Enum):
    """One piece of work; the value is its name on the command line."""

    UPLOAD = "upload"
    UPLOAD_MD5 = "upload-md5"
    DOWNLOAD = "download"
    UPLOAD_MANY = "upload-many"
    DOWNLOAD_MANY = "download-many"
    DOWNLOAD_MANY_MD5 = "download-many-md5"
    LIST = "list"
    DELETE_MANY = "delete-many"

    @property
    def is_upload(self) -> bool:
        return self in (Op.UPLOAD, Op.UPLOAD_MD5, Op.UPLOAD_MANY)

    @property
    def is_download(self) -> bool:
        return self in (Op.DOWNLOAD, Op.DOWNLOAD_MANY, Op.DOWNLOAD_MANY_MD5)

    @property
    def is_many(self) -> bool:
        return self in (
            Op.UPLOAD_MANY,
            Op.DOWNLOAD_MANY,
            Op.DOWNLOAD_MANY_MD5,
            Op.DELETE_MANY,
        )


@dataclass(frozen=True, slots=True)
class Sizes:
    """How much of everything."""

    big_bytes: int
    small_count: int
    list_count: int

    @property
    def small_names(self) -> list[str]:
        """Paths below a folder, in order: nested, some ten files in each folder."""
        names = (
            f"part-{i % FOLDERS:02d}/run-{i // FOLDERS % SUBFOLDERS}/sample-{i:05d}.bin"
            for i in range(self.small_count)
        )
        return sorted(names)

    @property
    def list_names(self) -> list[str]:
        """Blob names, in order, in fifty folders."""
        each = -(-self.list_count // 50)
        return [f"shard-{i // each:02d}/frame-{i:06d}.npy" for i in range(self.list_count)]

    def title(self, op: Op) -> str:
        """How the table calls it."""
        big = _bytes_text(self.big_bytes)
        small = f"{self.small_count:,} x {_bytes_text(SMALL_BYTES)}"
        return {
            Op.UPLOAD: f"upload {big}, no MD5",
            Op.UPLOAD_MD5: f"upload {big}, MD5 stored",
            Op.DOWNLOAD: f"download {big} to a file",
            Op.UPLOAD_MANY: f"upload {small}, no MD5",
            Op.DOWNLOAD_MANY: f"download {small}, no MD5",
            Op.DOWNLOAD_MANY_MD5: f"download {small}, checked",
            Op.LIST: f"list {self.list_count:,}, every column",
            Op.DELETE_MANY: f"delete {self.small_count:,}",
        }[op]


FULL = Sizes(big_bytes=1 << 30, small_count=2000, list_count=50_000)
QUICK = Sizes(big_bytes=128 << 20, small_count=300, list_count=10_000)


@dataclass(frozen=True, slots=True)
class Limit:
    """Our wall time over the best of `kinds` is at most `factor`."""

    factor: float
    kinds: tuple[str, ...]
    cpu_too: bool = False
    """Also less CPU than each of them."""


ALL = ("azcopy", "rclone", "obstore", "sdk")

MUST: dict[Op, Limit] = {
    Op.UPLOAD: Limit(0.6, ("azcopy", "rclone"), cpu_too=True),
    Op.UPLOAD_MD5: Limit(0.7, ("rclone",)),
    Op.DOWNLOAD: Limit(1.0, ("rclone",)),
    Op.UPLOAD_MANY: Limit(1.0, ("rclone",)),
    Op.DOWNLOAD_MANY: Limit(1.0, ("rclone",)),
    Op.DOWNLOAD_MANY_MD5: Limit(1.0, ("rclone",)),
    Op.LIST: Limit(1 / 3, ("rclone",)),
    Op.DELETE_MANY: Limit(1.0, ("rclone",)),
}

AIM: dict[Op, Limit] = {
    Op.UPLOAD: Limit(1.0, ("obstore",)),
    Op.UPLOAD_MD5: Limit(1.0, ("md5",)),
    Op.DOWNLOAD: Limit(1.0, ALL),
    Op.UPLOAD_MANY: Limit(1.0, ("obstore",)),
    Op.DOWNLOAD_MANY: Limit(1.0, ALL),
    Op.DOWNLOAD_MANY_MD5: Limit(1.0, ALL),
    Op.LIST: Limit(1.0, ("obstore",)),
    Op.DELETE_MANY: Limit(1.0, ("obstore",)),
}

MUST_PEAK_BYTES = 100 * 1000 * 1000
AIM_PEAK_BYTES = 70 * 1000 * 1000


def _bytes_text(size: int) -> str:
    for unit, name in ((1 << 30, "GiB"), (1 << 20, "MiB"), (1 << 10, "KiB")):
        if size >= unit and size % unit == 0:
            return f"{size // unit} {name}"
    return f"{size} bytes"
