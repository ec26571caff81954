"""A folder to one `.tgz` blob: packed and sent at once, block by block, then one commit.

The ids of the blocks say what is in them. An archive that is started again, in whatever process
or on whatever machine, packs everything anew and sends only what is not there yet. See Put
Block, Put Block List and Get Block List in the Blob service's REST reference.
"""

from __future__ import annotations

import asyncio
import hashlib
from contextlib import suppress
from dataclasses import replace
from typing import Final

from explorer.base.errors import (
    IntegrityError,
    Retry,
    StorageError,
)
from explorer.base.units import format_bytes
from explorer.storage.crc64 import crc64_of
from explorer.storage.model import BlobHeaders, BlobProperties, Condition, Crc64
from explorer.transfer import progress_table
from explorer.transfer.archive import Packed, Packer, Packing, Survey
from explorer.transfer.block_commit import commit_blocks, find_ours
from explorer.transfer.block_upload import is_sealed
from explorer.transfer.commit import patience
from explorer.transfer.foreign import clear_foreign_blocks
from explorer.transfer.model import ConflictPolicy
from explorer.transfer.plan import (
    DEFAULT_BLOCK_BYTES,
    DIGEST_BYTES,
    UPLOAD_ID_BYTES,
    block_size_for,
    make_block_id,
    parse_block_id,
)
from explorer.transfer.remote_target import RemoteTarget
from explorer.transfer.rows import Progress
from explorer.transfer.state import TransferState
from explorer.transfer.walk import chosen_below
from explorer.transfer.work import EndsHere, Live, Outcome, Work, first_of

AHEAD: Final = 3
"""Blocks that are packed and not yet sent: with the one that is being packed, all there is in
memory of an archive."""
KEY: Final = "quayside_archive"
"""In the metadata: from which files, as the archive shows them, it was made."""


