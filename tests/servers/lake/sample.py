"""A small lake to look at: directories, an empty one, access control with names, an expiry."""

from __future__ import annotations

import csv
import io
import random
from contextlib import suppress

from azure.core.exceptions import ResourceExistsError
from azure.storage.filedatalake import DataLakeServiceClient, FileSystemClient

from tests.servers.lake.server import Lake

PEOPLE = {
    "6f0c1f0e-5d0b-4f1e-9c57-0d9a4a2f7a01": "ada@contoso.com",
    "6f0c1f0e-5d0b-4f1e-9c57-0d9a4a2f7a02": "grace@contoso.com",
    "6f0c1f0e-5d0b-4f1e-9c57-0d9a4a2f7a03": "Analysts",
}
_SEED = 4
_DAY_MS = 24 * 60 * 60 * 1000


def write_sample(lake: Lake) -> None:
    """Make the filesystem `warehouse`, unless it is there."""
    lake.names.update(PEOPLE)
    with (
        DataLakeServiceClient.from_connection_string(lake.connection_string) as service,
        suppress(ResourceExistsError),
    ):
        service.create_file_system("scratch")
        _fill(service.create_file_system("warehouse", metadata={"purpose": "sample"}))


def _fill(warehouse: FileSystemClient) -> None:
    ada, grace, analysts = PEOPLE
    raw = warehouse.create_directory("raw")
    raw.set_access_control(
        acl=(
            f"user::rwx,user:{grace}:r-x,group::r-x,group:{analysts}:r-x,mask::r-x,other::---,"
            f"default:user::rwx,default:group::r-x,default:group:{analysts}:r-x,"
            "default:mask::r-x,default:other::---"
        )
    )
    dice = random.Random(_SEED)
    for month in range(1, 4):
        for day in range(1, 6):
            path = f"raw/sales/2026/{month:02}/{day:02}.csv"
            warehouse.get_file_client(path).upload_data(_table(dice), overwrite=True)
    curated = warehouse.create_directory("curated/models")
    curated.set_access_control(owner=ada, group=analysts, permissions="rwxrwx--T")
    notes = warehouse.get_file_client("curated/README.md")
    notes.upload_data(b"# Curated\n\nWhat the models are trained on.\n", overwrite=True)
    notes.set_metadata({"author": "ada"})
    warehouse.create_directory("landing/empty")
    warehouse.get_file_client("landing/_SUCCESS").create_file()
    passing = warehouse.get_file_client("landing/passing.tmp")
    passing.upload_data(b"gone in a week", overwrite=True)
    passing.set_file_expiry("RelativeToNow", expires_on=7 * _DAY_MS)


def _table(dice: random.Random) -> bytes:
    text = io.StringIO()
    rows = csv.writer(text, lineterminator="\n")
    rows.writerow(["shop", "item", "pieces", "price"])
    for _ in range(200):
        item = dice.choice(["apple", "pear", "plum", "quince"])
        rows.writerow([dice.randrange(9), item, dice.randrange(1, 50), dice.randrange(100, 999)])
    return text.getvalue().encode()
