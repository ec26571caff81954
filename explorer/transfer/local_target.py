"""The local file that a download makes: what is there already, and whether it may be
replaced. Belongs to the loop's thread; the looking is done in workers."""

from __future__ import annotations

import os
import stat
from dataclasses import replace
from typing import NoReturn

from explorer.transfer import transfer_table
from explorer.transfer.conflicts import (
    Verdict,
    exists_failure,
    judge,
    needs_md5,
    numbered,
    rival_failure,
)
from explorer.transfer.files import Fingerprint, shown
from explorer.transfer.folders import Folder
from explorer.transfer.hashing import md5_at
from explorer.transfer.model import ConflictPolicy, Side
from explorer.transfer.rows import TransferRow
from explorer.transfer.spot import Spot, remove_part
from explorer.transfer.state import TransferState
from explorer.transfer.terms import Terms
from explorer.transfer.work import EndsHere, Live, Outcome, Work


class LocalTarget:
    """One download's target: a name below the destination."""

    def __init__(self, work: Work, live: Live, terms: Terms) -> None:
        self._work = work
        self._live = live
        self._terms = terms
        self._root = terms.root
        self._original = live.row.local_original
        if live.row.original:
            live.note = live.note or live.row.note
        self._place(live.row.local)

    def _place(self, relative: bytes) -> None:
        self.spot = Spot.of(relative, self._terms.mark(self._live.row.id))

    @property
    def name(self) -> bytes:
        return self.spot.name

    def mtime_of(self, row: TransferRow) -> int | None:
        """See `Terms.mtime_of`."""
        return self._terms.mtime_of(row)

    @property
    def folder_path(self) -> bytes:
        return self.spot.folder_in(self._root)

    @property
    def path(self) -> bytes:
        return os.path.join(self.folder_path, self.name)

    def folder(self) -> Folder:
        """The folder it goes to, made if it is missing. Blocking."""
        return Folder.open(self._root, self.spot.folders, create=True)

    @property
    def _policy(self) -> ConflictPolicy:
        return self._work.policy_for(os.fsdecode(self._original))

    async def look(self) -> Fingerprint | None:
        """The file that may be replaced, None where there is none; raises EndsHere where
        the rule for conflicts says that it may not."""
        return await self.weigh(await self._work.run(self._find))

    def _find(self) -> os.stat_result | None:
        with self.folder() as folder:
            return folder.find(self.name)

    async def weigh(self, found: os.stat_result | None) -> Fingerprint | None:
        """Like `look`, for what has been found there."""
        number = 1
        while found is not None:
            verdict, why = await self._judge(found)
            match verdict:
                case Verdict.OVERWRITE:
                    return Fingerprint.of(found)
                case Verdict.SKIP:
                    raise EndsHere(
                        Outcome(TransferState.SKIPPED, self._live.row.size_bytes, note=why)
                    )
                case Verdict.FAIL:
                    failure = exists_failure(shown(self.path))
                    raise EndsHere(Outcome(TransferState.FAILED, failure=failure))
                case Verdict.RENAME:
                    number += 1
                    await self._rename(number)
                    found = await self._work.run(self._find)
        return None

    async def _judge(self, found: os.stat_result) -> tuple[Verdict, str]:
        row = self._live.row
        source = Side(row.size_bytes, row.mtime_ns / 1e9, row.md5)
        target = Side(found.st_size, found.st_mtime)
        if row.attempt and await self._is_ours(found):
            # The earlier attempt may have ended before its name was durable.
            await self._work.plant.folder_syncs.sync(self.folder_path)
            raise EndsHere(Outcome(TransferState.DONE, row.size_bytes, note=self._live.note))
        if not stat.S_ISREG(found.st_mode):
            # A folder or a link is never replaced by a file.
            keeps_both = self._policy is ConflictPolicy.RENAME
            return (Verdict.RENAME if keeps_both else Verdict.FAIL), ""
        if needs_md5(self._policy, source, target):
            md5 = await self._work.run(md5_at, self.path)
            target = Side(found.st_size, found.st_mtime, md5)
        return judge(self._policy, source, target)

    async def _is_ours(self, found: os.stat_result) -> bool:
        """Did an earlier attempt end after the rename, before the journal heard of it?"""
        row = self._live.row
        if not stat.S_ISREG(found.st_mode) or found.st_size != row.size_bytes:
            return False
        if row.md5 is not None:
            return await self._work.run(md5_at, self.path) == row.md5
        return found.st_mtime_ns == self._terms.mtime_of(row)

    async def _rename(self, number: int) -> None:
        name = os.fsencode(numbered(os.fsdecode(self._original), number))
        self._place(name)
        self._live.note = f"Saved as {shown(self.name)}, to keep what was there."
        self._live.row = replace(self._live.row, local=name, original=self._original)
        await self._work.journal.do(
            transfer_table.set_target,
            self._live.row.id,
            local=name,
            note=self._live.note,
            original=self._original,
        )

    def rival(self) -> NoReturn:
        """Somebody wrote there after we had looked: theirs stays."""
        if self._policy is ConflictPolicy.SKIP:
            note = "It appeared there meanwhile."
            raise EndsHere(Outcome(TransferState.SKIPPED, note=note))
        raise EndsHere(Outcome(TransferState.FAILED, failure=rival_failure(shown(self.path))))

    def remove_part(self) -> None:
        """Blocking; does what it can."""
        remove_part(self._root, self.spot)
