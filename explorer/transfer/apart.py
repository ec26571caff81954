"""Sources of one request that would become one blob: the first goes there, the others are refused,
since each would replace the one before. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import pairwise

from explorer.base.errors import UnsafeNameError
from explorer.transfer.model import ConflictPolicy
from explorer.transfer.names import shown


class Apart:
    """Fed in the order of the walk. Remembers something only where two of the targets can meet,
    and then about 80 bytes for each name."""

    def __init__(self, targets: Iterable[str], policy: ConflictPolicy) -> None:
        """`targets` is what each source becomes: a blob, or a folder; empty for all there is."""
        self.may_meet = policy is not ConflictPolicy.RENAME and _overlap(targets)
        self._taken: dict[int, int] = {}
        """Hash of a name -> hash of the source that has it."""

    def refusal(self, name: str, source: str | bytes) -> UnsafeNameError | None:
        """Why the blob `name` is not made of this source; None where it is."""
        if not self.may_meet:
            return None
        owner = hash(source)
        if self._taken.setdefault(hash(name), owner) == owner:
            return None
        return both_become(name)


def both_become(name: str) -> UnsafeNameError:
    return UnsafeNameError(
        f"Two of the sources would become {shown(name)}, and one would replace the other.",
        cure="Take them one after the other, to different folders.",
    )


def _overlap(targets: Iterable[str]) -> bool:
    """Whether one of these is another one, or a folder around it."""
    folders = sorted(f"{target.rstrip('/')}/" if target else "" for target in targets)
    return any(later.startswith(earlier) for earlier, later in pairwise(folders))
