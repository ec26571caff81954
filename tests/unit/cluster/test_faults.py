"""What keeps a worker from being used is said in words."""

from __future__ import annotations

from typing import Any

import pytest

from explorer import __version__
from explorer.base.errors import Retry
from explorer.cluster.address import parse_address
from explorer.cluster.faults import all_gone, no_scheduler, python_version, scheduler_gone, unfit

GOOD = {"name": "w on host", "version": __version__, "python": python_version(), "problem": ""}
HEAD = parse_address("dask://head:1234")


def test_a_worker_like_this_is_used() -> None:
    assert unfit("tcp://w", GOOD) is None


@pytest.mark.parametrize(
    ("answer", "told"),
    [
        ({**GOOD, "version": "0.0.9"}, "w on host has Quayside 0.0.9"),
        ({**GOOD, "python": "2.7"}, "w on host runs Python 2.7"),
        ({**GOOD, "problem": "there is no '/data'"}, "there is no '/data' there"),
        (ModuleNotFoundError("No module named 'explorer'"), "tcp://w lacks Quayside"),
        (TypeError("greet() got"), "does not understand this Quayside"),
    ],
)
def test_what_is_in_the_way_is_named(answer: Any, told: str) -> None:
    problem = unfit("tcp://w", answer)
    assert problem is not None
    assert told in problem.message
    assert problem.cure


def test_a_cluster_that_is_away_lets_its_job_rest() -> None:
    refused = unfit("tcp://w", {**GOOD, "version": "0.0.9"})
    for error in (no_scheduler(HEAD), scheduler_gone(HEAD), all_gone(HEAD, refused)):
        assert error.retry is Retry.LATER
    assert "0.0.9" in all_gone(HEAD, refused).message
