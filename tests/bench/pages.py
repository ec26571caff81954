"""What the fast server answers with: its listings as the service writes them, and its names."""

from __future__ import annotations

import base64
from email.utils import formatdate
from pathlib import Path
from xml.sax.saxutils import escape

from tests.bench.data import MTIME_S, Data
from tests.bench.works import SMALL_BYTES

PAGE = 5000
MODIFIED = formatdate(MTIME_S, usegmt=True)
_HEAD = '<?xml version="1.0" encoding="utf-8"?><EnumerationResults ContainerName="{0}"><Blobs>'


def write_pages(root: Path, data: Data) -> None:
    """`root/pages/N.xml`, the long listing, and `root/blobs.lua`, what `data` holds."""
    pages = root / "pages"
    pages.mkdir(parents=True, exist_ok=True)
    names = data.sizes.list_names
    for number, start in enumerate(range(0, len(names), PAGE)):
        body = "".join(_entry(name, 1, b"\0" * 16) for name in names[start : start + PAGE])
        more = str(number + 1) if start + PAGE < len(names) else ""
        marker = f"<NextMarker>{more}</NextMarker>" if more else "<NextMarker />"
        text = f"{_HEAD.format('lst')}{body}</Blobs>{marker}</EnumerationResults>"
        (pages / f"{number}.xml").write_text(text)
    known = [("big.bin", data.sizes.big_bytes, b"")]
    known += [(f"small/{name}", SMALL_BYTES, data.md5[name]) for name in data.sizes.small_names]
    lines = [f'return {{ modified = "{MODIFIED}", head = [[{_HEAD.format("data")}]], blobs = {{']
    lines += [f'{{ "{name}", [[{_entry(name, size, md5)}]] }},' for name, size, md5 in known]
    lines.append("}, md5 = {")
    lines += [f'["{name}"] = "{_base64(md5)}",' for name, _, md5 in known]
    lines.append("} }")
    (root / "blobs.lua").write_text("\n".join(lines))


def _entry(name: str, size: int, md5: bytes) -> str:
    """One blob as List Blobs shows it. The ETag is the one nginx gives a file of that size."""
    checksum = f"<Content-MD5>{_base64(md5)}</Content-MD5>" if md5 else "<Content-MD5 />"
    return (
        f"<Blob><Name>{escape(name)}</Name><Properties><Creation-Time>{MODIFIED}</Creation-Time>"
        f"<Last-Modified>{MODIFIED}</Last-Modified><Etag>{MTIME_S:x}-{size:x}</Etag>"
        f"<Content-Length>{size}</Content-Length>"
        "<Content-Type>application/octet-stream</Content-Type><Content-Encoding />"
        f"<Content-Language /><Content-CRC64 />{checksum}<Cache-Control /><Content-Disposition />"
        "<BlobType>BlockBlob</BlobType><AccessTier>Hot</AccessTier>"
        "<AccessTierInferred>true</AccessTierInferred><LeaseStatus>unlocked</LeaseStatus>"
        "<LeaseState>available</LeaseState><ServerEncrypted>true</ServerEncrypted></Properties>"
        "<OrMetadata /></Blob>"
    )


def _base64(data: bytes) -> str:
    return base64.b64encode(data).decode()