class ArchiveUpload:
    """One attempt at an archive, or its continuation. Belongs to the loop's thread."""

    def __init__(self, work: Work, live: Live, target: RemoteTarget) -> None:
        options = work.options
        root = live.row.local
        self._work = work
        self._live = live
        self._target = target
        self._packing = Packing(
            root, options.links, chosen_below(root, options), options.preserve_mtime
        )
        self._block_bytes = DEFAULT_BLOCK_BYTES
        self._condition = Condition.absent()
        self._upload_id = b""
        self._digests: dict[int, bytes] = {}
        self._there: set[tuple[bytes, int]] = set()
        """Ids and sizes of blocks that need not be sent."""
        self._insists = options.with_md5 and not is_sealed(work.place.endpoint)

    async def run(self, kept: Progress | None) -> Outcome:
        """Raises SourceChangedError where the folder changed meanwhile: nothing is replaced."""
        async with self._work.plant.archives:
            return await self._run(kept)

    async def _run(self, kept: Progress | None) -> Outcome:
        live = self._live
        live.stands_at(0)
        survey = await self._work.run(self._packing.survey)
        live.size_bytes = survey.size_bytes
        wanted = self._work.options.block_size_bytes or DEFAULT_BLOCK_BYTES
        self._block_bytes = block_size_for(survey.most_bytes, wanted)
        if kept is not None and kept.fingerprint == _mark(survey):
            self._condition = Condition.unchanged(kept.etag) if kept.etag else Condition.absent()
            self._upload_id = kept.upload_id
            self._digests = dict(kept.digests)
            if kept.is_committing and (found := await self._find_ours()):
                return self._done(self._target.found_done(found), survey, found.size_bytes)
        else:
            await self._begin(survey)
        await self._find_staged()
        live.move(TransferState.RUNNING)
        try:
            packer = await self._stage()
        except StorageError as error:
            if error.code != "InvalidBlobOrBlock":
                raise
            self._condition = await clear_foreign_blocks(
                self._work, live, self._target.ref, self._condition
            )
            self._there.clear()
            live.stands_at(0)
            packer = await self._stage()
        live.move(TransferState.COMMITTING)
        await self._work.run(self._packing.check, survey)
        await self._work.journal.do(progress_table.set_committing, live.row.id)
        plain = self._target.headers(survey.mtime_ns, packer.md5.digest())
        metadata = {**plain.metadata, KEY: survey.identity.hex()}
        headers = replace(plain, metadata=metadata)
        return self._done(await self._commit(headers, packer), survey, packer.size_bytes)

    async def _begin(self, survey: Survey) -> None:
        self._condition = await self._look(survey)
        where = f"{self._work.place.endpoint}\n{self._target.ref.container}\n{self._target.name}"
        name = f"archive 1\n{where}\n{self._block_bytes}".encode("utf-8", "surrogatepass")
        self._upload_id = hashlib.sha256(name).digest()[:UPLOAD_ID_BYTES]
        kept = Progress(
            self._block_bytes,
            upload_id=self._upload_id,
            etag=self._condition.if_match,
            fingerprint=_mark(survey),
        )
        await self._work.journal.do(progress_table.start, self._live.row.id, kept)

    async def _look(self, survey: Survey) -> Condition:
        """As for a file; but what differs is told by what an archive was made of."""
        found = await self._target.properties()
        if found is not None and self._target.policy is ConflictPolicy.DIFFERENT:
            if found.headers.metadata.get(KEY) == survey.identity.hex():
                note = "An archive of the same files is there already."
                raise EndsHere(Outcome(TransferState.SKIPPED, survey.size_bytes, note=note))
            if not found.is_directory:
                return Condition.unchanged(found.etag)
        return await self._target.look(survey.size_bytes, survey.mtime_ns, found)

    async def _find_staged(self) -> None:
        blocks = await self._target.block_list()
        for block in blocks.uncommitted if blocks is not None else ():
            ours = parse_block_id(block.block_id)
            if ours is not None and ours.upload_id == self._upload_id:
                self._there.add((block.block_id, block.size_bytes))

    # -- packing and sending --------------------------------------------------

    async def _stage(self) -> Packer:
        """Pack everything; send what is not there. As many blocks ahead as `AHEAD` says."""
        self._digests.clear()
        packer = Packer(self._packing, self._block_bytes)
        room = asyncio.Semaphore(AHEAD)

        async def send(packed: Packed, block_id: bytes) -> None:
            await self._work.call(self._live, self._send, packed.data, block_id)
            self._live.moved(packed.read_bytes)
            room.release()

        try:
            async with asyncio.TaskGroup() as group:
                while True:
                    await room.acquire()
                    packed = await self._work.run(packer.next_block)
                    if packed is None:
                        break
                    block_id = self._name(packed)
                    if (block_id, len(packed.data)) in self._there:
                        self._live.stands_at(self._live.bytes_done + packed.read_bytes)
                        room.release()
                    else:
                        group.create_task(send(packed, block_id))
        except BaseExceptionGroup as errors:
            raise first_of(errors) from None
        finally:
            await self._work.run_anyway(packer.close)
        return packer

    def _name(self, packed: Packed) -> bytes:
        digest = hashlib.sha256(packed.data).digest()[:DIGEST_BYTES]
        self._digests[packed.index] = digest
        row_id = self._live.row.id
        self._work.journal.post(progress_table.add_block, row_id, packed.index, digest)
        return make_block_id(self._upload_id, packed.index, digest)

    def _send(self, data: bytes, block_id: bytes) -> None:
        self._work.store.put_block(
            self._target.ref,
            block_id,
            data,
            digest=Crc64(crc64_of(data), or_md5=self._insists),
            progress=self._work.meter,
        )

    # -- the commit -----------------------------------------------------------

    def _ids(self) -> list[bytes]:
        return [
            make_block_id(self._upload_id, index, self._digests[index])
            for index in sorted(self._digests)
        ]

    async def _commit(self, headers: BlobHeaders, packer: Packer) -> Outcome:
        written = await commit_blocks(
            self._work,
            self._live,
            self._target,
            self._ids(),
            headers,
            self._condition,
            self._target.ended,
        )
        with suppress(TimeoutError):
            async with patience():
                found = await self._target.properties()
                if found and found.etag == written.etag and found.size_bytes != packer.size_bytes:
                    raise _wrong(self._target.name)
        return self._target.done(written, headers, packer.size_bytes)

    async def _find_ours(self) -> BlobProperties | None:
        """The blob, if it is made of exactly our blocks."""
        if not self._digests:
            return None
        return await find_ours(self._target, self._ids())

    def _done(self, outcome: Outcome, survey: Survey, archive_bytes: int) -> Outcome:
        """Its size in the queue is that of the files; the note says what became of them."""
        files = "1 file" if survey.files == 1 else f"{survey.files:,} files"
        notes = [self._live.note, f"{files} in an archive of {format_bytes(archive_bytes)}."]
        if survey.left_out:
            notes.append(
                f"{survey.left_out:,} left out: pipes, sockets, devices, or links to nowhere."
            )
        note = " ".join(note for note in notes if note)
        return replace(outcome, size_bytes=survey.size_bytes, note=note)


def _mark(survey: Survey) -> str:
    return f"archive {survey.state.hex()}"


def _wrong(name: str) -> IntegrityError:
    error = IntegrityError(
        f"{name} is not in the container as it was sent.", cure="Upload it again."
    )
    error.retry = Retry.RESTART
    return error
