"""Properties, tier and leases changed in the window: looked at first, then done."""

from __future__ import annotations

from azure.storage.blob import ContainerClient
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from explorer.base.errors import NotFoundError
from explorer.gui.manage import words
from explorer.gui.manage.change_sheet import ChangeSheet, Stage
from explorer.gui.manage.copy_status_sheet import CopyStatusSheet
from explorer.gui.manage.forms import PropertiesForm, TierForm
from explorer.gui.manage.lease_sheet import LeaseSheet
from explorer.gui.parts.pairs_table import PairsTable
from explorer.gui.window.main_window import MainWindow
from explorer.gui.window.subject import Subject
from explorer.service.management import Applying
from explorer.service.model import Ability, Location
from explorer.storage.control_model import Rehydration
from explorer.storage.labels import check_metadata, check_tags
from tests.gui.conftest import until
from tests.gui.connections import connection
from tests.gui.test_share import offer, subject_of
from tests.gui.test_window import Run, put, run, sheet

__all__ = ["run"]


async def opened_by(window: MainWindow, subject: Subject, name: str) -> None:
    found = offer(window, subject, name)
    assert not found.refusal
    assert found.act is not None
    found.act()


def test_a_folder_and_a_blob_get_metadata_after_a_preview(
    run: Run, container: ContainerClient
) -> None:
    put(container, "data/a", "data/deep/b", "c", "other")
    container.get_blob_client("c").set_blob_metadata({"owner": "x"})

    async def work(window: MainWindow, here: Location) -> None:
        await opened_by(window, await subject_of(window, here, "data", "c"), "Change properties")
        dialog = await sheet(ChangeSheet)
        assert not dialog.go_button.isEnabled()
        dialog.form.metadata.pairs.show_pairs({"owner": "y"})
        dialog.go_button.click()
        await until(lambda: dialog.stage is Stage.PREVIEW, "it is looked at")
        assert [line.cells for line in dialog.model.lines] == [
            ("c", "metadata owner", "x", "y"),
            ("data/a", "metadata owner", "–", "y"),
            ("data/deep/b", "metadata owner", "–", "y"),
        ]
        assert container.get_blob_client("c").get_blob_properties().metadata == {"owner": "x"}
        assert dialog.go_button.text() == "&Change 3"
        dialog.go_button.click()
        await until(lambda: dialog.stage is Stage.ENDED, "it is done")
        assert "Changed 3 blobs." in dialog.notice.text()
        dialog.close_button.click()

    run(work)
    for name in ("data/a", "data/deep/b", "c"):
        assert container.get_blob_client(name).get_blob_properties().metadata == {"owner": "y"}
    assert container.get_blob_client("other").get_blob_properties().metadata == {}


def test_what_fails_is_listed_and_tried_again(run: Run, container: ContainerClient) -> None:
    put(container, "a", "b")

    async def work(window: MainWindow, here: Location) -> None:
        await opened_by(window, await subject_of(window, here, "a", "b"), "Change properties")
        dialog = await sheet(ChangeSheet)
        dialog.form.headers.lines["content_type"].setText("text/plain")
        dialog.form.headers.boxes["content_type"].setChecked(True)
        dialog.go_button.click()
        await until(lambda: dialog.stage is Stage.PREVIEW, "it is looked at")
        container.upload_blob("b", b"other bytes", overwrite=True)
        dialog.go_button.click()
        await until(lambda: dialog.stage is Stage.ENDED, "it is over")
        assert "1 failed" in dialog.notice.text()
        assert [line.cells[0] for line in dialog.model.lines] == ["b"]
        assert dialog.go_button.text() == "&Retry failed"
        dialog.go_button.click()
        await until(lambda: dialog.stage is Stage.PREVIEW, "it is looked at again")
        dialog.go_button.click()
        await until(lambda: dialog.stage is Stage.ENDED, "it is over")
        assert "Changed 1 blob." in dialog.notice.text()
        dialog.reject()

    run(work)
    found = container.get_blob_client("b").get_blob_properties()
    assert found.content_settings.content_type == "text/plain"


def test_a_tier_is_changed_by_keys_alone(run: Run, container: ContainerClient) -> None:
    put(container, "a")

    async def work(window: MainWindow, here: Location) -> None:
        await opened_by(window, await subject_of(window, here, "a"), "Change tier")
        dialog = await sheet(ChangeSheet)
        dialog.activateWindow()
        await until(lambda: dialog.focusWidget() is dialog.form.tier, "the tier has the keys")
        QTest.keyClick(dialog.form.tier, Qt.Key.Key_Down)
        assert dialog.form.tier.currentText() == "Cool"
        QTest.keyClick(dialog, Qt.Key.Key_Return)
        await until(lambda: dialog.stage is Stage.PREVIEW, "it is looked at")
        QTest.keyClick(dialog, Qt.Key.Key_Return)
        await until(lambda: dialog.stage is Stage.ENDED, "it is done")
        QTest.keyClick(dialog, Qt.Key.Key_Escape)
        assert not dialog.isVisible()

    run(work)
    assert container.get_blob_client("a").get_blob_properties().blob_tier == "Cool"


