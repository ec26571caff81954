"""The places of the suite: every case that takes `place` runs once on each."""

from __future__ import annotations

import uuid
from collections.abc import Iterator

import pytest

from explorer.service.emulator import Emulator
from explorer.storage.azure.client import open_store
from explorer.storage.connection import parse
from tests.conformance.places import BlobVerbs, DirectoryVerbs, Place
from tests.servers.lake.server import Lake

LABELS = ("flat", "lake through blob", "lake through dfs")


def _opened(request: pytest.FixtureRequest, label: str) -> Iterator[Place]:
    container = f"test-{uuid.uuid4().hex[:20]}"
    is_hierarchical = label != "flat"
    server: Emulator | Lake = request.getfixturevalue("lake" if is_hierarchical else "azurite")
    store = open_store(parse(server.connection_string), is_hierarchical=is_hierarchical)
    store.create_container(container)
    if label == "lake through dfs":
        assert store.directories is not None
        verbs: BlobVerbs | DirectoryVerbs = DirectoryVerbs(store.directories, container)
    else:
        verbs = BlobVerbs(store, container)
    yield Place(label, store, container, verbs, is_hierarchical)
    store.delete_container(container)
    store.close()


@pytest.fixture(params=LABELS)
def place(request: pytest.FixtureRequest) -> Iterator[Place]:
    """An empty container, in each of the ways."""
    yield from _opened(request, request.param)


@pytest.fixture(params=LABELS[1:])
def lake_place(request: pytest.FixtureRequest) -> Iterator[Place]:
    """An empty container whose directories are real, in both of its ways."""
    yield from _opened(request, request.param)


@pytest.fixture
def flat_place(request: pytest.FixtureRequest) -> Iterator[Place]:
    """An empty container whose folders are parts of names."""
    yield from _opened(request, "flat")
