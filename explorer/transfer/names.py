"""Blob names and local paths: what each becomes on the other side, and back. Pure.

A blob name is any text; a local name is not. What a file system cannot keep is
escaped, one component at a time, with the fullwidth percent sign:

    `：` stays, `:` becomes `％3A` (on Windows), `..` becomes `％2E％2E`, NUL `％00`,
    an empty part (as in `a//b`) `％2F`, `CON` becomes `％43ON`, `end.` becomes `end％2E`

Fullwidth, since an ordinary `%3A` or `%20` is a frequent part of real file names
(saved URLs), while `％` before two hex digits is nearly never one; and since it is
legal, visible and stable under Unicode normalisation everywhere. What is escaped
reads back exactly: `decode(encode(name)) == name`, also for names that look
escaped already, and `encode(decode(local)) == local` for every name the file system
can hold that has no mark (below). So a tree that goes down and up, or up and down,
keeps its names.

Where two blobs would meet in one local name (`A` beside `a`, composed beside
decomposed letters, a file `a` beside a folder `a`), the later one gets a mark made
of its name's SHA-256, `a％~ca97` or `read％~1f0e.me`, which is removed on the way back.

Refused, with the reason: components longer than the file system takes (a shortened
name would not read back), and on the way up what the service would silently change:
`\\` to `/`, a dot at the end of a part (dropped), dot segments, controls, local
names that are not Unicode.
"""

from __future__ import annotations

import hashlib
import re
import unicodedata
from functools import lru_cache
from typing import Final

from explorer.base.errors import UnsafeNameError
from explorer.base.patterns import regex
from explorer.base.records import dataclass

ESCAPE: Final = "％"
MAX_BLOB_NAME: Final = 1024
MAX_BLOB_PARTS: Final = 254

_ALWAYS: Final = r"\x00-\x1f\x7f-\x9f\\"
_NONCHARACTERS: Final = "\ufdd0-\ufdef" + "".join(
    chr(plane << 16 | 0xFFFE) + chr(plane << 16 | 0xFFFF) for plane in range(17)
)
_RESERVED: Final = regex(
    r"(?:CON|PRN|AUX|NUL|CLOCK\$|CONIN\$|CONOUT\$|(?:COM|LPT)[0-9¹²³]) *(?:\..*)?", re.I | re.S
)
_ESCAPED: Final = regex(f"(?:{ESCAPE}[0-9A-F]{{2}})+")
_ENDING: Final = r"(?:\.[A-Za-z0-9]{1,10})?"
_MARK: Final = regex(f"{ESCAPE}~([0-9a-f]{{4,64}})(?={_ENDING}$)")
_MARK_LENGTHS: Final = (4, 8, 16, 64)
_STEM_AND_ENDING: Final = regex(rf"(.+?)({_ENDING})", re.S)


@dataclass(frozen=True, slots=True)
class NameRules:
    """What one kind of file system does to names. `dataclasses.replace` makes others,
    say Linux with a case-insensitive disk."""

    system: str
    """As a person calls it, for reasons and refusals."""
    unsafe: str
    """Characters that are escaped, as the inside of a regular expression's `[...]`."""
    has_devices: bool = False
    """`CON`, `NUL.txt` and the like are devices."""
    drops_end: bool = False
    """A dot or space at the end of a name is dropped."""
    folds_case: bool = False
    folds_unicode: bool = False
    """Composed and decomposed letters are the same."""
    counts_utf16: bool = False
    """A component's length is counted in UTF-16 units, else in UTF-8 bytes."""
    max_component: int = 255

    def length(self, component: str) -> int:
        if self.counts_utf16:
            return len(component.encode("utf-16-le", "surrogatepass")) // 2
        return len(component.encode("utf-8", "surrogatepass"))

    def fold(self, name: str) -> str:
        """Two names are one to the file system where this is equal (or it errs on the safe
        side: the key folds a little more than NTFS and APFS do)."""
        if self.folds_unicode and not name.isascii():
            name = unicodedata.normalize("NFD", name)
        if self.folds_case:
            name = name.lower() if name.isascii() else name.upper().casefold()
        if self.folds_unicode and not name.isascii():
            name = unicodedata.normalize("NFD", name)
        return name


LINUX: Final = NameRules("Linux", _ALWAYS)
MACOS: Final = NameRules("macOS", _ALWAYS + _NONCHARACTERS, folds_case=True, folds_unicode=True)
WINDOWS: Final = NameRules(
    "Windows",
    _ALWAYS + '<>:"|?*',
    has_devices=True,
    drops_end=True,
    folds_case=True,
    counts_utf16=True,
)


