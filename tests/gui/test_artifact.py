"""Artifacts in the window: uploaded once and confirmed, recognised, fetched again."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from azure.storage.blob import ContainerClient
from PySide6.QtTest import QTest

from explorer.gui import ask
from explorer.gui.artifact.area import ArtifactArea
from explorer.gui.artifact.download_sheet import ArtifactDownloadSheet
from explorer.gui.artifact.upload_sheet import ArtifactUploadSheet
from explorer.gui.browse.rows import NO_TIME, Row, RowKind
from explorer.gui.errors import ErrorSheet
from explorer.gui.window.main_window import MainWindow
from explorer.gui.window.subject import Subject
from explorer.service.emulator import Emulator
from explorer.service.model import Ability, Location
from explorer.transfer.model import JobOptions
from explorer.workflows.artifact_place import is_artifact
from explorer.workflows.artifact_upload import ArtifactUpload, ArtifactWish
from tests.gui.conftest import Drive, until
from tests.gui.connections import connection
from tests.gui.test_keyboard import KEY, in_front, press, tab_to
from tests.gui.test_manage import opened_by
from tests.gui.test_share import offer
from tests.gui.test_window import Run, connected, run, sheet
from tests.gui.test_window import opened as opened_window

__all__ = ["run"]

BIG = 20 * 1024 * 1024
SLOWLY = JobOptions(limit_bytes_per_s=10_000, block_size_bytes=1024 * 1024)
"""BIG bytes are not sent while a test looks."""
UPLOAD, DOWNLOAD = "Upload as artifact", "Download artifact"


@pytest.fixture
def model(tmp_path: Path) -> Path:
    root = tmp_path / "model"
    (root / "sub").mkdir(parents=True)
    (root / "weights.bin").write_bytes(b"w" * 3000)
    (root / "sub/config.json").write_text("{}")
    (root / "train.log").write_text("epoch 1")
    (root / ".amlignore").write_text("# left here\n*.log\n")
    return root


async def opened(window: MainWindow, here: Location) -> ArtifactUploadSheet:
    conn = window.pane.connection
    assert conn is not None
    await opened_by(window, Subject(conn, here), UPLOAD)
    dialog: ArtifactUploadSheet = await sheet(ArtifactUploadSheet)
    await in_front(dialog)
    return dialog


async def upload(window: MainWindow, here: Location, path: Path, version: str = "") -> None:
    """Upload it, and wait until the window says that it is confirmed."""
    dialog = await opened(window, here)
    dialog.path.setText(str(path))
    dialog.version.setText(version)
    await until(dialog.go_button.isEnabled, "the folder is looked at")
    dialog.go_button.click()
    await until(lambda: "Uploaded and confirmed" in window.pane.notice.text(), "its end")


def blobs(container: ContainerClient) -> dict[str, dict[str, str] | None]:
    return {one.name: one.metadata or None for one in container.list_blobs(include=["metadata"])}


def test_a_folder_is_uploaded_as_an_artifact_by_keys(
    run: Run, container: ContainerClient, model: Path
) -> None:
    async def work(window: MainWindow, here: Location) -> None:
        dialog = await opened(window, here)
        assert dialog.path.hasFocus()
        QTest.keyClicks(dialog.path, str(model))
        await until(lambda: dialog.source is not None, "it is looked at")
        assert ".amlignore leaves out 1 file:" in dialog.figures.text()
        assert dialog.figures.text().startswith("3 files, ")
        assert dialog.rules.toPlainText() == "*.log"
        assert dialog.name.text() == "model"
        assert dialog.container.text() == here.container
        for field in (dialog.folder_button, dialog.file_button, dialog.name):
            tab_to(dialog, field)
        dialog.name.selectAll()
        QTest.keyClicks(dialog.name, "resnet")
        tab_to(dialog, dialog.version)
        QTest.keyClicks(dialog.version, "7")
        tab_to(dialog, dialog.container)
        tab_to(dialog, dialog.rules)
        await until(dialog.go_button.isEnabled)
        tab_to(dialog, dialog.go_button)
        press(dialog, KEY.Key_Space)
        await until(lambda: "confirmed: resnet, version 7" in window.pane.notice.text(), "its end")
        assert window.transfers.jobs.rowCount() == 1

    run(work)
    found = blobs(container)
    (folder,) = {name.rpartition("/model/")[0] for name in found}
    assert is_artifact(f"{folder}/model/")
    done = {"upload_status": "completed", "name": "resnet", "version": "7"}
    assert found == {
        f"{folder}/model/.amlignore": done,
        f"{folder}/model/sub/config.json": None,
        f"{folder}/model/weights.bin": None,
    }


def test_what_is_there_already_is_not_sent_again_and_can_be_shown(
    run: Run, container: ContainerClient, model: Path
) -> None:
    async def work(window: MainWindow, here: Location) -> None:
        await upload(window, here, model, "1")
        before = {one.name: one.etag for one in container.list_blobs()}
        dialog = await opened(window, here)
        dialog.path.setText(str(model))
        dialog.version.setText("2")
        await until(dialog.go_button.isEnabled)
        dialog.go_button.click()
        await until(lambda: "nothing was sent: model, version 1" in dialog.notice.text())
        assert not dialog.go_button.isEnabled()
        assert window.transfers.jobs.rowCount() == 1
        dialog.version.setText("3")
        assert dialog.notice.isHidden()
        assert dialog.go_button.isEnabled()
        dialog.go_button.click()
        await until(lambda: dialog.found is not None, "it is found again")
        dialog.notice.action_button.click()
        await until(lambda: [row.name for row in window.pane.selection()] == ["model"], "it")
        assert {one.name: one.etag for one in container.list_blobs()} == before

    run(work)


def test_a_version_that_is_left_out_becomes_a_fresh_one(
    run: Run, container: ContainerClient, model: Path
) -> None:
    async def work(window: MainWindow, here: Location) -> None:
        await upload(window, here, model / "weights.bin")

    run(work)
    ((name, metadata),) = blobs(container).items()
    assert name.endswith("/weights.bin")
    assert metadata is not None
    assert len(metadata["version"]) == 36


def test_what_cannot_be_is_marked_and_nothing_is_sent(
    run: Run, container: ContainerClient, model: Path, tmp_path: Path
) -> None:
    async def work(window: MainWindow, here: Location) -> None:
        dialog = await opened(window, here)
        dialog.path.setText(str(tmp_path / "none"))
        await until(lambda: "no file or folder" in dialog.notice.text(), "the reason")
        assert not dialog.go_button.isEnabled()
        dialog.path.setText(str(model))
        await until(dialog.go_button.isEnabled)
        assert dialog.notice.isHidden()
        for field, text in (
            (dialog.name, "ünicode"), (dialog.container, "A_B"), (dialog.version, "vé")
        ):  # fmt: skip
            before = field.text()
            field.setText(text)
            assert field.property("invalid")
            assert dialog.problem.text()
            assert not dialog.go_button.isEnabled()
            field.setText(before)
        assert dialog.go_button.isEnabled()
        press(dialog, KEY.Key_Escape)
        await until(lambda: not dialog.isVisible())

    run(work)
    assert blobs(container) == {}


def test_what_failed_is_not_confirmed_before_it_is_whole(
    run: Run, container: ContainerClient, model: Path, tmp_path: Path
) -> None:
    big, aside = model / "weights.bin", tmp_path / "aside"
    big.write_bytes(bytes(BIG))

    async def work(window: MainWindow, here: Location) -> None:
        bridge = window._bridge
        (area,) = (one for one in window.areas if isinstance(one, ArtifactArea))
        upload = ArtifactUpload(ArtifactWish(model, here, "resnet", "7"))
        assert await bridge.call(lambda service: upload.begin(service, SLOWLY)) is None
        job_id = upload.job_id
        assert job_id is not None
        area.follow(upload, job_id)
        await bridge.call(lambda service: service.pause(job_id))
        big.rename(aside)
        await bridge.call(lambda service: service.set_limit(job_id, 0))
        await bridge.call(lambda service: service.resume(job_id))
        await until(lambda: "not confirmed" in window.pane.notice.text(), "it is told")
        assert not any(blobs(container).values())
        aside.rename(big)
        await bridge.call(lambda service: service.retry(job_id))
        await until(lambda: "confirmed: resnet" in window.pane.notice.text(), "its end")
        assert [one for one in blobs(container).values() if one] == [
            {"upload_status": "completed", "name": "resnet", "version": "7"}
        ]

    run(work)


@pytest.mark.parametrize("is_changed", [False, True])
def test_what_was_under_way_when_the_program_ended_is_confirmed_later(
    drive: Drive[Any],
    azurite: Emulator,
    container: ContainerClient,
    data_dir: Path,
    model: Path,
    is_changed: bool,
) -> None:
    async def begin() -> int:
        async with opened_window(data_dir) as window:
            here = await connected(window, azurite)
            place = Location(here.id, container.container_name)
            upload = ArtifactUpload(ArtifactWish(model, place, "resnet", "7"))
            bridge = window._bridge
            assert await bridge.call(lambda service: upload.begin(service, SLOWLY)) is None
            assert upload.job_id is not None
            return upload.job_id

    async def go_on(job_id: int) -> None:
        async with opened_window(data_dir) as window:
            bridge = window._bridge
            (area,) = (one for one in window.areas if isinstance(one, ArtifactArea))
            await until(lambda: job_id in area._sent, "it is known")
            await bridge.call(lambda service: service.set_limit(job_id, 0))
            await bridge.call(lambda service: service.resume(job_id))
            if is_changed:
                await until(lambda: not area._sent, "the job's end")
                words: ErrorSheet = await sheet(ErrorSheet)
                assert "is not what was uploaded" in words.words.message
                words.reject()
            else:
                await until(lambda: "confirmed: resnet" in window.pane.notice.text(), "its end")
            await until(lambda: not list((data_dir / "artifacts").iterdir()), "nothing is left")

    (model / "weights.bin").write_bytes(bytes(BIG))
    job_id = drive(begin())
    assert [path.stem for path in (data_dir / "artifacts").iterdir()] == [str(job_id)]
    assert not any(blobs(container).values())
    if is_changed:
        (model / "new").write_text("new")
    drive(go_on(job_id))
    assert any(blobs(container).values()) is not is_changed


def test_an_artifact_is_told_and_downloaded_by_keys(
    run: Run,
    container: ContainerClient,
    model: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    target = tmp_path / "target"
    target.mkdir()

    async def chosen(*_: object) -> Path:
        return target

    async def work(window: MainWindow, here: Location) -> None:
        await upload(window, here, model, "7")
        (indicator,) = (name for name, metadata in blobs(container).items() if metadata)
        folder = indicator.rpartition("/")[0] + "/"
        conn = window.pane.connection
        assert conn is not None
        subject = Subject(conn, Location(here.connection_id, here.container, folder))
        monkeypatch.setattr(ask, "folder", chosen)
        await opened_by(window, subject, DOWNLOAD)
        dialog: ArtifactDownloadSheet = await sheet(ArtifactDownloadSheet)
        await in_front(dialog)
        await until(dialog.go_button.isEnabled, "it is looked at")
        assert dialog.figures.text().startswith("model, version 7: 3 files, ")
        assert "It is whole." in dialog.figures.text()
        tab_to(dialog, dialog.go_button)
        press(dialog, KEY.Key_Space)
        for name in ("sub/config.json", "weights.bin", ".amlignore"):
            await until((target / "model" / name).exists, f"{name} is fetched")

    run(work)
    assert (target / "model/weights.bin").read_bytes() == b"w" * 3000


def test_one_that_is_not_confirmed_says_so(run: Run, container: ContainerClient) -> None:
    folder = f"LocalUpload/{'0a' * 32}"
    container.upload_blob(f"{folder}/model/a", b"a")

    async def work(window: MainWindow, here: Location) -> None:
        (area,) = (one for one in window.areas if isinstance(one, ArtifactArea))
        place = Location(here.connection_id, here.container, f"{folder}/")
        window._scope.spawn(area.download(place), name="download an artifact")
        dialog: ArtifactDownloadSheet = await sheet(ArtifactDownloadSheet)
        await until(dialog.go_button.isEnabled, "it is looked at")
        assert "No file says that it is whole" in dialog.figures.text()
        dialog.reject()
        await until(lambda: "download an artifact" not in window._scope.names)

    run(work)


def test_they_are_offered_where_they_make_sense_and_refused_with_a_reason(run: Run) -> None:
    async def work(window: MainWindow, here: Location) -> None:
        def named(subject: Subject, name: str) -> Any:
            return offer(window, subject, name)

        reader = connection(denied=(Ability.WRITE,))
        artifact = Location("c1", "c", f"LocalUpload/{'0a' * 32}/model/")
        assert named(Subject(reader, artifact), UPLOAD).refusal == "No write here."
        assert named(Subject(reader, artifact), DOWNLOAD).refusal == ""
        blind = connection(denied=(Ability.READ,))
        assert named(Subject(blind, artifact), DOWNLOAD).refusal == "No read here."
        assert named(Subject(blind, artifact), UPLOAD).refusal == "No read here."
        with pytest.raises(AssertionError, match="nobody offers"):
            named(Subject(reader, Location("c1", "c", "LocalUpload/")), DOWNLOAD)
        blob = Row(RowKind.BLOB, "a", 1, NO_TIME, "", "", None, "")
        with pytest.raises(AssertionError, match="nobody offers"):
            named(Subject(reader, artifact, (blob,)), UPLOAD)

    run(work)


@pytest.mark.parametrize(
    ("path", "is_one"),
    [
        (f"LocalUpload/{'0a' * 32}/", True),
        (f"LocalUpload/{'0a' * 32}/model/", True),
        (f"az-ml-artifacts/{'0a' * 16}/model/", True),
        (f"LocalUpload/{'0a' * 32}/model/sub/", False),
        (f"x/LocalUpload/{'0a' * 32}/", False),
        ("LocalUpload/", False),
        ("LocalUpload/notahash/model/", False),
        ("", False),
    ],
)
def test_an_artifact_is_recognised_by_its_place(path: str, is_one: bool) -> None:
    assert is_artifact(path) is is_one
