"""Commands and judges for the workflows."""

from __future__ import annotations

from tests.integration.cli.conftest import bare, quayside, sas_url

__all__ = ["bare", "quayside", "sas_url"]
