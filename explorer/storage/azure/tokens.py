"""Bearer tokens of Microsoft Entra ID: who hands them out, kept while they last, never written.

Blocking; safe from many threads. Sources: Microsoft's pages 'az account get-access-token' and
'Authorize access to blobs using Microsoft Entra ID', RFC 7519 (the time a token ends).
"""

from __future__ import annotations

import base64
import binascii
import copy
import json
import math
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import field
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any

from explorer.base.cancel import current_token
from explorer.base.errors import QuaysideError, SignInNeededError
from explorer.base.records import dataclass
from explorer.base.redact import register_secret
from explorer.storage.connection_spec import TokenSource
from explorer.storage.environment import TOKEN_VARIABLE

RESOURCE = "https://storage.azure.com/"
EARLY_S = 300.0
"""A token is replaced so long before it ends."""
AGAIN_S = 30.0
"""A source is not asked again within this time for what it has just said."""
FAILED_S = 3.0
"""The same after it had nothing: many requests wait, and each of them would ask."""
CLI_TIMEOUT_S = 30.0
_LOOK_S = 0.2
_YEAR_10000_S = 253_402_300_800


@dataclass(frozen=True, slots=True)
class Token:
    """`expires_s` is seconds since 1970; None where nobody says."""

    value: str = field(repr=False)
    expires_s: float | None = None

    def lasts(self, now_s: float, for_s: float = 0.0) -> bool:
        """Whether it is still good then."""
        return self.expires_s is None or now_s + for_s < self.expires_s


class TokenKeeper:
    """The token of one source: asked for when it is needed, and again before it ends."""

    def __init__(self, ask: Callable[[], Token], *, clock: Callable[[], float] = time.time) -> None:
        self._ask = ask
        self._clock = clock
        self._lock = threading.Lock()
        self._token: Token | None = None
        self._asked_s = float("-inf")
        self._failed_s = float("-inf")
        self._failure: QuaysideError | None = None

    def value(self) -> str:
        """A token that is good now.

        Raises SignInNeededError, whose retry is NEEDS_CREDENTIALS, where there is none, and
        Cancelled.
        """
        kept, now_s = self._token, self._clock()
        if kept is not None and kept.lasts(now_s, EARLY_S):
            return kept.value
        if kept is not None and kept.lasts(now_s):
            # While it is being replaced, the old one does for the others.
            if not self._lock.acquire(blocking=False):
                return kept.value
        else:
            self._wait()
        try:
            return self._fresh().value
        finally:
            self._lock.release()

    def renew(self, refused: str) -> bool:
        """After the service refused that token: whether there is another one to try. Raises
        Cancelled."""
        self._wait()
        try:
            if self._token is not None and self._token.value != refused:
                return True
            if self._clock() - self._asked_s < AGAIN_S:
                return False
            self._token = None
            try:
                return self._fresh().value != refused
            except QuaysideError:
                return False
        finally:
            self._lock.release()

    def _wait(self) -> None:
        """Take the lock. Whoever has it may be waiting for a person to sign in."""
        token = current_token()
        while not self._lock.acquire(timeout=_LOOK_S):
            if token is not None:
                token.raise_if_cancelled()

    def _fresh(self) -> Token:
        """By whoever has the lock."""
        kept, now_s = self._token, self._clock()
        is_good = kept is not None and kept.lasts(now_s)
        is_new = now_s - self._asked_s < AGAIN_S
        if kept is not None and (kept.lasts(now_s, EARLY_S) or (is_good and is_new)):
            return kept
        if not is_good and self._failure is not None and now_s - self._failed_s < FAILED_S:
            raise copy.copy(self._failure)
        try:
            found = self._ask()
            self._failure = None
        except QuaysideError as error:
            self._failure, self._failed_s = error, self._clock()
            if kept is None or not is_good:
                raise
            found = kept
        register_secret(found.value)
        self._token, self._asked_s = found, now_s
        return found


@cache
def keeper_of(source: TokenSource) -> TokenKeeper:
    """The one keeper of this source in this process."""
    if source is TokenSource.AZURE_CLI:
        return TokenKeeper(cli_token)
    if source is TokenSource.VARIABLE:
        return TokenKeeper(variable_token)
    from explorer.storage.azure.identity import identity_token  # late: an extra

    return TokenKeeper(lambda: identity_token(source))


def no_token(message: str, cure: str) -> SignInNeededError:
    """An error that makes a job wait instead of failing."""
    return SignInNeededError(message, cure=cure)


# -- a variable -------------------------------------------------------------------------------


