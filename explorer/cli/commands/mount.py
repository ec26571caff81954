"""`quayside mount`: how a share of Azure Files is mounted, with the key in nobody's way."""

from __future__ import annotations

import argparse
import asyncio
import getpass
import os
import socket
import sys
from pathlib import Path

from explorer.base.errors import InputError, LocalError
from explorer.base.paths import write_private
from explorer.base.redact import register_secret
from explorer.cli import options
from explorer.cli.output import Output
from explorer.workflows import mount
from explorer.workflows.mount import Share

NAME = "mount"
SUMMARY = "print how a share of Azure Files is mounted"
EXAMPLE = "quayside mount https://ACCOUNT.file.core.windows.net/vfolder /mnt/vfolder"
DESCRIPTION = (
    "Prints the cifs mount command, the fstab line and the Backend.AI volume entry for a share. It "
    "mounts nothing. The account key is in none of them: it goes into a credentials file that only "
    "root reads; --write-credentials FILE writes one, with the key from AZURE_STORAGE_KEY, from "
    "standard input, or asked for without echo."
)
CONNECT_S = 5.0


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
        await asyncio.to_thread(_write, Path(file), share, _key())
        out.note(f"Wrote {file}. Give it to root: sudo chown root {file}")
    is_reached = await asyncio.to_thread(_reaches, share) if args.check else None
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
    if is_reached is not None:
        answer = "is reached" if is_reached else "is not reached: a firewall or the provider blocks"
        out.note(f"Port {mount.SMB_PORT} of {share.host} {answer}.")
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
    key = key.strip()
    if not key or any(letter.isspace() or ord(letter) < 0x21 for letter in key):
        raise InputError(
            "There is no account key to write.",
            cure="Give it in AZURE_STORAGE_KEY, or by standard input.",
        )
    register_secret(key)
    return key


def _write(path: Path, share: Share, key: str) -> None:
    if path.exists():
        raise InputError(f"'{path}' exists already.", cure="Name another file, or remove it.")
    try:
        write_private(path, mount.credentials_text(share, key).encode())
    except OSError as error:
        raise LocalError(
            f"The credentials cannot be written: {error.strerror}.",
            path=str(path),
            cure="Name a file in a folder that you may write to.",
        ) from error


def _reaches(share: Share) -> bool:
    try:
        with socket.create_connection((share.host, mount.SMB_PORT), CONNECT_S):
            return True
    except OSError:
        return False
