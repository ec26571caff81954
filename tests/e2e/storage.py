"""What the tests have in storage, made and looked at with Azure's own client."""

from __future__ import annotations

import base64
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from azure.storage.blob import ContainerClient

from explorer.service.emulator import EmulatorAccount

ACCOUNT = EmulatorAccount("keysaccount", base64.b64encode(b"only by keys " * 5).decode())
"""Nobody else has its key."""
CSV = b"epoch,loss\n1,0.5\n"


@contextmanager
def filled(
    connection_string: str, name: str, blobs: Mapping[str, bytes]
) -> Iterator[ContainerClient]:
    """A new container of that name with these blobs, until the block ends."""
    with ContainerClient.from_connection_string(connection_string, name) as client:
        if client.exists():
            client.delete_container()
        client.create_container()
        for blob, data in blobs.items():
            client.upload_blob(blob, data)
        yield client
        client.delete_container()
