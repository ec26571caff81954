"""How a share is mounted: right words, right quoting, and never the key."""

from __future__ import annotations

import shlex

import pytest
from hypothesis import given
from hypothesis import strategies as st

from explorer.base.errors import InputError
from explorer.base.shown import shown
from explorer.workflows.mount import (
    Share,
    credentials_commands,
    credentials_text,
    fstab_line,
    mount_commands,
    parse_share,
    volume_entry,
)

SHARE = Share("user1.file.core.windows.net", "user1", "vfolder", "a b")


@pytest.mark.parametrize(
    "text",
    [
        "https://user1.file.core.windows.net/vfolder/a%20b",
        "//user1.file.core.windows.net/vfolder/a b/",
        "\\\\user1.file.core.windows.net\\vfolder\\a b",
        "smb://user1.file.core.windows.net/vfolder/a b",
    ],
)
def test_every_way_to_write_a_share_is_the_same_share(text: str) -> None:
    assert parse_share(text) == SHARE


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("https://user1.file.core.windows.net/vfolder?sv=2022&sig=secret", "SAS"),
        ("https://user1.blob.core.windows.net/c", "file service"),
        ("https://user1.file.core.windows.net/", "which share"),
        ("https://user1.file.core.windows.net/NoShare", "name of a share"),
        ("https://user1.file.core.windows.net/vfolder/../x", "folder in a share"),
        ("ftp://user1.file.core.windows.net/vfolder", "no address"),
        ("vfolder", "no address"),
        ("https://User_1.file.core.windows.net/vfolder", "storage account"),
    ],
)
def test_what_is_no_share_says_why_and_shows_no_secret(text: str, reason: str) -> None:
    with pytest.raises(InputError) as told:
        parse_share(text)
    assert reason in str(told.value)
    assert "secret" not in str(told.value)


def test_the_mount_command_is_one_a_shell_takes_apart_rightly() -> None:
    make, mount = mount_commands(SHARE, "/mnt/my data/")
    assert shlex.split(make) == ["sudo", "mkdir", "-p", "/mnt/my data"]
    words = shlex.split(mount)
    assert words[:6] == [
        "sudo",
        "mount",
        "-t",
        "cifs",
        "//user1.file.core.windows.net/vfolder/a b",
        "/mnt/my data",
    ]
    assert words[7].split(",") == [
        "vers=3.0",
        "credentials=/etc/smbcredentials/user1.cred",
        "dir_mode=0777",
        "file_mode=0777",
        "sec=ntlmssp",
    ]


def test_the_line_of_fstab_has_six_fields() -> None:
    fields = fstab_line(SHARE, "/mnt/my data").split(" ")
    assert fields[:3] == [
        "//user1.file.core.windows.net/vfolder/a\\040b",
        "/mnt/my\\040data",
        "cifs",
    ]
    assert fields[3].startswith("nofail,_netdev,vers=3.0,")
    assert fields[4:] == ["0", "0"]


def test_the_volume_is_as_backend_ai_reads_it() -> None:
    assert volume_entry(SHARE, "shard-1", at_startup=True).splitlines() == [
        "volumes:",
        '  - name: "shard-1"',
        "    mount:",
        "      at: startup",
        "      fstype: cifs",
        '      path: "//user1.file.core.windows.net/vfolder/a b"',
        '      options: "vers=3.0,credentials=/etc/smbcredentials/user1.cred,'
        'dir_mode=0777,file_mode=0777,sec=ntlmssp"',
    ]
    assert "at: requested" in volume_entry(SHARE)


@pytest.mark.parametrize("path", ["relative", "", "/mnt/../etc", "/mnt/a\nb"])
def test_what_is_no_mount_point_is_refused(path: str) -> None:
    with pytest.raises(InputError, match="mount point"):
        mount_commands(SHARE, path)


def test_the_key_is_in_the_credentials_alone() -> None:
    assert credentials_text(SHARE, "a2V5") == "username=user1\npassword=a2V5\n"
    told = [*credentials_commands(SHARE), *mount_commands(SHARE, "/m"), volume_entry(SHARE)]
    assert not any("password=a" in line for line in told)


@given(st.text(min_size=1, max_size=20).filter(lambda text: "\x00" not in text))
def test_no_folder_breaks_out_of_the_command(name: str) -> None:
    try:
        share = parse_share(f"//user1.file.core.windows.net/vfolder/{name}")
    except InputError:
        return
    command = mount_commands(share, "/mnt/x")[1]
    assert shown(command) == command
    line = fstab_line(share, "/mnt/x")
    assert len(line.split(" ")) == 6
    assert "\n" not in line
    if shown(name) == name:
        words = shlex.split(command)
        assert len(words) == 8
        assert words[4] == share.unc
    assert len(fstab_line(share, "/mnt/x").split(" ")) == 6