def test_a_lease_is_taken_given_back_and_broken(run: Run, container: ContainerClient) -> None:
    put(container, "a")
    blob = container.get_blob_client("a")

    async def work(window: MainWindow, here: Location) -> None:
        subject = await subject_of(window, here, "a")
        await opened_by(window, subject, "Lease")
        dialog = await sheet(LeaseSheet)
        await until(dialog.take_button.isEnabled, "nobody has it")
        assert not dialog.break_button.isEnabled()
        dialog.take_button.click()
        await until(dialog.break_button.isEnabled, "it is taken")
        assert blob.get_blob_properties().lease.state == "leased"
        lease_id = dialog.lease_id.text()
        dialog.accept()
        await opened_by(window, subject, "Lease")
        await until(lambda: not dialog.isVisible())
        again = await sheet(LeaseSheet)
        assert again.lease_id.text() == lease_id
        await until(again.release_button.isEnabled)
        again.release_button.click()
        await until(again.take_button.isEnabled, "it is given back")
        blob.acquire_lease()
        again.do()
        await until(again.break_button.isEnabled, "somebody else has it")
        assert not again.renew_button.isEnabled()
        again.break_button.click()
        await until(again.take_button.isEnabled, "it is broken")
        assert blob.get_blob_properties().lease.state == "broken"
        again.accept()

    run(work)


def test_a_container_has_a_lease_too(run: Run, container: ContainerClient) -> None:
    async def work(window: MainWindow, here: Location) -> None:
        connection_ = window.pane.connection
        assert connection_ is not None
        await opened_by(window, Subject(connection_, here), "Lease")
        dialog = await sheet(LeaseSheet)
        await until(dialog.take_button.isEnabled, "nobody has it")
        dialog.take_button.click()
        await until(dialog.release_button.isEnabled, "it is taken")
        assert container.get_container_properties().lease.state == "leased"
        dialog.release_button.click()
        await until(dialog.take_button.isEnabled, "it is given back")
        dialog.accept()

    run(work)


def test_the_state_of_a_copy_is_told(run: Run, container: ContainerClient) -> None:
    put(container, "a")
    container.get_blob_client("b").start_copy_from_url(container.get_blob_client("a").url)

    async def work(window: MainWindow, here: Location) -> None:
        await opened_by(window, await subject_of(window, here, "b"), "Copy status")
        dialog = await sheet(CopyStatusSheet)
        await until(lambda: "complete" in dialog.says.text(), "it is told")
        assert not dialog.stop_button.isEnabled()
        assert "under way" in dialog.stop_button.toolTip()
        dialog.accept()

    run(work)


def test_a_table_says_what_cannot_be_kept(qtbot: QtBot) -> None:
    pairs = PairsTable("Tags", check_tags)
    qtbot.addWidget(pairs)
    pairs.show_pairs({"a": "b"})
    assert not pairs.problem
    item = pairs.table.item(0, 1)
    assert item is not None
    item.setText("no, comma")
    assert "character" in pairs.words.text()
    item.setText("fine")
    assert not pairs.problem
    pairs.add_row()
    name = pairs.table.item(1, 0)
    assert name is not None
    name.setText("a")
    assert "twice" in pairs.problem
    pairs.table.selectRow(1)
    pairs.remove_button.click()
    assert pairs.pairs == {"a": "fine"}


def test_metadata_without_a_value_is_no_metadata(qtbot: QtBot) -> None:
    pairs = PairsTable("Metadata", check_metadata)
    qtbot.addWidget(pairs)
    pairs.show_pairs({"owner": ""})
    assert "no value" in pairs.problem


def test_a_form_for_properties_leaves_alone_what_is_not_named(qtbot: QtBot) -> None:
    form = PropertiesForm()
    qtbot.addWidget(form)
    assert form.wish().actions == ()
    form.headers.boxes["cache_control"].setChecked(True)
    form.tags.removed.setText("old, older")
    wish = form.wish()
    assert (wish.cache_control, wish.content_type) == ("", None)
    assert wish.removed_tags == ("old", "older")
    form.tags.replaces.setChecked(True)
    assert (form.wish().removed_tags, form.wish().replaces_tags) == ((), True)


def test_the_archive_warns_and_brings_nothing_back(qtbot: QtBot) -> None:
    form = TierForm("Cool")
    qtbot.addWidget(form)
    assert form.wish().tier == "Cool"
    form.priority.setCurrentIndex(1)
    assert form.wish().priority is Rehydration.HIGH
    form.tier.setCurrentText("Archive")
    assert "cannot be read" in form.words.text()
    assert not form.priority.isEnabled()


def test_the_end_tells_what_was_stopped_and_what_failed() -> None:
    failures = (("d/a", NotFoundError("There is no blob.")),)
    step = Applying(5, 2, 1, 1, failures)
    assert words.ended_text(step, is_stopped=True) == (
        "Stopped: changed 2 of 5 blobs, 1 of them on the way out of the archive; 1 failed."
    )
    assert words.failure_lines(step, "d/")[0].cells[:2] == ("a", "failed")


def test_what_is_refused_says_why() -> None:
    from explorer.gui.manage.area import ManageArea

    class Around:
        def do(self, *_: object) -> None:
            """Nothing is done here."""

    denied = connection("a", denied=(Ability.OVERWRITE, Ability.CHANGE_CONTAINER))
    offers = ManageArea(Around()).offers(Subject(denied, Location("a", "c")))  # type: ignore[arg-type]
    told = {one.text.replace("&", ""): one.refusal for one in offers}
    assert told["Change tier…"] == "No change here."
    assert told["Change properties…"] == ""
    assert told["Lease…"] == "No change containers here."