def rules_for(platform: str) -> NameRules:
    """The rules for a value of `sys.platform`."""
    return {"win32": WINDOWS, "cygwin": WINDOWS, "darwin": MACOS}.get(platform, LINUX)


def shown(name: str) -> str:
    """A name as it may stand in a message: quoted, shortened, without controls, bidi marks
    or halves of characters."""
    text = "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in name)
    return f"‘{text}’" if len(text) <= 120 else f"‘{text[:80]}…{text[-30:]}’"


# ---------------------------------------------------------------- one component


@lru_cache(maxsize=8)
def _unsafe(rules: NameRules) -> re.Pattern[str]:
    return re.compile(f"[{rules.unsafe}]")


def _escape(text: str) -> str:
    return "".join(f"{ESCAPE}{byte:02X}" for byte in text.encode("utf-8"))


def _make_safe(text: str, rules: NameRules) -> str:
    """Escape all that `rules` cannot keep, but not the escape sign."""
    if text in ("", ".", ".."):
        return _escape(text or "/")
    text = _unsafe(rules).sub(lambda found: _escape(found.group()), text)
    if rules.drops_end and text[-1] in ". ":
        text = text[:-1] + _escape(text[-1])
    if rules.has_devices and _RESERVED.fullmatch(text):
        text = _escape(text[0]) + text[1:]
    return text


def _encode(part: str, rules: NameRules) -> str:
    safe = _make_safe(part, rules)
    if ESCAPE not in part or (safe == part and _read(part, rules) is None):
        return safe
    return _make_safe(part.replace(ESCAPE, _escape(ESCAPE)), rules)


@lru_cache(maxsize=4096)
def _read(component: str, rules: NameRules) -> str | None:
    """What an escaped or marked component stands for; None if it stands for itself.

    It is escaped only if escaping gives exactly this. Each step is shorter than the
    one before, and remembered, so this ends soon whatever it is given.
    """
    mark = _MARK.search(component)
    if mark is not None:
        bare = component[: mark.start()] + component[mark.end() :]
        part = decode(bare, rules)
        digits = len(mark.group(1))
        if bare and _marked(bare, part, digits) == component and _encode(part, rules) == bare:
            return part
    if component == _escape("/"):
        return ""
    try:
        part = _ESCAPED.sub(
            lambda run: bytes.fromhex(run.group().replace(ESCAPE, "")).decode("utf-8"), component
        )
    except UnicodeDecodeError:
        return None
    return part if part != component and _encode(part, rules) == component else None


def _marked(component: str, part: str, digits: int) -> str:
    digest = hashlib.sha256(part.encode("utf-8", "surrogatepass")).hexdigest()[:digits]
    found = _STEM_AND_ENDING.fullmatch(component)
    stem, ending = (found[1], found[2]) if found else (component, "")
    return f"{stem}{ESCAPE}~{digest}{ending}"


def _fitting(component: str, part: str, rules: NameRules) -> str:
    if rules.length(component) > rules.max_component:
        raise UnsafeNameError(
            f"{shown(part)} is too long for a file name on {rules.system}, which keeps "
            f"{rules.max_component} {'characters' if rules.counts_utf16 else 'bytes'}.",
            cure="Save this blob alone, under a shorter name.",
        )
    return component


def encode(part: str, rules: NameRules) -> str:
    """One part of a blob name (without `/`) as one local component.

    Raises `UnsafeNameError` where it is too long, or holds half a character.
    """
    try:
        component = _encode(part, rules)
        component.encode("utf-8")
    except UnicodeEncodeError:
        raise UnsafeNameError(
            f"{shown(part)} is not valid Unicode.", cure="Rename the blob."
        ) from None
    return _fitting(component, part, rules)


def decode(component: str, rules: NameRules) -> str:
    """The part of a blob name that a local component stands for: itself, unless `encode`
    or a mark made it."""
    if ESCAPE not in component:
        return component
    part = _read(component, rules)
    return component if part is None else part


# ---------------------------------------------------------------- local -> blob


@dataclass(frozen=True, slots=True)
class Mapped:
    """A name on the other side. `note` says why it differs; empty where it does not."""

    name: str
    note: str = ""


