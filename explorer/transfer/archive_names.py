"""What an archive of a folder is called."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from explorer.base.errors import InputError
from explorer.transfer.model import UploadSource

ENDING: Final = ".tgz"


def archive_source(folder: Path) -> UploadSource:
    """The source for an archive of `folder` (absolute): `<its name>.tgz`. Raises InputError."""
    name = folder.resolve().name if folder.name in ("", "..") else folder.name
    if not name:
        raise InputError(
            f"'{folder}' has no name that an archive could have.", cure="Choose a folder below it."
        )
    return UploadSource(str(folder if folder.name == name else folder.resolve()), name + ENDING)
