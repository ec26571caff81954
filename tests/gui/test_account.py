"""Containers and the account set in dialogs, with the real service on the emulator."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import shiboken6
from azure.storage.blob import ContainerClient
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget

from explorer.base.errors import InputError
from explorer.gui.account.access_words import read_time, time_text
from explorer.gui.account.area import AccountArea
from explorer.gui.account.container_sheet import ContainerSheet
from explorer.gui.account.create_sheet import CreateContainerSheet
from explorer.gui.account.metadata_field import read_lines
from explorer.gui.account.policies_sheet import PoliciesSheet
from explorer.gui.account.public_access_sheet import PublicAccessSheet
from explorer.gui.account.settings_sheet import AccountSettingsSheet, ReviewSheet
from explorer.gui.account.settings_words import changes
from explorer.gui.colours import Tone
from explorer.gui.window.actions import Act
from explorer.gui.window.main_window import MainWindow
from explorer.gui.window.offers import Offer
from explorer.gui.window.subject import Subject
from explorer.service.emulator import Emulator
from explorer.service.model import Ability, Location
from explorer.storage.control_model import (
    ContainerAccess,
    CorsRule,
    PublicAccess,
    ServiceSettings,
    StoredPolicy,
)
from tests.gui.conftest import Drive, until
from tests.gui.connections import connection
from tests.gui.test_window import Run, Work, choose, connected, listed, names, opened, sheet

KEY = Qt.Key


@pytest.fixture
def run(drive: Drive[Any], azurite: Emulator, container: ContainerClient, data_dir: Path) -> Run:
    """Runs a test's work in an open window that shows a fresh container."""

    def go(work: Work) -> None:
        async def whole() -> None:
            async with opened(data_dir) as window:
                connection = await connected(window, azurite)
                here = Location(connection.id, str(container.container_name))
                window.pane.go(here)
                await until(lambda: listed(window.pane), "the container is listed")
                await work(window, here)

        drive(whole())

    return go


def offered(window: MainWindow, here: Location, text: str) -> Offer:
    """The entry of that name for the place."""
    area = next(one for one in window.areas if isinstance(one, AccountArea))
    known = window.tree_controller.connection(here.connection_id)
    assert known is not None
    found = area.offers(Subject(known, here))
    return next(one for one in found if one.text.replace("&", "") == text)


def opens(window: MainWindow, here: Location, text: str) -> None:
    act = offered(window, here, text).act
    assert act is not None
    act()


def press(keys: Sequence[Qt.Key]) -> None:
    """On whatever has the focus, as a keyboard does."""
    for key in keys:
        QTest.keyClick(focused(), key)


def typed(text: str) -> None:
    first, *others = text.split("\n")
    QTest.keyClicks(focused(), first)
    for line in others:
        QTest.keyClick(focused(), KEY.Key_Return)
        QTest.keyClicks(focused(), line)


def focused() -> QWidget:
    widget = QApplication.focusWidget()
    assert widget is not None
    return widget


def gone(it: QWidget) -> bool:
    """Closed, and deleted perhaps."""
    return not shiboken6.isValid(it) or not it.isVisible()


def tab_to(wanted: QWidget) -> None:
    """By the Tab key alone."""
    for _ in range(60):
        if focused() is wanted:
            return
        QTest.keyClick(focused(), KEY.Key_Tab)
    pytest.fail(f"Tab does not reach {wanted.accessibleName() or wanted}")


def test_a_container_is_made_by_keyboard_with_access_and_metadata(run: Run) -> None:
    async def work(window: MainWindow, here: Location) -> None:
        name = f"{here.container}-new"
        window.deeds.open_here(Location(here.connection_id))
        await until(lambda: not window.pane.is_listing and here.container in names(window.pane))
        await choose(window, Act.NEW_CONTAINER)
        it: CreateContainerSheet = await sheet(CreateContainerSheet)
        it.activateWindow()
        await until(lambda: it.name.hasFocus(), "the name has the focus")
        typed("Not_good")
        assert not it.create_button.isEnabled()
        assert it.problem.text()
        it.name.selectAll()
        typed(name)
        tab_to(it.access)
        press([KEY.Key_Down])
        assert it.public is PublicAccess.BLOBS
        assert "internet" in it.warning.text()
        tab_to(it.metadata.lines)
        typed("owner=me\n1x=no")
        assert it.metadata.problem
        assert not it.create_button.isEnabled()
        press([KEY.Key_Backspace] * 5)
        typed("team=ai")
        tab_to(it.create_button)
        press([KEY.Key_Space])
        await until(lambda: gone(it), "it is made")
        await until(lambda: name in names(window.pane), "it is listed")
        admin = await window._bridge.get(lambda service: service.administration)
        place = Location(here.connection_id, name)
        found = await window._bridge.call(lambda _: admin.container(place))
        assert (found.public_access, found.metadata) == ("blob", {"owner": "me", "team": "ai"})
        await window._bridge.call(lambda service: service.delete_container(place))

    run(work)


