"""What the command line changes while the window is open is seen in the window."""

from __future__ import annotations

import asyncio
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from azure.storage.blob import ContainerClient

from explorer.base.errors import NotAuthorizedError
from explorer.base.settings import ThemeChoice, change_settings
from explorer.gui import colours
from explorer.gui.colours import DARK, LIGHT
from explorer.gui.connect.favourites import FavouritesPanel
from explorer.gui.window.actions import Act
from explorer.service.emulator import Emulator
from explorer.service.model import Location
from explorer.service.service import Service
from tests.gui.conftest import Drive, until
from tests.gui.test_program import connected, running


async def command(*words: str) -> None:
    """Run it as another process, on the data folder of the test."""
    line = [sys.executable, "-m", "explorer", *words]
    done = await asyncio.to_thread(subprocess.run, line, capture_output=True, timeout=60)
    assert done.returncode == 0, done.stderr


def test_a_connection_set_to_read_only_by_a_command_is_so_in_the_window(
    drive: Drive[Any], data_dir: Path, azurite: Emulator, container: ContainerClient
) -> None:
    async def work() -> None:
        async with running(data_dir) as program:
            window = program.window
            here = await connected(program, azurite, str(container.container_name))
            assert window.actions_[Act.NEW_FOLDER].isEnabled()
            await command("connect", "set", "emulator", "--read-only", "yes", "--colour", "red")
            await until(lambda: not window.actions_[Act.NEW_FOLDER].isEnabled(), "it is off")
            shown = window.tree_controller.connection(here.connection_id)
            assert shown is not None
            assert (shown.is_read_only, shown.colour) == (True, "red")
            with pytest.raises(NotAuthorizedError, match="read-only"):
                await program.bridge.call(lambda service: service.create_folder(here, "new"))
            await command("connect", "set", "emulator", "--read-only", "no")
            await until(window.actions_[Act.NEW_FOLDER].isEnabled, "it is on again")

    drive(work())


def test_a_favourite_a_removal_and_a_theme_from_elsewhere_are_seen(
    drive: Drive[Any], data_dir: Path, azurite: Emulator, container: ContainerClient
) -> None:
    async def favour(place: Location) -> None:
        async with await Service.start(data_dir, adopt_jobs=False, with_transfers=False) as other:
            await other.favourites.add(place)

    async def work() -> None:
        async with running(data_dir) as program:
            window = program.window
            here = await connected(program, azurite, str(container.container_name))
            panel = window.findChild(FavouritesPanel)
            assert panel is not None
            assert not panel.is_favourite(here)
            await favour(here)
            await until(lambda: panel.is_favourite(here), "the favourite comes")
            looks = {ThemeChoice.DARK: DARK, ThemeChoice.LIGHT: LIGHT}
            for choice, look in looks.items():
                await asyncio.to_thread(lambda: change_settings(data_dir, theme=choice))  # noqa: B023
                await until(lambda: colours.current() == look, "the theme follows")  # noqa: B023
            await command("connect", "remove", "emulator")
            await until(
                lambda: window.tree_controller.connection(here.connection_id) is None, "it goes"
            )

    drive(work())
