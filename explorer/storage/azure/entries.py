"""What one entry of a listing means: the service's fields as our Blob.

Pure. Both readers of listings end here, so they cannot disagree.
"""

from __future__ import annotations

import binascii
from collections.abc import Mapping, Sequence
from typing import Final

from explorer.base.known import Known
from explorer.storage.azure.dates import seconds_of
from explorer.storage.model import Blob, BlobType, Columns

FIELDS = (
    "Name",
    "Content-Length",
    "Last-Modified",
    "Etag",
    "Content-Type",
    "Content-MD5",
    "BlobType",
    "AccessTier",
    "LeaseState",
    "Creation-Time",
    "ArchiveStatus",
    "ResourceType",
)
"""Elements that are read, in the order `blob_of` takes them. Names are decoded before."""

BLOB_TYPES = {kind.value: kind for kind in BlobType}
_as_blob = tuple.__new__
"""Makes the tuple itself: half the cost of calling Blob."""
_type_of: Final = Known[str, BlobType](
    lambda text: BLOB_TYPES.get(text, BlobType.BLOCK)
).__getitem__
_one_of: Final = Known[str, str](str).__getitem__
"""For values that many blobs share: one string for all of them."""
_LESS_THAN_NOTHING = "a size is less than nothing"
_FOLDER_MARKS = frozenset({"hdi_isfolder", "is_directory"})


def blob_of(fields: Sequence[str], metadata: Mapping[str, str] | None) -> Blob:
    """One row from the values of FIELDS. Raises ValueError where a size is none."""
    (
        name,
        size,
        modified,
        etag,
        content_type,
        md5,
        blob_type,
        tier,
        lease_state,
        created,
        archive_status,
        resource_type,
    ) = fields
    size_bytes = int(size) if size else 0
    if size_bytes < 0:
        raise ValueError(_LESS_THAN_NOTHING)
    if etag and etag[0] not in '"W':
        etag = f'"{etag}"'
    return _as_blob(
        Blob,
        (
            name,
            size_bytes,
            seconds_of(modified),
            etag,
            content_type,
            md5_of(md5) if md5 else None,
            _type_of(blob_type),
            tier,
            lease_state,
            seconds_of(created),
            metadata,
            _is_directory(name, size_bytes, metadata, resource_type),
            archive_status,
        ),
    )


def columns_of_fields(
    columns: Sequence[Sequence[str]], metadata: Sequence[Mapping[str, str] | None]
) -> Columns:
    """`blob_of` for many, at a third of the cost: all values of one field, then all of the
    next, in the order of FIELDS. Raises ValueError as it does."""
    (
        names,
        sizes,
        modified,
        etags,
        content_types,
        md5s,
        blob_types,
        tiers,
        lease_states,
        created,
        archive_statuses,
        resource_types,
    ) = columns
    sizes_bytes = [*map(int, sizes if all(sizes) else [size or "0" for size in sizes])]
    if min(sizes_bytes, default=0) < 0:
        raise ValueError(_LESS_THAN_NOTHING)
    are_directories = [False] * len(names)
    if not all(sizes_bytes) or "directory" in resource_types:
        are_directories = [*map(_is_directory, names, sizes_bytes, metadata, resource_types)]
    return (
        names,
        sizes_bytes,
        [*map(seconds_of, modified)],
        [etag if etag[:1] in '"W' else f'"{etag}"' for etag in etags],
        [*map(_one_of, content_types)],
        _md5s_of(md5s),
        [*map(_type_of, blob_types)],
        [*map(_one_of, tiers)],
        [*map(_one_of, lease_states)],
        [*map(seconds_of, created)],
        metadata,
        are_directories,
        archive_statuses,
    )


def quoted_etag(etag: str) -> str:
    """Listings leave the quotes out that headers have; conditions need them."""
    return f'"{etag}"' if etag and etag[0] not in '"W' else etag


def md5_of(text: str) -> bytes | None:
    """16 bytes of base64, None where there is none or it is no MD5."""
    if not text:
        return None
    try:
        value = binascii.a2b_base64(text)
    except ValueError:  # binascii.Error among them
        return None
    return value if len(value) == 16 else None


def _md5s_of(texts: Sequence[str]) -> Sequence[bytes | None]:
    if not any(texts):
        return [None] * len(texts)
    try:
        values = [*map(binascii.a2b_base64, texts)]
    except ValueError:
        values = []
    return values if {*map(len, values)} == {16} else [*map(md5_of, texts)]


def _is_directory(
    name: str, size_bytes: int, metadata: Mapping[str, str] | None, resource_type: str
) -> bool:
    return resource_type == "directory" or (
        not size_bytes and (name.endswith("/") or is_folder_mark(metadata))
    )


def is_folder_mark(metadata: Mapping[str, str] | None) -> bool:
    """Whether metadata says that a blob stands for a folder, in any letter case."""
    if not metadata:
        return False
    return any(
        name.lower() in _FOLDER_MARKS and value.lower() == "true"
        for name, value in metadata.items()
    )