def test_a_taken_name_is_told_and_the_dialog_stays(run: Run) -> None:
    async def work(window: MainWindow, here: Location) -> None:
        window.deeds.open_here(Location(here.connection_id))
        await choose(window, Act.NEW_CONTAINER)
        it: CreateContainerSheet = await sheet(CreateContainerSheet)
        it.name.setText(here.container)
        it.create_button.click()
        await until(it.notice.text, "the reason is told")
        assert it.isVisible()
        assert it.name.text() == here.container
        it.reject()

    run(work)


def test_public_access_is_changed_by_keyboard_and_warned_of(
    run: Run, container: ContainerClient
) -> None:
    async def work(window: MainWindow, here: Location) -> None:
        opens(window, here, "Public access…")
        it: PublicAccessSheet = await sheet(PublicAccessSheet)
        await until(lambda: it.choices[PublicAccess.NOBODY].hasFocus(), "what is set is shown")
        assert not it.apply_button.isEnabled()
        press([KEY.Key_Down, KEY.Key_Down])
        assert it.chosen is PublicAccess.ALL
        assert "internet" in it.notice.text()
        press([KEY.Key_Return])
        await until(lambda: gone(it), "it is applied")
        assert container.get_container_access_policy()["public_access"] == "container"

    run(work)


def test_public_access_that_somebody_else_changed_is_looked_at_again(
    run: Run, container: ContainerClient
) -> None:
    async def work(window: MainWindow, here: Location) -> None:
        opens(window, here, "Public access…")
        it: PublicAccessSheet = await sheet(PublicAccessSheet)
        await until(lambda: it.choices[PublicAccess.NOBODY].hasFocus(), "what is set is shown")
        container.set_container_access_policy({}, public_access="blob")
        it.choices[PublicAccess.ALL].click()
        it.apply_button.click()
        await until(lambda: it.notice.tone() is Tone.BAD, "the refusal")
        it.again_button.click()
        await until(lambda: it.chosen is PublicAccess.BLOBS, "what somebody else set is shown")
        await until(lambda: it.notice.tone() is Tone.WARN, "and warned of")
        it.choices[PublicAccess.ALL].click()
        it.apply_button.click()
        await until(lambda: gone(it), "it is applied")
        assert container.get_container_access_policy()["public_access"] == "container"

    run(work)


def test_stored_policies_are_made_by_keyboard_and_checked_as_typed(
    run: Run, container: ContainerClient
) -> None:
    async def work(window: MainWindow, here: Location) -> None:
        opens(window, here, "Stored access policies…")
        it: PoliciesSheet = await sheet(PoliciesSheet)
        await until(lambda: it.add_policy.hasFocus(), "they are looked at")
        press([KEY.Key_Space])
        assert it.rows[0].id.hasFocus()
        typed("readers")
        press([KEY.Key_Tab])
        typed("lrz")
        assert "'z'" in it.line.text()
        assert not it.save_button.isEnabled()
        press([KEY.Key_Backspace, KEY.Key_Tab])
        typed("tomorrow")
        assert "no time" in it.line.text()
        it.rows[0].starts.clear()
        press([KEY.Key_Tab])
        typed("2031-02-03 04:05")
        assert it.line.text() == "readers: read, list"
        press([KEY.Key_Return])
        await until(lambda: gone(it), "they are saved")
        told = container.get_container_access_policy()["signed_identifiers"]
        assert [one.id for one in told] == ["readers"]
        assert told[0].access_policy.permission == "rl"

    run(work)


def test_policies_changed_meanwhile_are_not_overwritten(run: Run) -> None:
    async def work(window: MainWindow, here: Location) -> None:
        opens(window, here, "Stored access policies…")
        it: PoliciesSheet = await sheet(PoliciesSheet)
        await until(lambda: it.add_policy.isEnabled(), "they are looked at")
        it.add_policy.click()
        it.rows[0].id.setText("mine")
        theirs = ContainerAccess(policies=(StoredPolicy("theirs", "r"),))
        await window._bridge.call(
            lambda service: service.administration.set_container_access(here, theirs)
        )
        it.save_button.click()
        await until(lambda: "meanwhile" in it.notice.text(), "the conflict is told")
        assert it.rows[0].id.text() == "mine"
        it.reload.click()
        await until(lambda: it.rows and it.rows[0].id.text() == "theirs", "it is looked again")
        for _ in range(4):
            it.add_policy.click()
        assert len(it.rows) == 5
        assert not it.add_policy.isEnabled()
        it.reject()

    run(work)


