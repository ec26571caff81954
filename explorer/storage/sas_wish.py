"""What a SAS that is to be made shall allow: least by default, checked, and warned of.

Pure; the clock is passed in. Sources: Microsoft's REST pages 'Create a service SAS' and
'Create an account SAS'.
"""

from __future__ import annotations

import ipaddress
import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from explorer.base.errors import InputError
from explorer.base.records import dataclass
from explorer.storage.sas import SasKind

LIFETIME = timedelta(hours=1)
HEAD_START = timedelta(minutes=15)
"""A SAS starts this much back, since clocks differ."""
LONG = timedelta(days=7)

PERMISSIONS: dict[SasKind, str] = {
    SasKind.ACCOUNT: "rwdxylacupfti",
    SasKind.CONTAINER: "racwdxyltfmeopi",
    SasKind.DIRECTORY: "racwdltmeop",
    SasKind.BLOB: "racwdxyltmeopi",
    SasKind.SNAPSHOT: "rdxyti",
    SasKind.VERSION: "rdxyti",
}
"""The letters there are for each kind, in the only order the service takes."""

LETTERS = {
    "r": "read",
    "a": "append",
    "c": "create",
    "w": "write",
    "d": "delete",
    "x": "delete versions",
    "y": "delete for good",
    "l": "list",
    "t": "tags",
    "f": "find by tags",
    "m": "move",
    "e": "execute",
    "o": "change the owner",
    "p": "change access control",
    "i": "immutability policies",
    "u": "update",
}
"""What each letter allows, in a word (for blobs; `p` and `u` of an account SAS are for queues)."""

ONE_BLOB = (SasKind.BLOB, SasKind.SNAPSHOT, SasKind.VERSION)
_CHANGES = frozenset("acwdxytmopiu")


@dataclass(frozen=True, slots=True)
class AnswerHeaders:
    """What the service answers with in place of the blob's own headers; empty changes nothing."""

    cache_control: str = ""
    content_disposition: str = ""
    content_encoding: str = ""
    content_language: str = ""
    content_type: str = ""


@dataclass(frozen=True, slots=True)
class SasWish:
    """What a SAS is to allow, least by default: one blob, reading, https.

    `path` is the blob, or the directory without a slash at its end. `starts` and `expires`
    are aware. With a stored `policy`, permissions and times may be left to it (empty, None).
    `services` (of `bqtf`) and `resource_types` (of `sco`) are for an account SAS. `ip` is
    one IPv4 address or `first-last`.
    """

    kind: SasKind = SasKind.BLOB
    container: str = ""
    path: str = ""
    snapshot: str = ""
    version_id: str = ""
    permissions: str = "r"
    starts: datetime | None = None
    expires: datetime | None = None
    is_https_only: bool = True
    ip: str = ""
    policy: str = ""
    answers: AnswerHeaders = AnswerHeaders()
    encryption_scope: str = ""
    services: str = "b"
    resource_types: str = "o"


def least_wish(
    kind: SasKind,
    now: datetime,
    *,
    container: str = "",
    path: str = "",
    snapshot: str = "",
    version_id: str = "",
    is_https: bool = True,
) -> SasWish:
    """The least that is of use: `r`, an hour from `now`, started 15 minutes back.

    For the account `rl` and all resource types: it shows the containers and what is in them.
    `is_https` is how the endpoint is reached: over http a SAS for https only is of no use.
    """
    permissions = "rl" if kind is SasKind.ACCOUNT else "r"
    return SasWish(
        kind,
        container,
        path.rstrip("/") if kind is SasKind.DIRECTORY else path,
        snapshot,
        version_id,
        permissions,
        starts=now - HEAD_START,
        expires=now + LIFETIME,
        is_https_only=is_https,
        resource_types=least_types(permissions),
    )


def least_types(permissions: str) -> str:
    """The resource types of an account SAS that these permissions take: blobs; to list, also
    containers and, where nothing can be changed, the service, by which containers are listed.

    With `w`, the service would let the settings of the account be changed.
    """
    if "l" not in permissions:
        return "o"
    return "co" if _CHANGES & set(permissions) else "sco"


def in_order(kind: SasKind, letters: str) -> str:
    """Permissions as the service takes them, each once. Raises InputError for others."""
    known = PERMISSIONS[kind]
    for letter in letters:
        if letter not in known:
            what = LETTERS.get(letter)
            shown = f"'{letter}'" + (f" ({what})" if what else "")
            raise InputError(
                f"{shown} is no permission of a SAS for {_article(kind)}.",
                cure=f"Choose of: {', '.join(f'{one} {LETTERS[one]}' for one in known)}.",
            )
    return "".join(letter for letter in known if letter in letters)


def _article(kind: SasKind) -> str:
    return f"{'an' if kind is SasKind.ACCOUNT else 'a'} {kind.value}"


def checked(wish: SasWish) -> SasWish:
    """The wish with its letters in order and its times in whole seconds of UTC.

    Raises InputError with what is wrong and what to do.
    """
    wish = replace(
        wish,
        permissions=in_order(wish.kind, wish.permissions),
        starts=_whole(wish.starts),
        expires=_whole(wish.expires),
        ip=checked_ip(wish.ip),
    )
    if wish.kind is SasKind.ACCOUNT:
        wish = _checked_account(wish)
    else:
        _check_place(wish)
    if not wish.policy and not wish.permissions:
        raise InputError("The SAS would allow nothing.", cure="Choose at least one permission.")
    if not wish.policy and wish.expires is None:
        raise InputError("It is not said when the SAS ends.", cure="Give it an end, like 1h.")
    if wish.starts and wish.expires and wish.expires <= wish.starts:
        raise InputError("The SAS would end before it starts.", cure="Choose a later end.")
    texts = (wish.policy, wish.encryption_scope, *answer_parameters(wish).values())
    if any(not text.isprintable() for text in texts):
        raise InputError("A field of the SAS holds a line break or a control character.")
    if len(wish.policy) > 64:
        raise InputError("The name of a stored policy has at most 64 characters.")
    return wish


