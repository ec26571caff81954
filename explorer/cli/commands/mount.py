"""`quayside mount`: how a share of Azure Files is mounted, with the key in nobody's way."""

from __future__ import annotations

import argparse
import asyncio
import getpass
import os
import sys
from pathlib import Path

from explorer.base.errors import InputError
from explorer.cli import options
from explorer.cli.output import Output
from explorer.workflows import mount, mount_here

NAME = "mount"
EXAMPLE = "quayside mount https://ACCOUNT.file.core.windows.net/vfolder /mnt/vfolder"
DESCRIPTION = (
    "Prints the cifs mount command, the fstab line and the Backend.AI volume entry for a share. It "
    "mounts nothing. The account key is in none of them: it goes into a credentials file that only "
    "root reads; --write-credentials FILE writes one, with the key from AZURE_STORAGE_KEY, from "
    "standard input, or asked for without echo."
)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "share", metavar="SHARE-URL", help="https://ACCOUNT.file.core.windows.net/SHARE[/FOLDER]"
    )
    parser.add_argument("mount_point", metavar="MOUNTPOINT", help="a folder, such as /mnt/data")
    parser.add_argument(
        "--volume", metavar="NAME", default="", help="name of the Backend.AI volume"
    )
    parser.add_argument(
        "--at-startup",
        action="store_true",
        help="the volume is mounted when an agent starts, not when a session asks for it",
    )
    parser.add_argument(
        "--write-credentials",
        metavar="FILE",
        default="",
        help="write account name and key into FILE, for its owner alone",
    )
    parser.add_argument(
        "--check", action="store_true", help=f"try whether port {mount.SMB_PORT} can be reached"
    )
    options.add_common_options(parser)


async def run(args: argparse.Namespace, out: Output) -> int:
    share = mount.parse_share(args.share)
    where = mount.check_mount_point(args.mount_point)
    file = str(options.absolute(args.write_credentials)) if args.write_credentials else ""
    if file:
        await asyncio.to_thread(mount_here.write_credentials, Path(file), share, _key())
        out.note(f"Wrote {file}. Give it to root: sudo chown root {file}")
    reached = await mount_here.reach(share.host) if args.check else None
    is_reached = reached.is_reached if reached is not None else None
    volume = mount.volume_entry(share, args.volume, at_startup=args.at_startup, file=file)
    commands = mount.mount_commands(share, where, file)
    fstab = mount.fstab_line(share, where, file)
    if out.is_json:
        out.data(
            {
                "mount": commands,
                "fstab": fstab,
                "volume": volume,
                "credentials": [] if file else mount.credentials_commands(share),
                "needs": mount.NEEDS,
                "reachable": is_reached,
            }
        )
        return 0 if is_reached is not False else 1
    if not file:
        _part(out, "The credentials file, once", mount.credentials_commands(share))
    _part(out, "Mount it now", commands)
    _part(out, "Mount it at each start: a line of /etc/fstab", [fstab])
    _part(out, "Backend.AI, in its etcd configuration", volume.splitlines())
    for need in mount.NEEDS:
        out.note(f"Needed: {need}")
    if reached is not None:
        out.note(reached.text)
    return 0 if is_reached is not False else 1


def _part(out: Output, title: str, lines: list[str]) -> None:
    out.result(f"# {title}")
    for line in lines:
        out.result(line)
    out.result("")


def _key() -> str:
    """The account key, from where it is in no command line. Raises InputError."""
    key = os.environ.get("AZURE_STORAGE_KEY", "")
    if not key and sys.stdin is not None:
        is_asked = sys.stdin.isatty()
        key = getpass.getpass("Account key: ") if is_asked else sys.stdin.readline()
    if not key.strip():
        raise InputError(
            "There is no account key to write.",
            cure="Give it in AZURE_STORAGE_KEY, or by standard input.",
        )
    return mount_here.check_key(key)
