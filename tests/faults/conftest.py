"""The rig of the transfer tests, for processes that are killed."""

from __future__ import annotations

from tests.integration.transfer.conftest import rig

__all__ = ["rig"]