def _checked_account(wish: SasWish) -> SasWish:
    if wish.policy:
        raise InputError(
            "There are no stored policies for an account SAS.",
            cure="Make one for a container or a blob.",
        )
    if answer_parameters(wish):
        raise InputError("An account SAS cannot say what headers are answered.")
    services = _some_of(wish.services, "bqtf", "services")
    resource_types = _some_of(wish.resource_types, "sco", "resource types")
    return replace(wish, services=services, resource_types=resource_types)


def _some_of(letters: str, known: str, what: str) -> str:
    if not letters or set(letters) - set(known):
        raise InputError(
            f"'{letters}' says not which {what} an account SAS is for.",
            cure=f"Give one or more of {', '.join(known)}.",
        )
    return "".join(letter for letter in known if letter in letters)


def _check_place(wish: SasWish) -> None:
    if not wish.container:
        raise InputError("The SAS names no container.", cure="Choose a container or a blob.")
    if wish.kind in ONE_BLOB and not wish.path:
        raise InputError("The SAS names no blob.", cure="Choose one blob.")
    if wish.kind is SasKind.CONTAINER and wish.path:
        raise InputError("A SAS for a container is for all of it, not for one path in it.")
    if (wish.kind is SasKind.SNAPSHOT) != bool(wish.snapshot):
        raise InputError("A SAS for a snapshot names the snapshot's time, and no other does.")
    if (wish.kind is SasKind.VERSION) != bool(wish.version_id):
        raise InputError("A SAS for a version names the version, and no other does.")
    if "\\" in wish.path or not (wish.path + wish.container).isprintable():
        raise InputError("This name cannot be signed.", cure="Rename it first.")


def checked_ip(text: str) -> str:
    """`203.0.113.7` or `203.0.113.0-203.0.113.255`, without spaces. Raises InputError."""
    text = re.sub(r"\s", "", text)
    if not text:
        return ""
    try:
        ends = [ipaddress.IPv4Address(part) for part in text.split("-")]
    except ValueError:
        ends = []
    if not 1 <= len(ends) <= 2 or ends[0] > ends[-1]:
        raise InputError(
            "These are no network addresses that a SAS can be limited to.",
            cure="Write 203.0.113.7 or 203.0.113.0-203.0.113.255 (IPv4).",
        )
    return text


def _whole(moment: datetime | None) -> datetime | None:
    if moment is None:
        return None
    if moment.tzinfo is None:
        raise ValueError("times of a SAS are aware")
    return moment.astimezone(UTC).replace(microsecond=0)


def answer_parameters(wish: SasWish) -> dict[str, str]:
    """The parameters of a SAS that replace headers of the answer."""
    answers = wish.answers
    found = {
        "rscc": answers.cache_control,
        "rscd": answers.content_disposition,
        "rsce": answers.content_encoding,
        "rscl": answers.content_language,
        "rsct": answers.content_type,
    }
    return {name: text for name, text in found.items() if text}


def changing_letters(wish: SasWish) -> str:
    """Those of its permissions that let something be changed, in the service's order."""
    letters = _CHANGES & set(wish.permissions)
    return "".join(one for one in PERMISSIONS[wish.kind] if one in letters)


def _account_warnings(wish: SasWish) -> list[str]:
    """What its letters and resource types make together, which is easily overlooked."""
    found = []
    letters, types = set(wish.permissions), set(wish.resource_types)
    if "s" in types and "w" in letters and "b" in wish.services:
        found.append("It can change the settings of the account too (srt has s, sp has w).")
    if "c" in types and "d" in letters:
        found.append("It can delete whole containers (srt has c, sp has d).")
    if "l" in letters and "c" not in types:
        found.append("It does not list blobs, although it has l: srt lacks c.")
    elif "l" in letters and "s" not in types:
        found.append("It does not list containers (srt lacks s): they are opened by name.")
    if "r" in letters and "o" not in types:
        found.append("It reads no blobs, although it has r: srt lacks o.")
    if "b" not in wish.services:
        found.append("It is not for blobs (ss lacks b): nothing here can use it.")
    return found


def wish_warnings(wish: SasWish, now: datetime) -> tuple[str, ...]:
    """Sentences to read before such a SAS is handed out, the gravest first."""
    found: list[str] = []
    if wish.kind is SasKind.ACCOUNT:
        found.append(
            "An account SAS reaches every container there is and will be. "
            "One for a container or a blob is safer."
        )
    if changing := changing_letters(wish):
        words = ", ".join(LETTERS[one] for one in changing)
        found.append(f"Whoever has it can change what is there ({words}).")
    if wish.kind is SasKind.ACCOUNT:
        found += _account_warnings(wish)
    if wish.expires is not None and wish.expires - now > LONG:
        found.append(
            "It lasts for more than 7 days. Until then only a new account key takes it back, "
            "or a stored policy where it is made by one."
        )
    if wish.expires is not None and wish.expires <= now:
        found.append("It has ended already.")
    if not wish.is_https_only:
        found.append("It works over plain http too, where anybody on the way can read it.")
    is_folder = wish.kind in (SasKind.CONTAINER, SasKind.DIRECTORY)
    if is_folder and wish.permissions and "l" not in wish.permissions:
        found.append("It does not list (l): whoever gets it must know the names.")
    return tuple(found)