def test_metadata_is_saved_and_a_lease_taken_and_broken(run: Run) -> None:
    async def work(window: MainWindow, here: Location) -> None:
        opens(window, here, "Container properties and lease…")
        it: ContainerSheet = await sheet(ContainerSheet)
        await until(lambda: it.metadata.lines.hasFocus() and not it.is_busy, "it is looked at")
        typed("owner=me")
        tab_to(it.save_button)
        press([KEY.Key_Space])
        await until(lambda: "saved" in it.notice.text(), "the metadata is saved")
        assert not it.break_button.isEnabled()
        tab_to(it.acquire_button)
        press([KEY.Key_Space])
        await until(lambda: it.lease_id.text(), "the lease is taken")
        await until(lambda: it.break_button.isEnabled())
        assert it.lease.text() == "leased"
        it.release_button.click()
        await until(lambda: it.lease.text() == "available", "it is given back")
        await until(lambda: not it.is_busy)
        it.acquire_button.click()
        await until(lambda: it.break_button.isEnabled(), "it is taken again")
        it.break_button.click()
        await until(lambda: it.lease.text() == "broken", "it is broken")
        it.reject()

    run(work)


def test_account_settings_are_reviewed_before_they_are_applied(run: Run) -> None:
    async def work(window: MainWindow, here: Location) -> None:
        opens(window, Location(here.connection_id), "Account settings…")
        it: AccountSettingsSheet = await sheet(AccountSettingsSheet)
        await until(lambda: it.cors.isEnabled() and not it.is_busy, "they are looked at")
        it.cors.show_rules(())
        it.keep.setChecked(False)
        it.activateWindow()
        it.cors.add_button.setFocus()
        await until(lambda: it.cors.add_button.hasFocus())
        press([KEY.Key_Space])
        typed("https://a.example")
        press([KEY.Key_Tab])
        typed("fetch")
        assert "FETCH" in it.line.text()
        assert not it.apply_button.isEnabled()
        it.cors.rows[0].lines[1].selectAll()
        typed("get, put")
        tab_to(it.keep)
        press([KEY.Key_Space])
        tab_to(it.apply_button)
        press([KEY.Key_Space])
        review: Any = await sheet(ReviewSheet)
        cells = [line.cells for line in review.model.lines]
        assert ("CORS rule 1", "none", "GET, PUT from https://a.example; 0 s") in cells
        assert ("Deleted blobs are kept", "off", "7 days") in cells
        review.activateWindow()
        await until(lambda: review.go_button.hasFocus())
        press([KEY.Key_Return])
        await until(lambda: "changed" in it.notice.text(), "they are applied")
        at = here.connection_id
        found = await window._bridge.call(lambda s: s.administration.settings(at))
        assert found.kept_days == 7
        assert found.cors == (CorsRule(("https://a.example",), ("GET", "PUT")),)
        await window._bridge.call(lambda s: s.administration.set_cors(at, ()))
        await window._bridge.call(lambda s: s.administration.set_kept_days(at, None))
        it.reject()

    run(work)


def test_what_the_credential_refuses_is_offered_with_its_reason(run: Run) -> None:
    async def work(window: MainWindow, here: Location) -> None:
        area = next(one for one in window.areas if isinstance(one, AccountArea))
        poor = connection(denied=(Ability.SET_ACCESS, Ability.SEE_SETTINGS))
        account, container = Location(poor.id), Location(poor.id, "c")
        assert [one.refusal for one in area.offers(Subject(poor, account))] == [
            "No see settings here."
        ]
        found = {one.text: one.refusal for one in area.offers(Subject(poor, container))}
        assert list(found.values()) == ["No set access here.", "No set access here.", ""]

    run(work)


def test_only_what_differs_is_a_change() -> None:
    before = ServiceSettings(kept_days=1)
    assert changes(before, before) == ()
    (one,) = changes(before, ServiceSettings())
    assert (one.before, one.after) == ("1 day", "off")


def test_times_and_metadata_are_read_as_they_were_shown() -> None:
    moment = datetime(2030, 1, 2, 3, 4, 5, tzinfo=UTC)
    assert read_time(time_text(moment)) == moment
    assert read_time(" ") is None
    assert read_lines("a = b=c\n\n") == {"a": "b=c"}
    with pytest.raises(InputError):
        read_lines("a=1\na=2")
