"""The main job in the real window: paste, open, drop a folder, fetch outputs; and after a kill."""

from __future__ import annotations

import random
from collections.abc import Iterator
from pathlib import Path

import pytest
from azure.core.exceptions import ResourceNotFoundError
from azure.storage.blob import ContainerClient

from explorer.service.emulator import Emulator
from tests.e2e.desk import Desk, Window, settle
from tests.e2e.hands import choose_file, connect, enter
from tests.e2e.screen import wait_for
from tests.e2e.storage import filled

CONTAINER = "training"
BIG_BYTES = 48 << 20
SLOW_BYTES_PER_S = 2 << 20
"""Half a minute for the large file: however late the test sees that it is under way."""


@pytest.fixture
def training(azurite: Emulator) -> Iterator[ContainerClient]:
    """An empty container called `training`, and a look at it that is not ours."""
    with filled(azurite.connection_string, CONTAINER, {}) as client:
        yield client


def write_folder(folder: Path, *, big_bytes: int = 0) -> dict[str, bytes]:
    """A folder of results with odd names; what it holds, by name."""
    dice = random.Random(7)
    files = {
        "metrics.csv": b"epoch,loss\n1,0.5\n",
        "logs/train 1.log": b"started\n" * 1000,
        "logs/ünïcode #1 100%.txt": "grüße\n".encode(),
        "plots/deep/er/loss.png": dice.randbytes(70_000),
        "empty.bin": b"",
    }
    if big_bytes:
        files["model.safetensors"] = dice.randbytes(big_bytes)
    for name, data in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
    return files


def read_folder(folder: Path) -> dict[str, bytes]:
    files = (path for path in folder.rglob("*") if path.is_file())
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in files}


def connect_by_keyboard(window: Window, pasted: str) -> None:
    """Paste into the empty start, connect, open the container; no mouse."""
    connect(window, pasted)
    enter(window, CONTAINER, "This container is empty", role="")


def drop_folder(window: Window, desk: Desk, folder: Path) -> None:
    """Drag a folder from another program's window onto the listing."""
    desk.start(str(Path(__file__).with_name("drag_source.py")), str(folder))
    source = desk.screen.window("Drag source")
    desk.screen.place(source, 1040, 80, 300, 200)
    desk.drag((1180, 180), window.spot("This container is empty"))


def staged_bytes(container: ContainerClient, name: str) -> int:
    """How much of a blob the service holds uncommitted."""
    try:
        blocks = container.get_blob_client(name).get_block_list("uncommitted")[1]
    except ResourceNotFoundError:
        return 0
    return sum(block.size for block in blocks)


def download(window: Window, destination: Path) -> None:
    """Select everything shown, and download it to a folder that is typed in."""
    destination.mkdir(exist_ok=True)
    window.activate()
    window.click("Folder results", "cell")
    window.keys("ctrl+d")
    choose_file(window, "Download to", destination, label="Directory:")


def test_paste_browse_drop_and_download(
    at_desk: Desk, azurite: Emulator, training: ContainerClient, tmp_path: Path
) -> None:
    files = write_folder(tmp_path / "results")
    window = at_desk.open_quayside()
    connect_by_keyboard(window, azurite.connection_string)

    drop_folder(window, at_desk, tmp_path / "results")
    window.see("Folder results", "cell")
    wait_for(
        lambda: {blob.name for blob in training.list_blobs()} >= {f"results/{n}" for n in files},
        "every file to be uploaded",
    )
    for name, data in files.items():
        assert training.download_blob(f"results/{name}").readall() == data

    download(window, tmp_path / "fetched")
    fetched = tmp_path / "fetched" / "results"
    wait_for(lambda: read_folder(fetched) == files if fetched.exists() else None, "the download")
    window.see("Done, 2 transfers")

    assert window.close() == 0
    assert "Traceback" not in at_desk.log()


def test_a_kill_in_the_middle_loses_nothing(
    at_desk: Desk, azurite: Emulator, training: ContainerClient, tmp_path: Path
) -> None:
    files = write_folder(tmp_path / "results", big_bytes=BIG_BYTES)
    settle(at_desk.home, limit_bytes_per_s=SLOW_BYTES_PER_S)
    window = at_desk.open_quayside()
    connect_by_keyboard(window, azurite.connection_string)
    drop_folder(window, at_desk, tmp_path / "results")
    big = "results/model.safetensors"
    wait_for(lambda: staged_bytes(training, big) >= 16 << 20, "some blocks of the large file")
    window.kill()
    assert not training.get_blob_client(big).exists()

    settle(at_desk.home, limit_bytes_per_s=0)
    window = at_desk.open_quayside()
    wait_for(lambda: training.get_blob_client(big).exists() or None, "the upload to go on")
    wait_for(
        lambda: {blob.name for blob in training.list_blobs()} >= {f"results/{n}" for n in files},
        "every file to be uploaded",
    )
    for name, data in files.items():
        assert training.download_blob(f"results/{name}").readall() == data
    window.see("Done, 1 transfer")
    assert window.close() == 0

    settle(at_desk.home, limit_bytes_per_s=SLOW_BYTES_PER_S)
    window = at_desk.open_quayside()
    fetched = tmp_path / "fetched"
    download(window, fetched)
    window.hear(r"^[1-8]\d %, running")
    assert list(fetched.rglob("*model.safetensors*part"))
    window.kill()
    assert not (fetched / big).exists()

    settle(at_desk.home, limit_bytes_per_s=0)
    window = at_desk.open_quayside()
    wait_for(lambda: (fetched / big).exists() or None, "the download to go on")
    wait_for(lambda: read_folder(fetched / "results") == files, "every byte")
    window.see("Done, 2 transfers")
    assert window.close() == 0
    assert "Traceback" not in at_desk.log()
