"""The help page about clusters, followed command by command."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.integration.cli.conftest import Quayside
from tests.integration.cli.test_transfers import tree_of
from tests.support.cluster import Cluster
from tests.support.help_pages import Follower


@pytest.mark.long
def test_the_page_does_what_it_says(
    quayside: Quayside, cluster: Cluster, container_name: str, tmp_path: Path
) -> None:
    folder = tmp_path / "work"
    (folder / "data" / "d").mkdir(parents=True)
    (folder / "data" / "a.txt").write_text("a")
    (folder / "data" / "d" / "b.txt").write_text("b")
    own = {
        "dask://HOST:8786": cluster.address,
        " training": f" {container_name}",
        "az://training": f"az://{container_name}",
    }
    follower = Follower(folder, quayside.variables(), own)
    printed = follower.follow("cluster")
    assert tree_of(folder / "back") == tree_of(folder / "data")
    assert f"{container_name}/today/" in printed[-1]
    assert f"{container_name}/kept/" in printed[-1]
