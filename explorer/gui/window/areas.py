"""The rooms whose offers stand in the window's menus."""

from __future__ import annotations

from explorer.gui.account.area import AccountArea
from explorer.gui.artifact.area import ArtifactArea
from explorer.gui.carry.as_files import AsFilesArea
from explorer.gui.connect.marks_area import MarksArea
from explorer.gui.export.area import ExportArea
from explorer.gui.manage.area import ManageArea
from explorer.gui.manage.copy_as import CopyAsArea
from explorer.gui.mirror.area import MirrorArea
from explorer.gui.mount.area import MountArea
from explorer.gui.outputs.area import OutputsArea
from explorer.gui.share.area import ShareArea
from explorer.gui.statistics.area import StatisticsArea
from explorer.gui.verify.area import VerifyArea
from explorer.gui.watch.area import WatchArea
from explorer.gui.window.history_area import HistoryArea
from explorer.gui.window.offers import Area
from explorer.gui.window.surroundings import Surroundings


def make_areas(around: Surroundings) -> tuple[Area, ...]:
    """In the order of their sections in a menu."""
    return (
        CopyAsArea(around),
        AsFilesArea(around),
        ShareArea(around),
        ManageArea(around),
        MirrorArea(around),
        VerifyArea(around),
        WatchArea(around),
        OutputsArea(around),
        ArtifactArea(around),
        StatisticsArea(around),
        ExportArea(around),
        HistoryArea(around),
        AccountArea(around),
        MountArea(around),
        MarksArea(around),
    )
