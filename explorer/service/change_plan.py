"""What a wish for other properties comes to, blob by blob: before, after, or why not.

Pure. A wish may be for one blob or for a million; what it leaves alone is None.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import field, replace

from explorer.base.errors import InputError, QuaysideError
from explorer.base.records import dataclass
from explorer.storage.access import Action
from explorer.storage.control_model import Rehydration, tier_named
from explorer.storage.labels import check_metadata, check_tags, merged
from explorer.storage.model import BlobHeaders, BlobProperties, BlobRef, BlobType

HEADERS = {
    "content_type": "content type",
    "content_encoding": "content encoding",
    "content_language": "content language",
    "content_disposition": "content disposition",
    "cache_control": "cache control",
}
"""Fields of `BlobHeaders` and of a wish, with their names for people."""

ARCHIVE = "Archive"


@dataclass(frozen=True, slots=True)
class PropertyWish:
    """What is to be changed. A header that is None stays, an empty one is taken away.

    `metadata` and `tags` are set beside what is there; `removed_*` are names to take away;
    `replaces_*` takes away everything that is not named. An empty `tier` stays. `priority`
    counts for what comes out of the archive.
    """

    content_type: str | None = None
    content_encoding: str | None = None
    content_language: str | None = None
    content_disposition: str | None = None
    cache_control: str | None = None
    metadata: Mapping[str, str] = field(default_factory=dict)
    removed_metadata: tuple[str, ...] = ()
    replaces_metadata: bool = False
    tags: Mapping[str, str] = field(default_factory=dict)
    removed_tags: tuple[str, ...] = ()
    replaces_tags: bool = False
    tier: str = ""
    priority: Rehydration = Rehydration.STANDARD

    @property
    def touches_headers(self) -> bool:
        return any(getattr(self, name) is not None for name in HEADERS)

    @property
    def touches_metadata(self) -> bool:
        return bool(self.metadata or self.removed_metadata or self.replaces_metadata)

    @property
    def touches_tags(self) -> bool:
        return bool(self.tags or self.removed_tags or self.replaces_tags)

    @property
    def actions(self) -> tuple[Action, ...]:
        """What the credential must allow for it."""
        writes = self.touches_headers or self.touches_metadata or self.tier
        return (*((Action.WRITE,) if writes else ()), *((Action.WRITE_TAGS,) * self.touches_tags))


def checked_wish(wish: PropertyWish) -> PropertyWish:
    """The wish with its tier as the service spells it.

    Raises InputError for what no blob could hold, and for a wish that changes nothing.
    """
    check_metadata(wish.metadata)
    check_tags(wish.tags)
    for name, title in HEADERS.items():
        value = getattr(wish, name)
        if value is not None and not (value.isascii() and (value.isprintable() or not value)):
            raise InputError(
                f"The {title} has characters that no header holds.",
                cure="Use plain letters, digits and punctuation (ASCII), on one line.",
            )
    wish = replace(wish, tier=tier_named(wish.tier)) if wish.tier else wish
    if not wish.actions:
        raise InputError("Nothing is to be changed.", cure="Say what shall be different.")
    return wish


@dataclass(frozen=True, slots=True)
class Difference:
    """One property: `name` for people, values as text, empty where there is none."""

    name: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class BlobChange:
    """What is to be done to one blob. Parts that stay are None or empty."""

    ref: BlobRef
    etag: str
    differences: tuple[Difference, ...]
    headers: BlobHeaders | None = None
    metadata: Mapping[str, str] | None = None
    tags: Mapping[str, str] | None = None
    tier: str = ""


@dataclass(frozen=True, slots=True)
class Left:
    """A blob that is left as it is, and why; `error` where it could not be looked at."""

    name: str
    reason: str
    error: QuaysideError | None = None


@dataclass(frozen=True, slots=True)
class ChangePlan:
    """The preview: all that `apply` will do, and nothing else.

    `unchanged` counts blobs that are as wished already; `by_name` how many blobs change in
    each property, the most frequent first.
    """

    wish: PropertyWish
    changes: tuple[BlobChange, ...] = ()
    left: tuple[Left, ...] = ()
    unchanged: int = 0

    @property
    def by_name(self) -> tuple[tuple[str, int], ...]:
        counts = Counter(one.name for change in self.changes for one in change.differences)
        return tuple(counts.most_common())

    @property
    def summary(self) -> str:
        """`3 blobs change, 2 are as wished already, 1 is left out`."""
        count = len(self.changes)
        words = [f"{count:,} blob{' changes' if count == 1 else 's change'}"]
        if self.unchanged:
            words.append(
                f"{self.unchanged:,} {'is' if self.unchanged == 1 else 'are'} as wished already"
            )
        if self.left:
            words.append(f"{len(self.left):,} {'is' if len(self.left) == 1 else 'are'} left out")
        return ", ".join(words)


def change_of(
    wish: PropertyWish, found: BlobProperties, tags: Mapping[str, str]
) -> BlobChange | Left | None:
    """What `wish` does to one blob that was looked at; None where it is so already.

    `tags` are its tags, empty where the wish leaves them alone. Raises InputError where
    what is there and what is added do not fit together.
    """
    if found.is_directory:
        return Left(found.ref.name, "It stands for a folder.")
    before = found.headers
    headers = _headers(wish, before)
    metadata = _labels(
        before.metadata, wish.metadata, wish.removed_metadata, wish.replaces_metadata
    )
    # Letter case counts in tags.
    new_tags = {} if wish.replaces_tags else dict(tags)
    new_tags = {name: new_tags[name] for name in new_tags if name not in wish.removed_tags}
    new_tags |= wish.tags
    if wish.touches_metadata:
        check_metadata(metadata)
    if wish.touches_tags:
        check_tags(new_tags)
    is_other_tier = bool(wish.tier) and _tier_of(found) != wish.tier
    changes = BlobChange(
        found.ref,
        found.etag,
        (
            *_header_differences(before, headers),
            *_pair_differences("metadata", before.metadata, metadata, wish.touches_metadata),
            *_pair_differences("tag", tags, new_tags, wish.touches_tags),
            *((Difference("tier", before.tier, wish.tier),) if is_other_tier else ()),
        ),
        headers=headers if headers != before else None,
        metadata=metadata if wish.touches_metadata and metadata != before.metadata else None,
        tags=new_tags if wish.touches_tags and new_tags != dict(tags) else None,
        tier=wish.tier if is_other_tier else "",
    )
    if not changes.differences:
        return None
    if is_other_tier and found.blob_type is not BlobType.BLOCK:
        return Left(found.ref.name, "Only block blobs have a tier of their own.")
    if before.tier == ARCHIVE and (changes.headers is not None or changes.metadata is not None):
        return Left(
            found.ref.name, "It is archived: bring it back to another tier first, then change it."
        )
    return changes


def _tier_of(found: BlobProperties) -> str:
    """Where it is, or where it is on its way to out of the archive."""
    target = found.archive_status.rpartition("-to-")[2]
    return target.title() if target else found.headers.tier


def _headers(wish: PropertyWish, before: BlobHeaders) -> BlobHeaders:
    new = {name: getattr(wish, name) for name in HEADERS if getattr(wish, name) is not None}
    return replace(before, **new)


def _labels(
    before: Mapping[str, str],
    added: Mapping[str, str],
    removed: tuple[str, ...],
    replaces: bool,
) -> dict[str, str]:
    return merged({} if replaces else before, added, removed)


def _header_differences(before: BlobHeaders, after: BlobHeaders) -> Iterable[Difference]:
    for name, title in HEADERS.items():
        old, new = getattr(before, name), getattr(after, name)
        if old != new:
            yield Difference(title, old, new)


def _pair_differences(
    kind: str, before: Mapping[str, str], after: Mapping[str, str], is_touched: bool
) -> Iterable[Difference]:
    if not is_touched:
        return
    for name in dict.fromkeys((*before, *after)):
        old, new = before.get(name, ""), after.get(name, "")
        if old != new or (name in before) != (name in after):
            yield Difference(f"{kind} {name}", old, new)
