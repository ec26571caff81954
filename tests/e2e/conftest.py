"""The desk: a virtual screen, a session bus with a keyring, a screen reader's eyes."""

from __future__ import annotations

from collections.abc import Generator, Iterator
from pathlib import Path

import pytest
from azure.storage.blob import BlobServiceClient

from explorer.service.emulator import Emulator
from tests.e2e.desk import Desk, desk, settle
from tests.e2e.storage import ACCOUNT
from tests.support.secret_service import SecretService

TIMEOUT_S = 600
"""Of one test: a real window on a machine that has much else to do."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.timeout(TIMEOUT_S))


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item,
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Where a test fails, a picture of the screen and the log are named."""
    report = yield
    at = getattr(item, "funcargs", {}).get("at_desk")
    if report.failed and report.when != "teardown" and isinstance(at, Desk):
        picture = at.screen.picture(at.home / "failure.png")
        told = f"picture of the screen: {picture}\n{at.log()[-4000:]}"
        report.sections.append(("The desk", told))
    return report


@pytest.fixture
def theme() -> str:
    """The look of the window, as the system is; a test may set it by parameter."""
    return ""


@pytest.fixture
def scale() -> int:
    """How many pixels of the screen make a point; a test may set it by parameter."""
    return 1


@pytest.fixture
def at_desk(
    tmp_path: Path, secret_service: SecretService, theme: str, scale: int
) -> Iterator[Desk]:
    """A desk to sit at."""
    home = tmp_path / "desk"
    if theme:
        settle(home, theme=theme)
    with desk(home, secret_service, width=1400 * scale, height=900 * scale) as at:
        at.screen.env["QT_SCALE_FACTOR"] = str(scale)
        at.scale = scale
        yield at


@pytest.fixture
def storage(tmp_path: Path) -> Iterator[Emulator]:
    """An empty account whose key nobody else has."""
    with Emulator(log=tmp_path / "emulator.log", accounts=(ACCOUNT,)) as emulator:
        yield emulator


@pytest.fixture
def service(storage: Emulator) -> Iterator[BlobServiceClient]:
    """A look at that account which is not ours."""
    with BlobServiceClient.from_connection_string(storage.connection_string) as client:
        yield client
