"""Where keys and SAS live: the system's keyring, or this run's memory with the reason why.

The only importer of `keyring`. Methods block (at most `timeout_s`) and are called from a
worker thread; they report and never raise. The keyring itself is spoken to on one thread
of its own, so that a prompt nobody answers stops neither the caller nor the end of the
program.
"""

from __future__ import annotations

import logging
import sys
import threading
from collections import deque
from collections.abc import Callable
from concurrent.futures import CancelledError, Future
from concurrent.futures import TimeoutError as FutureTimeoutError
from dataclasses import field
from enum import Enum
from typing import Any, TypeVar

from explorer.base.records import dataclass
from explorer.base.redact import register_secret

_T = TypeVar("_T")
log = logging.getLogger(__name__)

SERVICE_NAME = "Quayside"
WINDOWS_LIMIT = 1280
"""Characters that one entry of the Windows Credential Manager holds."""
DEFAULT_TIMEOUT_S = 10.0


class KeyringState(Enum):
    """What there is."""

    USABLE = "usable"
    NONE = "none"
    LOCKED = "locked"
    REFUSED = "refused"
    """A backend that keeps secrets in the open, or nowhere."""
    FAILED = "failed"
    """It is there, and did not do what it was asked."""


@dataclass(frozen=True, slots=True)
class KeyringStatus:
    """`reason` is a sentence for people, empty where it is usable; `name` says which keyring."""

    state: KeyringState
    reason: str = ""
    name: str = ""


class Home(Enum):
    """Where a secret is kept now."""

    KEYRING = "keyring"
    THIS_RUN = "this run only"
    NOWHERE = "nowhere"


@dataclass(frozen=True, slots=True)
class Kept:
    """Outcome of a save or a removal; `notice` must be shown where it is not empty."""

    home: Home
    notice: str = ""


@dataclass(frozen=True, slots=True)
class Loaded:
    """Outcome of a load; `secret` is empty where there is none to be had."""

    secret: str = field(repr=False)
    home: Home
    notice: str = ""


class _Unusable(Exception):
    def __init__(self, status: KeyringStatus) -> None:
        super().__init__(status.reason)
        self.status = status


class SecretStore:
    """Keyring with a fallback to memory; safe to use from any thread but the GUI's."""

    def __init__(
        self, *, service_name: str = SERVICE_NAME, timeout_s: float = DEFAULT_TIMEOUT_S
    ) -> None:
        self._service = service_name
        self._timeout_s = timeout_s
        self._line = _KeyringThread()
        self._lock = threading.Lock()
        self._this_run: dict[str, str] = {}

    def status(self) -> KeyringStatus:
        """Whether there is a usable keyring, without asking it for anything."""

        def look(backend: Any) -> KeyringStatus:
            return KeyringStatus(KeyringState.USABLE, name=str(backend.name))

        outcome = self._ask(look)
        return outcome if isinstance(outcome, KeyringStatus) else outcome.status

    def save(self, connection_id: str, secret: str) -> Kept:
        """Keep a key or a SAS. In the keyring, or in memory with a notice that says why."""
        register_secret(secret)
        with self._lock:
            self._this_run[connection_id] = secret

        def write(backend: Any) -> None:
            if type(backend).__module__.endswith(".Windows") and len(secret) > WINDOWS_LIMIT:
                raise _Unusable(
                    KeyringStatus(
                        KeyringState.REFUSED,
                        f"It is longer than the {WINDOWS_LIMIT} characters that the keyring of "
                        "Windows holds.",
                    )
                )
            backend.set_password(self._service, connection_id, secret)
            if backend.get_password(self._service, connection_id) != secret:
                raise _Unusable(
                    KeyringStatus(KeyringState.REFUSED, "The keyring did not keep what it got.")
                )
            # Also where the caller has stopped waiting: from now on the keyring has it.
            with self._lock:
                if self._this_run.get(connection_id) == secret:
                    del self._this_run[connection_id]

        outcome = self._ask(write, is_worth_doing_late=True)
        if isinstance(outcome, _Unusable):
            return Kept(Home.THIS_RUN, _this_run_notice(outcome.status))
        return Kept(Home.KEYRING)

    def load(self, connection_id: str) -> Loaded:
        """The secret of a connection; with a notice where the keyring could not be asked."""
        with self._lock:
            here = self._this_run.get(connection_id)
        if here is not None:
            return Loaded(here, Home.THIS_RUN)

        def read(backend: Any) -> str:
            return backend.get_password(self._service, connection_id) or ""

        outcome = self._ask(read)
        if isinstance(outcome, _Unusable):
            return Loaded("", Home.NOWHERE, f"{outcome.status.reason} Paste the secret again.")
        if not outcome:
            return Loaded("", Home.NOWHERE, "The keyring does not have it. Paste the secret again.")
        register_secret(outcome)
        return Loaded(outcome, Home.KEYRING)

    def remove(self, connection_id: str) -> Kept:
        """Forget it, here and in the keyring; with a notice where the keyring may still have it."""
        with self._lock:
            self._this_run.pop(connection_id, None)

        def delete(backend: Any) -> None:
            if backend.get_password(self._service, connection_id) is not None:
                backend.delete_password(self._service, connection_id)

        outcome = self._ask(delete, is_worth_doing_late=True)
        may_have_it = (KeyringState.LOCKED, KeyringState.FAILED)
        if isinstance(outcome, _Unusable) and outcome.status.state in may_have_it:
            return Kept(Home.KEYRING, f"{outcome.status.reason} It may still hold the secret.")
        return Kept(Home.NOWHERE)

    def _ask(
        self, question: Callable[[Any], _T], *, is_worth_doing_late: bool = False
    ) -> _T | _Unusable:
        """Put a question to the keyring and wait for the answer, at most `timeout_s`; what this
        program takes to load the library is not the keyring's time.

        What changes the keyring stays in the line when nobody waits any more, so that
        the keyring ends up as it was last told to be.
        """
        _load_library()
        answer = self._line.submit(lambda: question(_usable_backend()))
        wait_s = 0.05 if self._line.is_stuck else self._timeout_s
        try:
            return answer.result(wait_s)
        except (FutureTimeoutError, CancelledError):
            self._line.is_stuck = not answer.done()
            if not is_worth_doing_late:
                answer.cancel()
            return _Unusable(
                KeyringStatus(
                    KeyringState.LOCKED,
                    "The keyring does not answer; it may be waiting to be unlocked.",
                )
            )
        except _Unusable as outcome:
            return outcome
        except Exception as error:  # backends raise whatever their system raises
            # Not its text: some put the secret into it.
            log.warning("the keyring failed: %s", type(error).__name__)
            return _Unusable(_status_of(error))


