"""The help page about mirrors, followed command by command."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from explorer.service.emulator import Emulator
from tests.support.help_pages import Follower, commands_of

if TYPE_CHECKING:
    from azure.storage.blob import ContainerClient

URL = "https://ACCOUNT.blob.core.windows.net/CONTAINER?SAS"


def test_the_page_can_be_followed(
    container: ContainerClient,
    container_name: str,
    azurite: Emulator,
    sas_url: Callable[..., str],
    tmp_path: Path,
) -> None:
    another = f"{container_name}-2"
    for name in ("a.csv", "runs/7/log.txt"):
        container.upload_blob(name, name.encode())
    follower = Follower(
        tmp_path,
        {
            "QUAYSIDE_DATA_DIR": str(tmp_path / "quayside"),
            "AZURE_STORAGE_CONNECTION_STRING": azurite.connection_string,
        },
        {URL: sas_url(container_name, "rl"), "ANOTHER": another},
    )
    printed = follower.follow("mirror")
    assert "2 added" in printed[0]
    assert "Nothing to do: 2 files" in printed[1]
    assert "1 deleted" in "".join(printed)
    assert follower.run(f"quayside cat az://{another}/kept/2026-11/a.csv").stdout == "a.csv"
    assert follower.run(f"quayside rm -r --yes az://{another}").returncode == 0
    assert not (tmp_path / "data/old.log").exists()
    (tmp_path / "data/a.csv").write_text("A.CSV")
    done = follower.run("quayside verify now.jsonl ./data")
    assert (done.returncode, done.stdout.split()[:2]) == (1, ["differs", "a.csv"])


def test_commands_are_taken_from_the_shell_blocks_of_a_page() -> None:
    page = "# T\n```sh\nexport A='...'\n# said\none \\\n  two\n```\n\n    no\n\n```json\n{}\n```\n"
    assert commands_of(page) == ["one two"]
