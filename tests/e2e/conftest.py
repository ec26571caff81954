"""The desk: a virtual screen, a session bus with a keyring, a screen reader's eyes."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.e2e.desk import Desk, desk
from tests.support.secret_service import SecretService


@pytest.fixture
def at_desk(
    tmp_path: Path, secret_service: SecretService, request: pytest.FixtureRequest
) -> Iterator[Desk]:
    """A desk to sit at; where the test fails, a picture of the screen and the log are named."""
    home = tmp_path / "desk"
    with desk(home, secret_service) as sat:
        failed_before = request.session.testsfailed
        yield sat
        if request.session.testsfailed > failed_before:
            picture = sat.screen.picture(home / "failure.png")
            print(f"picture of the screen: {picture}\nlog of the programs:\n{sat.log()[-4000:]}")
