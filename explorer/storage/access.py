"""What a credential allows, as claims with their reasons, and what to warn of.

Pure; the clock is passed in. A claim says what the permissions say. That a SAS has
expired does not change its claims: the clock of this machine may be wrong, so it is
said beside them (`Access.is_expired`) and the service decides.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from enum import Enum

from explorer.base.records import dataclass
from explorer.storage.sas import Sas, SasKind


class Action(Enum):
    """What a person may want to do; the value completes 'this SAS does not allow to ...'."""

    LIST_CONTAINERS = "list containers"
    CREATE_CONTAINER = "create a container"
    DELETE_CONTAINER = "delete a container"
    SEE_CONTAINER = "look at the properties of a container"
    CHANGE_CONTAINER = "change the metadata or the lease of a container"
    SET_CONTAINER_ACCESS = "change public access and stored policies"
    LIST_BLOBS = "list blobs"
    READ = "read"
    CREATE = "upload new blobs"
    WRITE = "overwrite"
    DELETE = "delete"
    DELETE_VERSION = "delete versions"
    READ_TAGS = "read tags"
    WRITE_TAGS = "change tags"
    FIND_BY_TAGS = "find by tags"
    MOVE = "rename"
    SET_ACL = "change access control lists"
    SET_OWNER = "change the owner"
    SIGN = "make a SAS"
    READ_SETTINGS = "look at the settings of the account"
    SET_SETTINGS = "change the settings of the account"


class Verdict(Enum):
    """Unknown means: try it and see."""

    YES = "yes"
    NO = "no"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Claim:
    """A verdict; `reason` is a whole sentence, empty where the verdict is yes."""

    verdict: Verdict
    reason: str = ""


YES = Claim(Verdict.YES)


@dataclass(frozen=True, slots=True)
class Access:
    """Claims for every action. `expires` is None where it never ends or nobody knows."""

    claims: tuple[tuple[Action, Claim], ...]
    warnings: tuple[str, ...] = ()
    expires: datetime | None = None
    is_expired: bool = False
    is_expiry_unknown: bool = False

    def __getitem__(self, action: Action) -> Claim:
        return dict(self.claims)[action]

    def allows(self, action: Action) -> bool:
        """Whether it is worth trying: yes, or unknown."""
        return self[action].verdict is not Verdict.NO

    @property
    def allows_anything(self) -> bool:
        """Whether anything at all is worth trying."""
        return any(claim.verdict is not Verdict.NO for _, claim in self.claims)

    def reason(self, action: Action) -> str:
        """Why it is not allowed, for a tooltip; empty where it is."""
        return self[action].reason

    def describe(self, now: datetime) -> str:
        """One line: 'list yes, read yes, write no, expires in 6 days'."""
        words = [
            f"list {self[Action.LIST_BLOBS].verdict.value}",
            f"read {self[Action.READ].verdict.value}",
            f"write {self._write_word()}",
        ]
        if self[Action.DELETE].verdict is Verdict.YES:
            words.append("delete yes")
        if self.expires is not None:
            words.append(expiry_text(self.expires, now))
        elif self.is_expiry_unknown:
            words.append("expiry unknown")
        return ", ".join(words)

    def _write_word(self) -> str:
        create, write = self[Action.CREATE].verdict, self[Action.WRITE].verdict
        if create is Verdict.YES and write is Verdict.NO:
            return "new blobs only"
        return write.value


def expiry_text(end: datetime, now: datetime) -> str:
    """'expires in 6 days', 'expired 2 hours ago'; never rounds up."""
    if end > now:
        return f"expires in {_span(end - now)}"
    return f"expired {_span(now - end)} ago"


def _span(span: timedelta) -> str:
    minutes = int(span.total_seconds() // 60)
    for size, unit in ((60 * 24, "day"), (60, "hour"), (1, "minute")):
        if minutes >= size:
            count = minutes // size
            return f"{count} {unit}{'' if count == 1 else 's'}"
    return "less than a minute"


def key_access() -> Access:
    """An account key allows everything, without an end."""
    return Access(tuple((action, YES) for action in Action))


def sign_in_access() -> Access:
    """A sign-in: roles and access lists decide, and only the service knows them."""
    perhaps = Claim(Verdict.UNKNOWN, "The roles of your sign-in decide; it can only be tried.")
    return Access(tuple((action, perhaps) for action in Action))


def anonymous_access() -> Access:
    """A public container: reading perhaps, anything else never."""
    no = Claim(Verdict.NO, "Without a key or a SAS nothing can be changed or managed.")
    perhaps = Claim(Verdict.UNKNOWN, "It depends on how public the container was made.")
    open_to_all = {Action.LIST_BLOBS, Action.READ, Action.SEE_CONTAINER}
    return Access(tuple((action, perhaps if action in open_to_all else no) for action in Action))


_LOOKING = frozenset(
    {
        Action.LIST_CONTAINERS,
        Action.SEE_CONTAINER,
        Action.LIST_BLOBS,
        Action.READ,
        Action.READ_TAGS,
        Action.FIND_BY_TAGS,
        Action.SIGN,
        Action.READ_SETTINGS,
    }
)
"""Actions that change nothing."""


def without_changes(access: Access, reason: str) -> Access:
    """The same with everything refused that changes something, for `reason`."""
    no = Claim(Verdict.NO, reason)
    claims = tuple((action, claim if action in _LOOKING else no) for action, claim in access.claims)
    return replace(access, claims=claims)


# Letters, any one of which is enough; a letter of two is 'both'.
_LETTERS: dict[Action, tuple[str, ...]] = {
    Action.LIST_CONTAINERS: ("l",),
    Action.CREATE_CONTAINER: ("c", "w"),
    Action.DELETE_CONTAINER: ("d",),
    Action.SEE_CONTAINER: ("r",),
    Action.CHANGE_CONTAINER: ("w",),
    Action.LIST_BLOBS: ("l",),
    Action.READ: ("r",),
    Action.CREATE: ("c", "w"),
    Action.WRITE: ("w",),
    Action.DELETE: ("d",),
    Action.DELETE_VERSION: ("x",),
    Action.READ_TAGS: ("t",),
    Action.WRITE_TAGS: ("t",),
    Action.FIND_BY_TAGS: ("f",),
    Action.MOVE: ("m", "wd"),
    Action.SET_ACL: ("p",),
    Action.SET_OWNER: ("o",),
    Action.READ_SETTINGS: ("r",),
    Action.SET_SETTINGS: ("w",),
}
_LEVEL: dict[Action, str] = {
    Action.LIST_CONTAINERS: "s",
    Action.CREATE_CONTAINER: "c",
    Action.DELETE_CONTAINER: "c",
    Action.SEE_CONTAINER: "c",
    Action.CHANGE_CONTAINER: "c",
    Action.LIST_BLOBS: "c",
    Action.FIND_BY_TAGS: "c",
    Action.READ_SETTINGS: "s",
    Action.SET_SETTINGS: "s",
}
_LEVEL_NAMES = {"s": "the service", "c": "containers", "o": "blobs"}
_ACCOUNT_WIDE = {
    Action.LIST_CONTAINERS,
    Action.CREATE_CONTAINER,
    Action.DELETE_CONTAINER,
    Action.SEE_CONTAINER,
    Action.CHANGE_CONTAINER,
    Action.READ_SETTINGS,
    Action.SET_SETTINGS,
}
_KEY_ONLY = {Action.SET_CONTAINER_ACCESS, Action.SIGN}


def sas_access(sas: Sas, now: datetime, *, is_https: bool = True) -> Access:
    """What this SAS allows; `is_https` is how the endpoint is reached."""
    claims = tuple((action, _claim(sas, action, is_https)) for action in Action)
    end = sas.usable_until
    return Access(
        claims,
        sas_warnings(sas, now, is_https=is_https),
        expires=end,
        is_expired=sas.is_expired(now),
        is_expiry_unknown=end is None,
    )


def _claim(sas: Sas, action: Action, is_https: bool) -> Claim:
    if action in _KEY_ONLY:
        return Claim(Verdict.NO, f"To {action.value} takes the account's key, not a SAS.")
    if sas.protocol.lower() == "https" and not is_https:
        return Claim(Verdict.NO, "This SAS works over https only, and the address is http.")
    if not sas.is_for_blobs:
        return Claim(Verdict.NO, "This SAS is not for the blob service (ss lacks b).")
    if sas.kind is SasKind.ACCOUNT:
        level = _LEVEL.get(action, "o")
        if level not in sas.resource_types:
            return Claim(
                Verdict.NO,
                f"This SAS does not reach {_LEVEL_NAMES[level]} (srt lacks {level}).",
            )
    elif action in _ACCOUNT_WIDE:
        return Claim(
            Verdict.NO,
            f"This SAS is for one {sas.kind.value}; to {action.value} takes an account SAS.",
        )
    elif sas.is_for_one_blob and action in (Action.LIST_BLOBS, Action.FIND_BY_TAGS):
        return Claim(Verdict.NO, f"This SAS is for one {sas.kind.value}.")
    elif action is Action.CREATE and sas.kind in (SasKind.SNAPSHOT, SasKind.VERSION):
        return Claim(Verdict.NO, f"This SAS is for one {sas.kind.value}, which never changes.")
    wanted = _LETTERS[action]
    if any(all(letter in sas.permissions for letter in letters) for letters in wanted):
        return YES
    if sas.policy and not sas.permissions:
        return Claim(Verdict.UNKNOWN, "A stored policy decides; it can only be tried.")
    letters = " or ".join(" and ".join(group) for group in wanted)
    sentence = f"This SAS does not allow to {action.value} (sp lacks {letters})."
    return Claim(Verdict.UNKNOWN if sas.policy else Verdict.NO, sentence)


NEAR = timedelta(hours=1)
LONG = timedelta(days=7)


def sas_warnings(sas: Sas, now: datetime, *, is_https: bool = True) -> tuple[str, ...]:
    """Sentences worth showing before it is used, the gravest first."""
    found: list[str] = []
    end = sas.usable_until
    if end is not None and end <= now:
        found.append(f"This SAS {expiry_text(end, now)}. Ask for a new one.")
    if sas.protocol.lower() == "https" and not is_https:
        found.append("This SAS works over https only, and the address is http.")
    if not sas.is_for_blobs:
        found.append("This SAS is not for the blob service.")
    if sas.starts is not None and sas.starts > now:
        found.append(
            f"This SAS starts in {_span(sas.starts - now)}; either wait, or the clock of this "
            "computer is slow."
        )
    if sas.is_bound_to_user:
        found.append("This SAS works only together with the sign-in of the user it was made for.")
    if end is not None and now < end <= now + NEAR:
        found.append(f"This SAS {expiry_text(end, now)}; a long transfer will be interrupted.")
    if end is None:
        found.append("A stored policy decides when this SAS ends; it cannot be told from here.")
    if sas.ip_range:
        found.append("This SAS works only from certain network addresses.")
    if sas.kind is SasKind.ACCOUNT and _is_wide(sas, now):
        found.append("This SAS opens nearly the whole account, for long. Prefer a narrower one.")
    return tuple(found)


def _is_wide(sas: Sas, now: datetime) -> bool:
    """Whole account, may write or delete, and lasts over a week."""
    is_whole = {"s", "c", "o"} <= set(sas.resource_types)
    is_long = sas.expires is not None and sas.expires - now > LONG
    return is_whole and is_long and bool({"w", "d"} & set(sas.permissions))