def variable_token() -> Token:
    """The token in the variable. Raises SignInNeededError."""
    text = os.environ.get(TOKEN_VARIABLE, "").strip()
    register_secret(text)
    if text[:7].lower() == "bearer ":
        text = text[7:].strip()
    cure = f"Put a token for {RESOURCE} into it, and start Quayside again."
    if not text:
        raise no_token(f"There is no token in the variable {TOKEN_VARIABLE}.", cure)
    if not (text.isascii() and text.isprintable()) or " " in text:
        raise no_token(f"What is in the variable {TOKEN_VARIABLE} is no token.", cure)
    token = Token(text, end_of(text))
    if not token.lasts(time.time()):
        when = time.strftime("%d %b %Y %H:%M UTC", time.gmtime(token.expires_s))
        raise SignInNeededError(
            f"The token in the variable {TOKEN_VARIABLE} expired on {when}.", cure=cure
        )
    return token


def end_of(token: str) -> float | None:
    """When a JSON web token ends by its own words, unchecked: the service checks. Pure."""
    parts = token.split(".")
    if len(parts) != 3:
        return None
    try:
        claims = json.loads(base64.urlsafe_b64decode(parts[1] + "=" * (-len(parts[1]) % 4)))
        return _instant(claims["exp"])
    except (binascii.Error, ValueError, KeyError, TypeError, RecursionError):
        return None


def _instant(said: object) -> float | None:
    """Seconds since 1970 (a number, or its digits); None for what is no time of these days: NaN,
    milliseconds, true."""
    if isinstance(said, bool) or not isinstance(said, int | float | str):
        return None
    try:
        found = float(said)
    except (ValueError, OverflowError):
        return None
    return found if math.isfinite(found) and 0 <= found < _YEAR_10000_S else None


# -- Azure CLI --------------------------------------------------------------------------------


def cli_token(timeout_s: float = CLI_TIMEOUT_S) -> Token:
    """Asks `az` for one. Raises SignInNeededError with what to do, and Cancelled."""
    program = find_cli()
    if program is None:
        raise no_token(
            "Azure CLI (az) is not installed, so there is nobody to sign in with.",
            f"Install it and run 'az login', or put a token into {TOKEN_VARIABLE}.",
        )
    command = [str(program), "account", "get-access-token", "--resource", RESOURCE]
    code, said, complaint = _run([*command, "--output", "json"], timeout_s)
    if code:
        if b"az login" in complaint:
            raise no_token(
                "Azure CLI is not signed in.", "Run 'az login' in a terminal, then try again."
            )
        raise no_token(
            f"Azure CLI gave no token (it ended with {code}).",
            f"Run 'az account get-access-token --resource {RESOURCE}' in a terminal to see why.",
        )
    return read_cli_answer(said)


def find_cli() -> Path | None:
    """Where `az` is: on the PATH, never in the folder one happens to be in."""
    name = "az.cmd" if sys.platform == "win32" else "az"
    for folder in os.get_exec_path():
        found = Path(folder, name)
        if found.is_absolute() and found.is_file() and os.access(found, os.X_OK):
            return found
    return None


def read_cli_answer(data: bytes) -> Token:
    """What `az account get-access-token` prints, as a token. Raises SignInNeededError. Pure."""
    try:
        said = json.loads(data)
        value = said["accessToken"]
        if not isinstance(value, str) or not value.isascii() or not value.isprintable():
            raise ValueError("no token")
        return Token(value, _end_said(said) or end_of(value))
    except (ValueError, KeyError, TypeError, RecursionError):
        raise no_token(
            "Azure CLI answered with something that is no token.",
            "Update it ('az upgrade'), then try again.",
        ) from None


def _end_said(said: dict[str, Any]) -> float | None:
    """`expires_on` (seconds), or in older ones `expiresOn` (local time)."""
    if (end := _instant(said.get("expires_on"))) is not None:
        return end
    with suppress(KeyError, ValueError, TypeError, OSError, OverflowError):
        return _instant(datetime.fromisoformat(said["expiresOn"]).timestamp())
    return None


def _run(command: list[str], timeout_s: float) -> tuple[int, bytes, bytes]:
    """Exit code, output, complaints; the process is gone afterwards, whatever happened."""
    token = current_token()
    try:
        process = subprocess.Popen(  # noqa: S603 - a program found on the PATH, words of our own
            command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            start_new_session=sys.platform != "win32",
        )
    except OSError as error:
        raise no_token(
            f"Azure CLI cannot be started ({error.strerror}).", "Check how it is installed."
        ) from None
    with process:
        deadline = time.monotonic() + timeout_s
        try:
            while True:
                if token is not None:
                    token.raise_if_cancelled()
                try:
                    said, complaint = process.communicate(timeout=_LOOK_S)
                except subprocess.TimeoutExpired:
                    if time.monotonic() < deadline:
                        continue
                    raise no_token(
                        f"Azure CLI did not answer within {timeout_s:g} seconds.",
                        "Try again; 'az account get-access-token' in a terminal may tell more.",
                    ) from None
                return process.returncode, said, complaint
        finally:
            if process.poll() is None:
                _end(process)


def _end(process: subprocess.Popen[bytes]) -> None:
    """It, and on systems with process groups what it started: az is a script around a program."""
    if sys.platform == "win32":
        process.kill()
    else:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
