"""What a mount needs of this computer: the credentials file, and a way to the SMB port."""

from __future__ import annotations

import asyncio
import contextlib
import socket
from pathlib import Path
from typing import Final

from explorer.base.errors import InputError, LocalError
from explorer.base.paths import replacing, write_new
from explorer.base.records import dataclass
from explorer.base.redact import register_secret
from explorer.workflows.mount import SMB_PORT, Share, credentials_text

CONNECT_S: Final = 5.0
_BLOCKED: Final = (
    "Many providers and companies block it on the way out: try another network, a VPN into "
    "Azure, or a private endpoint of the account."
)


def check_key(text: str) -> str:
    """An account key that can stand in the file; from now on no log shows it. Raises
    InputError."""
    key = text.strip()
    if not key or any(letter.isspace() or ord(letter) < 0x21 for letter in key):
        raise InputError(
            "There is no account key to write.", cure="Copy it whole: it is one word of letters."
        )
    register_secret(key)
    return key


def write_credentials(path: Path, share: Share, key: str, *, replaces: bool = False) -> None:
    """Account name and key into a file for its owner alone, whole or not at all. Blocking.

    Raises InputError for what is no key, and where a file is there already, unless it
    `replaces` it; LocalError where it cannot be written. The folder stays as it is.
    """
    data = credentials_text(share, check_key(key)).encode()
    try:
        if replaces:
            with replacing(path) as stream:
                stream.write(data)
        else:
            write_new(path, data)
    except FileExistsError:
        raise InputError(
            f"'{path}' exists already.", cure="Name another file, or remove it."
        ) from None
    except OSError as error:
        raise LocalError(
            f"The credentials cannot be written: {error.strerror or type(error).__name__}.",
            path=str(path),
            cure="Name a file in a folder that you may write to.",
        ) from None


@dataclass(frozen=True, slots=True)
class Reached:
    """Whether a port answers; `text` says it with what to do, for people."""

    is_reached: bool
    text: str


async def reach(host: str, port: int = SMB_PORT, *, most_s: float = CONNECT_S) -> Reached:
    """Open a connection to the port and close it again: no byte is sent. Never raises."""
    where = f"Port {port} of {host}"
    try:
        async with asyncio.timeout(most_s):
            _, writer = await asyncio.open_connection(host, port)
    except socket.gaierror:
        return Reached(
            False,
            f"The name {host} is not known here. Check the account's name and this computer's "
            "network.",
        )
    except TimeoutError:
        return Reached(False, f"{where} does not answer within {most_s:g} s. {_BLOCKED}")
    except ConnectionRefusedError:
        return Reached(False, f"{where} refuses. {_BLOCKED}")
    except OSError as error:
        why = error.strerror or type(error).__name__
        return Reached(False, f"{where} is not reached: {why}. {_BLOCKED}")
    writer.close()
    with contextlib.suppress(OSError):
        await writer.wait_closed()
    return Reached(True, f"{where} is reached from this computer.")
