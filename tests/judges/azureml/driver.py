"""azure-ai-ml's own storage clients on a local path and a test server, in an environment of
their own.

    python driver.py hash PATH
    python driver.py upload blob|gen2 PATH NAME VERSION URL CONTAINER      (the key in JUDGE_KEY)
    python driver.py download blob|gen2 REMOTE DEST URL CONTAINER

Prints one line of JSON. Not a part of Quayside: it shows what AzureML itself does.
"""

from __future__ import annotations

import json
import os
import sys
from typing import Any

from azure.ai.ml._artifacts._blob_storage_helper import BlobStorageClient
from azure.ai.ml._artifacts._gen2_storage_helper import Gen2StorageClient
from azure.ai.ml._utils import _asset_utils
from azure.ai.ml._utils._asset_utils import get_content_hash, get_ignore_file

# On Gen2 its threads share one file client: two at a time take each other's file, and it waits
# for ever for those that got lost. So one at a time.
_asset_utils.cpu_count = lambda: 1
_asset_utils.PROCESSES_PER_CORE = 1


def client(kind: str, url: str, container: str) -> Any:
    key = os.environ["JUDGE_KEY"]
    if kind == "blob":
        return BlobStorageClient(credential=key, account_url=url, container_name=container)
    return Gen2StorageClient(credential=key, file_system=container, account_url=url)


def main(words: list[str]) -> dict[str, Any]:
    action, *rest = words
    if action == "hash":
        (path,) = rest
        return {"hash": get_content_hash(path, get_ignore_file(path))}
    if action == "upload":
        kind, path, name, version, url, container = rest
        ignore = get_ignore_file(path)
        digest = get_content_hash(path, ignore)
        storage = client(kind, url, container)
        told = storage.upload(path, name, version, ignore, digest, show_progress=False)
        return {**told, "hash": digest, "sent": storage.uploaded_file_count}
    kind, remote, dest, url, container = rest
    client(kind, url, container).download(remote, dest)
    return {}


if __name__ == "__main__":
    sys.stdout.write(json.dumps(main(sys.argv[1:])) + "\n")
