"""Offers to hold a container or folder against the manifest of a run of a mirror. GUI thread
only."""

from __future__ import annotations

import os
from collections.abc import AsyncGenerator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from explorer.gui import ask
from explorer.gui.browse import rules
from explorer.gui.window.offers import Offer
from explorer.gui.window.subject import Subject
from explorer.gui.window.surroundings import Surroundings
from explorer.service.model import Ability, Location
from explorer.transfer.files import translating

if TYPE_CHECKING:  # loaded when somebody verifies
    from explorer.workflows.mirror_runs import KeptRun
    from explorer.workflows.mirror_sides import End
    from explorer.workflows.verify import Finding


class VerifyArea:
    """One per window."""

    def __init__(self, around: Surroundings) -> None:
        self._around = around

    def offers(self, subject: Subject) -> Sequence[Offer]:
        place = subject.place
        if place is None or not place.container:
            return ()
        return (
            Offer(
                "&Verify with a manifest…",
                lambda: self._around.do(self.show(place), "verify with a manifest"),
                "check",
                refusal=rules.refusal(subject.as_place(), Ability.READ),
            ),
        )

    async def show(self, place: Location) -> None:
        """Ask which manifest, and show what differs, until the sheet is closed."""
        from explorer.gui.verify.sheet import VerifyCalls, VerifySheet
        from explorer.workflows.mirror import label
        from explorer.workflows.mirror_runs import runs

        around, bridge = self._around, self._around.bridge
        data_dir = await bridge.get(lambda service: service.data_dir)
        calls = VerifyCalls(
            runs=lambda: around.workers.run(runs, data_dir),
            open=lambda path: around.workers.run(open_manifest, path),
            findings=self._findings,
            exists=lambda path: around.workers.run(path.exists),
            save=lambda path, text: around.workers.run(save, path, text),
        )
        name = await bridge.get(lambda service: label(service, place))
        await ask.answer(VerifySheet(place, name, calls, around.scope, around.window))

    def _findings(
        self, manifest: Path, place: End, reads: bool
    ) -> AsyncGenerator[list[Finding], None]:
        from explorer.workflows.verify import verify

        return self._around.bridge.stream(
            lambda service: verify(service, manifest, place, reads=reads)
        )


def open_manifest(path: Path) -> KeptRun:
    """The run of a manifest that somebody kept. Raises InputError. Blocking."""
    from explorer.workflows.manifest import Manifest
    from explorer.workflows.mirror_runs import KeptRun

    with Manifest(path) as manifest:
        return KeptRun(path.name, path, manifest.run)


def save(path: Path, text: str) -> None:
    """Write what differs to a file. Raises LocalError. Blocking."""
    with (
        translating(os.fsencode(path)),
        path.open("w", encoding="utf-8", errors="backslashreplace", newline="") as file,
    ):
        file.write(text)