class _KeyringThread:
    """Does one thing after the other on a daemon thread that ends when nothing is left to do."""

    def __init__(self) -> None:
        self.is_stuck = False
        self._line: deque[tuple[Future[Any], Callable[[], Any]]] = deque()
        self._lock = threading.Lock()
        self._is_running = False

    def submit(self, work: Callable[[], _T]) -> Future[_T]:
        future: Future[_T] = Future()
        with self._lock:
            self._line.append((future, work))
            if not self._is_running:
                self._is_running = True
                threading.Thread(target=self._run, name="keyring", daemon=True).start()
        return future

    def _run(self) -> None:
        while True:
            with self._lock:
                if not self._line:
                    self._is_running = False
                    return
                future, work = self._line.popleft()
            if not future.set_running_or_notify_cancel():
                continue
            try:
                result = work()
            except BaseException as error:
                self.is_stuck = False
                future.set_exception(error)
            else:
                self.is_stuck = False
                future.set_result(result)


def _load_library() -> None:
    """Import what asks nobody yet: on a busy machine that takes longer than any answer."""
    import keyring
    import keyring.errors

    if sys.platform == "linux":
        import keyring.backends.SecretService  # noqa: F401 - with the library for D-Bus


def _usable_backend() -> Any:
    """The backend to use, or _Unusable."""
    import keyring
    import keyring.backend
    import keyring.errors

    try:
        backend = keyring.get_keyring()
    except Exception as error:  # a configuration that names what is not there
        log.warning("no keyring: %s", type(error).__name__)
        raise _Unusable(
            KeyringStatus(KeyringState.NONE, "The keyring that is configured cannot be used.")
        ) from None
    choices = getattr(backend, "backends", None) or [backend]
    for choice in choices:
        if _refusal(choice) is None:
            return choice
    raise _Unusable(_refusal(choices[0]) or KeyringStatus(KeyringState.NONE, _NONE))


_NONE = "There is no keyring on this computer."


def _refusal(backend: Any) -> KeyringStatus | None:
    """Why a backend is not good enough, or None."""
    module = type(backend).__module__
    if module in ("keyring.backends.fail", "keyring.backends.chainer"):
        return KeyringStatus(KeyringState.NONE, _NONE)
    if module == "keyring.backends.null":
        return KeyringStatus(KeyringState.REFUSED, "The keyring is switched off.")
    words = f"{module}.{type(backend).__qualname__}".lower()
    if module.startswith("keyrings.alt") or "plaintext" in words or "uncrypted" in words:
        return KeyringStatus(
            KeyringState.REFUSED, "The keyring that is configured keeps secrets in the open."
        )
    return None


def _status_of(error: Exception) -> KeyringStatus:
    name = type(error).__name__
    if any(word in name for word in ("Locked", "Prompt", "Dismissed")):
        return KeyringStatus(KeyringState.LOCKED, "The keyring is locked.")
    if name in ("InitError", "NoKeyringError") or "NotAvailable" in name:
        return KeyringStatus(KeyringState.NONE, _NONE)
    return KeyringStatus(KeyringState.FAILED, "The keyring of this computer failed.")


def _this_run_notice(status: KeyringStatus) -> str:
    return f"{status.reason} The secret is kept for this run only."
