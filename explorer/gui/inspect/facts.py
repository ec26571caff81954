"""What the Properties page says, in sections: words for people, and the exact in a tool tip.

Pure but for the zone of this machine.
"""

from __future__ import annotations

import base64
from collections.abc import Iterable
from datetime import UTC, datetime

from explorer.base.records import dataclass
from explorer.base.shown import shown
from explorer.base.units import format_bytes, format_exact_bytes
from explorer.gui.browse.cells import local_time
from explorer.gui.browse.words import path_text
from explorer.gui.inspect.selection import Selection
from explorer.service.folders import FOLDER_MARK
from explorer.service.model import Location
from explorer.storage.history import BlobState, DeletedContainer
from explorer.storage.model import BlobProperties, BlobType, Container

_BLOB_TYPES = {
    BlobType.BLOCK: "Block blob",
    BlobType.PAGE: "Page blob",
    BlobType.APPEND: "Append blob",
}


@dataclass(frozen=True, slots=True)
class Fact:
    """One line. `exact` is what stands behind words that are rounded or local."""

    label: str
    value: str
    exact: str = ""


@dataclass(frozen=True, slots=True)
class Section:
    """Facts under a headline."""

    title: str
    facts: tuple[Fact, ...]


def section(title: str, facts: Iterable[Fact]) -> Section:
    """Without facts that have no value."""
    return Section(title, tuple(fact for fact in facts if fact.value))


def size_fact(size_bytes: int) -> Fact:
    exact = format_exact_bytes(size_bytes)
    return Fact("Size", format_bytes(size_bytes), exact)


def time_fact(label: str, moment_s: int) -> Fact:
    """A moment by this machine's clock; in UTC behind it."""
    if moment_s <= 0:
        return Fact(label, "")
    exact = datetime.fromtimestamp(moment_s, UTC).strftime("%Y-%m-%d %H:%M:%S UTC")
    return Fact(label, local_time(moment_s), exact)


def blob_sections(found: BlobProperties, location: Location) -> tuple[Section, ...]:
    """All that a HEAD told."""
    headers = found.headers
    md5 = headers.content_md5
    path = f"{path_text(Location(location.connection_id, found.ref.container))}{found.ref.name}"
    lease = " ".join(filter(None, (found.lease_state, found.lease_status)))
    return (
        section(
            "Blob",
            (
                Fact("Path", shown(path)),
                size_fact(found.size_bytes),
                Fact("Blob type", _BLOB_TYPES[found.blob_type]),
                time_fact("Last modified", found.last_modified_s),
                time_fact("Created", found.created_s),
                Fact("Tier", headers.tier),
                Fact("Coming back", found.archive_status.replace("-", " ")),
                Fact("ETag", shown(found.etag)),
                Fact("Version", shown(found.version_id)),
                Fact("Snapshot", shown(found.ref.snapshot)),
                Fact("Current version", "" if found.is_current_version else "no"),
                Fact("Directory", "yes" if found.is_directory else ""),
                *_owner_facts(found),
            ),
        ),
        section(
            "Content",
            (
                Fact("Content type", shown(headers.content_type)),
                Fact("Encoding", shown(headers.content_encoding)),
                Fact("Language", shown(headers.content_language)),
                Fact("Disposition", shown(headers.content_disposition)),
                Fact("Cache control", shown(headers.cache_control)),
                Fact("MD5", md5.hex() if md5 else ""),
                Fact("MD5, base64", base64.b64encode(md5).decode() if md5 else ""),
            ),
        ),
        section(
            "State",
            (
                Fact("Lease", lease),
                Fact("Copy", shown(found.copy_status)),
                Fact("Copied", _copied(found.copy_progress), shown(found.copy_progress)),
                Fact("Copied from", shown(found.copy_source)),
                Fact("Encrypted", "yes, by the service" if found.is_server_encrypted else ""),
                Fact("Tags", f"{found.tag_count:,}" if found.tag_count else ""),
            ),
        ),
        _metadata(headers.metadata.items()),
    )


def _copied(progress: str) -> str:
    """`512/1024` in units for people."""
    done, slash, whole = progress.partition("/")
    if not (slash and done.isdecimal() and whole.isdecimal()):
        return shown(progress)
    return f"{format_bytes(int(done))} of {format_bytes(int(whole))}"


