"""Arguments that several commands share, and what they become."""

from __future__ import annotations

import argparse
from pathlib import Path

from explorer.cli.targets import SIGN_INS, Given
from explorer.storage.environment import TOKEN_VARIABLE

TARGET_HELP = "CONTAINER, CONTAINER/PATH, or a URL: https (with or without a SAS), abfss, wasbs, az"


def add_connection_options(parser: argparse.ArgumentParser) -> None:
    """Where the credentials come from."""
    group = parser.add_argument_group(
        "credentials",
        "The first that is there: these options, a TARGET that is a URL with a SAS, "
        "AZURE_STORAGE_CONNECTION_STRING, STORAGE_CONNECTION_STRING, AZURE_STORAGE_ACCOUNT with "
        f"AZURE_STORAGE_KEY, AZURE_STORAGE_SAS_TOKEN, {TOKEN_VARIABLE} or "
        "AZURE_STORAGE_AUTH_MODE=login.",
    )
    group.add_argument("--connection", metavar="NAME", default="", help="a saved connection")
    group.add_argument(
        "--connection-string",
        metavar="TEXT|-|@FILE",
        default="",
        help="a connection string; - reads standard input, @FILE a file, "
        "so that it is in no list of processes",
    )
    group.add_argument(
        "--auth",
        choices=tuple(SIGN_INS),
        default="",
        help="sign in with Microsoft Entra ID: az asks Azure CLI (after `az login`), token takes "
        f"the one in {TOKEN_VARIABLE}; browser and device (a code typed elsewhere) take the extra "
        "'entra' and are asked in every run; like --account contoso --auth az",
    )
    group.add_argument(
        "--account",
        metavar="NAME|URL",
        default="",
        help="with --auth: the account, where TARGET is no URL of it",
    )
    group.add_argument(
        "--allow-http", action="store_true", help="agree to plain http to another machine"
    )


def add_state_options(parser: argparse.ArgumentParser) -> None:
    """A version or snapshot of a blob; its URL says so by itself."""
    group = parser.add_argument_group("another state of the blob")
    group.add_argument(
        "--version-id", metavar="ID", default="", help="this version (see `quayside ls --versions`)"
    )
    group.add_argument(
        "--snapshot", metavar="TIME", default="", help="this snapshot (see `ls --snapshots`)"
    )


def add_common_options(parser: argparse.ArgumentParser, *, with_json: bool = True) -> None:
    """What every command takes."""
    group = parser.add_argument_group("general")
    if with_json:
        group.add_argument("--json", action="store_true", help="one JSON object a line")
    group.add_argument("--quiet", "-q", action="store_true", help="results and errors only")
    group.add_argument(
        "--data-dir",
        metavar="DIR",
        default="",
        help="where settings, connections and the transfer queue are (also QUAYSIDE_DATA_DIR)",
    )


def given(args: argparse.Namespace) -> Given:
    return Given(args.connection, args.connection_string, args.allow_http, args.account, args.auth)


def absolute(path: str) -> Path:
    """A typed path, absolute, links left alone. `~/` is spelled out, where no shell did;
    `~name` is a file of that name."""
    typed = Path(path)
    return (typed.expanduser() if typed.parts[:1] == ("~",) else typed).absolute()
