"""Public access and times of stored policies in words, both ways. Pure."""

from __future__ import annotations

from datetime import datetime

from explorer.base.errors import InputError
from explorer.storage.control_model import PublicAccess
from explorer.storage.sas_wish import LETTERS

TIME_HINT = "YYYY-MM-DD HH:MM"

PUBLIC_WORDS = {
    PublicAccess.NOBODY: "Private: only with a key or a SAS",
    PublicAccess.BLOBS: "Blobs: anybody who knows a name reads that blob",
    PublicAccess.ALL: "Container: anybody lists and reads all blobs",
}
PUBLIC_WARNINGS = {
    PublicAccess.NOBODY: "",
    PublicAccess.BLOBS: "Everybody on the internet can read each blob in here by its name.",
    PublicAccess.ALL: "Everybody on the internet can list and read everything in here.",
}


def time_text(moment: datetime | None) -> str:
    """In this computer's time zone; seconds only where there are some."""
    if moment is None:
        return ""
    local = moment.astimezone()
    return local.strftime("%Y-%m-%d %H:%M:%S" if local.second else "%Y-%m-%d %H:%M")


def read_time(text: str) -> datetime | None:
    """What was typed, in this computer's time zone unless it says another; None for nothing.

    Raises InputError.
    """
    text = text.strip()
    if not text:
        return None
    try:
        return datetime.fromisoformat(text).astimezone()
    except (ValueError, OverflowError, OSError):
        raise InputError(f"'{text}' is no time.", cure=f"Write it like {TIME_HINT}.") from None


def letters_text(letters: str) -> str:
    """Permission letters in words: `read, list`."""
    return ", ".join(LETTERS.get(letter, letter) for letter in letters)