_CHANGED_BY_SERVICE: Final = (
    (regex("[\ud800-\udfff]"), "is not valid Unicode, and the service keeps nothing else"),
    (regex(r"(?:^|/)\.\.?(?:/|$)"), "has a part of only dots, which leads elsewhere in a URL"),
    (regex(r"\\"), "has a backslash, which the service would turn into a slash"),
    (regex(r"[\x00-\x1f\x7f-\x9f]"), "has a control character, which the service refuses"),
    (regex(r"\.(?:/|$)"), "has a part that ends with a dot, which the service would drop"),
)


def check_blob_name(name: str) -> None:
    """Raises `UnsafeNameError` for a name that the service refuses or would change."""
    for pattern, reason in _CHANGED_BY_SERVICE:
        if pattern.search(name):
            raise UnsafeNameError(
                f"{shown(name)} {reason}.", cure="Rename it, or leave it out with a filter."
            )
    length = len(name) if name.isascii() else len(name.encode("utf-16-le")) // 2
    if not 1 <= length <= MAX_BLOB_NAME:
        raise UnsafeNameError(
            f"{shown(name)} has {length} characters; a blob's name has 1 to {MAX_BLOB_NAME}.",
            cure="Shorten the name or the folders it is in.",
        )
    if name.count("/") >= MAX_BLOB_PARTS:
        raise UnsafeNameError(
            f"{shown(name)} is more than {MAX_BLOB_PARTS} folders deep.",
            cure="Move it to a folder that is less deep.",
        )


def to_blob(path: str, rules: NameRules, *, prefix: str = "") -> Mapped:
    """The blob name for `path`, relative, its parts joined by `/`; goes below `prefix`.

    Two local names can stand for one blob (`a` and `a％~ca97` that was downloaded once):
    the caller notices when a job meets the same blob twice.
    Raises `UnsafeNameError`.
    """
    parts = path.split("/")
    if not path or any(part in ("", ".", "..") for part in parts):
        raise UnsafeNameError(f"{shown(path)} is not a path below a folder.")
    name = prefix + "/".join(decode(part, rules) for part in parts)
    check_blob_name(name)
    if ESCAPE not in path or name == prefix + path:
        return Mapped(name)
    return Mapped(name, f"{shown(path)} is the escaped form of this name")


# ---------------------------------------------------------------- blob -> local


_TOP: Final = Mapped("")


class Mapper:
    """Maps the blobs of one download to paths below its folder, each path once.

    Fed as the listing streams; the same name gets the same path again, and the same
    names in the same order get the same paths in the next run. Remembers about 80
    bytes for each name, not the name. Not for two threads at once.
    """

    def __init__(self, rules: NameRules) -> None:
        self._rules = rules
        self._taken: dict[int, int] = {}
        """Hash of the folded local path -> hash of what it was given to."""
        self._last_folder: str | None = None
        self._last_mapped = _TOP

    def file(self, name: str) -> Mapped:
        """The relative path, parts joined by `/`, for the blob `name` (relative as well).

        Raises `UnsafeNameError`; then the name is not remembered.
        """
        if not name:
            raise UnsafeNameError("A blob without a name cannot become a file.")
        above, slash, last = name.rpartition("/")
        return self._place(self._folder(above) if slash else _TOP, last, is_folder=False)

    def folder(self, name: str) -> Mapped:
        """The relative path for a folder; `name` may end with one `/`. For empty folders:
        those with files in them come with the files."""
        return self._folder(name.removesuffix("/"))

    def _folder(self, name: str) -> Mapped:
        if name != self._last_folder:
            mapped = _TOP
            for part in name.split("/"):
                mapped = self._place(mapped, part, is_folder=True)
            self._last_folder, self._last_mapped = name, mapped
        return self._last_mapped

    def _place(self, parent: Mapped, part: str, *, is_folder: bool) -> Mapped:
        rules = self._rules
        start = f"{parent.name}/" if parent.name else ""
        folded_start = rules.fold(start)
        owner = hash(f"{folded_start}{part}/" if is_folder else folded_start + part)
        plain = encode(part, rules)
        note = parent.note
        if plain != part:
            note = _join(note, f"{shown(part)} cannot be a name on {rules.system}")
        for digits in (0, *_MARK_LENGTHS):
            component = plain
            if digits:
                component = _fitting(_marked(plain, part, digits), part, rules)
            key = hash(folded_start + rules.fold(component))
            if self._taken.setdefault(key, key if owner == key else owner) == owner:
                return Mapped(start + component, note)
            if not digits:
                note = _join(note, f"another blob here has the local name {shown(part)}")
        raise UnsafeNameError(f"There is no free local name for {shown(part)}.")


def _join(*notes: str) -> str:
    return "; ".join(note for note in notes if note)