def _metadata(pairs: Iterable[tuple[str, str]]) -> Section:
    return section("Metadata", (Fact(shown(name), shown(value)) for name, value in pairs))


def container_sections(found: Container) -> tuple[Section, ...]:
    """What the service tells about a container."""
    access = {"": "private", "blob": "blobs are public", "container": "public, list included"}
    return (
        section(
            "Container",
            (
                Fact("Name", shown(found.name)),
                time_fact("Last modified", found.last_modified_s),
                Fact("ETag", shown(found.etag)),
                Fact("Public access", access.get(found.public_access, shown(found.public_access))),
                Fact("Lease", shown(found.lease_state)),
            ),
        ),
        _metadata(found.metadata.items()),
    )


def deleted_sections(state: BlobState, location: Location) -> tuple[Section, ...]:
    """A blob as it was before it was deleted, and for how long it can come back."""
    blob = state.blob
    path = f"{path_text(Location(location.connection_id, location.container))}{blob.name}"
    return (
        section(
            "Blob, deleted",
            (
                Fact("Path", shown(path)),
                *_deleted_facts(state.deleted_s, state.remaining_days, state.is_deleted),
                size_fact(blob.size_bytes),
                Fact("Blob type", _BLOB_TYPES[blob.blob_type]),
                time_fact("Last modified", blob.last_modified_s),
                time_fact("Created", blob.created_s),
                Fact("Tier", shown(blob.tier)),
                Fact("Content type", shown(blob.content_type)),
                Fact("MD5", blob.content_md5.hex() if blob.content_md5 else ""),
                Fact("ETag", shown(blob.etag)),
                Fact("Version", shown(state.version_id)),
            ),
        ),
        _metadata((blob.metadata or {}).items()),
    )


def deleted_container_sections(gone: DeletedContainer) -> tuple[Section, ...]:
    """A container as it was before it was deleted, and for how long it can come back."""
    found, *others = container_sections(gone.container)
    when = _deleted_facts(gone.deleted_s, gone.remaining_days, True)
    facts = found.facts[0], *when, *found.facts[1:]
    return (section("Container, deleted", facts), *others)


def _deleted_facts(deleted_s: int, days_left: int, has_end: bool) -> tuple[Fact, ...]:
    left = f"{days_left:,} {'day' if days_left == 1 else 'days'}" if has_end else "as a version"
    return time_fact("Deleted", deleted_s), Fact("Kept for" if has_end else "Kept", left)


def directory_sections(found: BlobProperties, location: Location) -> tuple[Section, ...]:
    """A real directory: it has times, an owner and metadata of its own."""
    return (
        section(
            "Directory",
            (
                Fact("Path", shown(path_text(location))),
                time_fact("Last modified", found.last_modified_s),
                time_fact("Created", found.created_s),
                Fact("ETag", shown(found.etag)),
                *_owner_facts(found),
                Fact("Lease", " ".join(filter(None, (found.lease_state, found.lease_status)))),
            ),
        ),
        _metadata(
            (key, value)
            for key, value in found.headers.metadata.items()
            if key.lower() not in FOLDER_MARK
        ),
    )


def _owner_facts(found: BlobProperties) -> tuple[Fact, ...]:
    """Of files and directories where they are real."""
    return (
        Fact("Owner", shown(found.owner)),
        Fact("Group", shown(found.group)),
        Fact("Permissions", shown(found.permissions)),
    )


def place_sections(location: Location, kind: str) -> tuple[Section, ...]:
    """A folder, which has no properties but its path."""
    return (section(kind, (Fact("Path", shown(path_text(location))),)),)


def many_sections(selection: Selection) -> tuple[Section, ...]:
    """How many, and how much."""
    facts = [
        Fact("Blobs", f"{selection.blobs:,}" if selection.blobs else ""),
        Fact("Folders", f"{selection.folders:,}" if selection.folders else ""),
    ]
    if selection.blobs:
        exact = format_exact_bytes(selection.size_bytes)
        facts.append(Fact("Size of blobs", format_bytes(selection.size_bytes), exact))
    return (section("Selected", facts),)


def as_text(sections: Iterable[Section]) -> str:
    """All of it for the clipboard, exact where it is known."""
    return "\n".join(
        f"{fact.label}: {fact.exact or fact.value}" for part in sections for fact in part.facts
    )
