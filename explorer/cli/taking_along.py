"""`quayside connect export` and `connect import`: connections as a file, secrets locked or left."""

from __future__ import annotations

import argparse
import getpass
import os
import sys
from pathlib import Path

from explorer.base.errors import InputError
from explorer.cli.options import absolute
from explorer.cli.output import Output
from explorer.cli.session import saved_connection
from explorer.service.exporting import write_export
from explorer.service.service import Service

WORDS = ("export", "import")


async def take(service: Service, args: argparse.Namespace, out: Output) -> int:
    """Do what `args.words` (export FILE [NAME...] or import FILE) say. Raises InputError."""
    action, rest = args.words[0], args.words[1:]
    if not rest:
        raise InputError(f"It is not said which file to {action}.", cure="Add its name.")
    if action == "export":
        return await _export(service, rest[0], rest[1:], args, out)
    if len(rest) > 1:
        raise InputError("These are too many words.", cure="Name one file.")
    return await _import(service, rest[0], args, out)


async def _export(
    service: Service, file: str, names: list[str], args: argparse.Namespace, out: Output
) -> int:
    path = absolute(file)
    _check_new(path)
    ids = [(await saved_connection(service, one, needs_secret=False)).id for one in names]
    passphrase = ask_passphrase(is_new=True) if args.with_secrets else ""
    exported = await service.exporting.export(ids, passphrase)
    write_export(path, exported.data)
    for name in exported.without_secret:
        out.note(f"Note: the secret of '{name}' is not there and was left out.")
    secrets = "their secrets under the passphrase" if passphrase else "no secrets"
    if out.is_json:
        out.data({"exported": exported.count, "without_secret": exported.without_secret})
    else:
        out.note(f"Exported {exported.count} connections with {secrets} to {path}.")
    return 0


def _check_new(path: Path) -> None:
    if os.path.lexists(path):
        raise InputError(f"There is a file '{path}' already.", cure="Choose another name.")


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise InputError(f"'{path}' cannot be read: {reason}.") from None


async def _import(service: Service, file: str, args: argparse.Namespace, out: Output) -> int:
    data = _read(absolute(file))
    plan = await service.exporting.plan_import(data)
    passphrase = ""
    if plan.is_locked and args.with_secrets:
        passphrase = ask_passphrase(is_new=False)
    elif args.with_secrets:
        out.note("Note: there are no secrets in this file.")
    elif plan.is_locked:
        out.note("Note: the secrets in this file are left there; --with-secrets brings them too.")
    imported = await service.exporting.import_file(data, passphrase)
    if out.is_json:
        names = [one.name for one in imported.added]
        out.data({"imported": names, "here_already": imported.left})
        return 0
    for one in imported.added:
        notice = f"  {one.notice}" if one.notice else ""
        out.result(f"Imported '{one.name}'  {one.endpoint}{notice}")
        if one.endpoint.startswith("http://") and not one.is_emulator:
            out.note(f"Note: '{one.name}' is reached over plain http.")
    for name in imported.left:
        out.note(f"'{name}' is here already and stays as it is.")
    return 0


def ask_passphrase(*, is_new: bool) -> str:
    """Without echo on a terminal (a new one twice), else a line of standard input; never an
    argument. Raises InputError where there is none."""
    if sys.stdin is None or sys.stdin.closed:
        raise InputError("There is nobody to ask for the passphrase.")
    if not sys.stdin.isatty():
        passphrase = sys.stdin.readline().rstrip("\r\n")
    else:
        passphrase = getpass.getpass("Passphrase: ")
        if is_new and getpass.getpass("The same again: ") != passphrase:
            raise InputError("These are two different passphrases.", cure="Try again.")
    if not passphrase:
        raise InputError("The passphrase is missing.", cure="Type it, or leave --with-secrets out.")
    return passphrase
