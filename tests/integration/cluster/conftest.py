"""The command, the emulator and a cluster."""

from __future__ import annotations

from tests.integration.cli.conftest import bare, quayside, sas_url
from tests.support.cluster import cluster, empty_cluster

__all__ = ["bare", "cluster", "empty_cluster", "quayside", "sas_url"]
