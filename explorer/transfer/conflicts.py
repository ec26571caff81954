"""What happens to a file whose target exists. Pure."""

from __future__ import annotations

from enum import Enum
from typing import Final

from explorer.transfer.model import ConflictPolicy, Failure, Side

EXISTS: Final = "It exists already"
"""The title of the failure where something was left as it is."""
MOST_DECISIONS: Final = 1000
"""So many files at most are decided one by one in one request, which is in memory and in the
journal whole: the others go by the rule for all."""
_SAME_S: Final = 1.0
"""The service keeps whole seconds, some file systems two."""


class Verdict(Enum):
    OVERWRITE = "overwrite"
    SKIP = "skip"
    RENAME = "rename"
    FAIL = "fail"


def judge(policy: ConflictPolicy, source: Side, target: Side) -> tuple[Verdict, str]:
    """What to do, and for a skip the reason that the list shows."""
    match policy:
        case ConflictPolicy.OVERWRITE:
            return Verdict.OVERWRITE, ""
        case ConflictPolicy.SKIP:
            return Verdict.SKIP, "It exists there already."
        case ConflictPolicy.NEWER:
            if source.modified_s > target.modified_s + _SAME_S:
                return Verdict.OVERWRITE, ""
            return Verdict.SKIP, "What is there is as new, or newer."
        case ConflictPolicy.DIFFERENT:
            if is_different(source, target):
                return Verdict.OVERWRITE, ""
            return Verdict.SKIP, "The same is there already."
        case ConflictPolicy.RENAME:
            return Verdict.RENAME, ""
        case ConflictPolicy.FAIL:
            return Verdict.FAIL, ""


def is_different(source: Side, target: Side) -> bool:
    """Size decides, or else MD5 where both are known, or else the time."""
    if source.size_bytes != target.size_bytes:
        return True
    if source.md5 is not None and target.md5 is not None:
        return source.md5 != target.md5
    return abs(source.modified_s - target.modified_s) > _SAME_S


def needs_md5(policy: ConflictPolicy, source: Side, target: Side) -> bool:
    """Would reading the local side for its MD5 change the verdict?"""
    return (
        policy is ConflictPolicy.DIFFERENT
        and source.size_bytes == target.size_bytes
        and (source.md5 is None) != (target.md5 is None)
    )


def numbered(name: str, number: int) -> str:
    """`a/b.txt` as `a/b (2).txt`; a leading dot begins no ending, `.tar.gz` is one."""
    folder, slash, last = name.rpartition("/")
    stem, dot, ending = last.rpartition(".")
    if not stem.strip("."):
        stem, dot, ending = last, "", ""
    elif stem.lower().endswith(".tar"):
        stem, ending = stem[:-4], f"{stem[-3:]}.{ending}"
    return f"{folder}{slash}{stem} ({number}){dot}{ending}"


def exists_failure(name: str) -> Failure:
    return Failure(
        EXISTS,
        f"{name} is there already and was left as it is.",
        "Retry it with another rule for conflicts, or remove what is there.",
    )


def unseen_failure(name: str) -> Failure:
    return Failure(
        EXISTS,
        f"{name} is there already, and the credential may not look at it. It was left as it is.",
        "Use another name, or a SAS that reads as well (sp lacks r).",
    )


def rival_failure(name: str) -> Failure:
    return Failure(
        "It changed in the meantime",
        f"Somebody else wrote {name} during this transfer; theirs was left as it is.",
        "Look at it, then retry to overwrite it.",
    )


def one_blob_failure(name: str) -> Failure:
    return Failure(
        "Source and target are one",
        f"{name} is the same blob under both addresses of its account; it was left as it is.",
        "Choose another name or folder.",
    )
