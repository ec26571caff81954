"""A message bus of its own, as session and as system bus, with services that write down calls.

`bus()` starts a real `dbus-daemon`; `Recorder` is a thread that owns names on it.
"""

from __future__ import annotations

import contextlib
import os
import select
import subprocess
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

from jeepney import (
    DBusAddress,
    HeaderFields,
    Message,
    MessageType,
    message_bus,
    new_error,
    new_method_return,
    new_signal,
)
from jeepney.fds import FileDescriptor
from jeepney.io.blocking import DBusConnection, Proxy, prep_socket

from tests.e2e.screen import wait_for

LOGIND = "org.freedesktop.login1"
POWER = "org.freedesktop.PowerManagement"
GNOME = "org.gnome.SessionManager"
NOTIFICATIONS = "org.freedesktop.Notifications"


@dataclass(frozen=True, slots=True)
class Called:
    """One call: whose, which, with what."""

    interface: str
    member: str
    body: tuple[Any, ...]


Answer = tuple[str, tuple[Any, ...]] | str
"""A signature and values, or the name of an error."""


def _nothing(_: Called) -> Answer:
    return "", ()


@contextlib.contextmanager
def bus() -> Iterator[str]:
    """The address of a bus nobody else is on."""
    command = ["dbus-daemon", "--session", "--nofork", "--nopidfile", "--print-address=1"]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    ) as daemon:
        assert daemon.stdout is not None
        try:
            address = daemon.stdout.readline().strip()
            assert address, "dbus-daemon did not start"
            yield address
        finally:
            daemon.terminate()


@dataclass
class Recorder:
    """Owns names on a bus, writes down calls, answers as `answers` says by member."""

    address: str
    answers: dict[str, Callable[[Called], Answer]] = field(default_factory=dict)
    calls: list[Called] = field(default_factory=list)
    locks: list[int] = field(default_factory=list)
    """Ends of pipes whose other ends were given away: each tells when that is closed."""

    def __post_init__(self) -> None:
        path = dict(part.split("=", 1) for part in self.address.split(":", 1)[1].split(","))
        where = path.get("path") or "\0" + path["abstract"]
        self._connection = DBusConnection(prep_socket(where, enable_fds=True), enable_fds=True)
        self._is_over = threading.Event()
        self._thread = threading.Thread(target=self._serve, name="desktop")

    def __enter__(self) -> Recorder:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._is_over.set()
        self._thread.join()
        self._connection.close()
        for end in self.locks:
            os.close(end)

    def own(self, *names: str) -> Recorder:
        """Before the thread starts: be these services."""
        for name in names:
            Proxy(message_bus, self._connection).RequestName(name)
        return self

    def lock(self, _: Called) -> Answer:
        """Answers like logind: with a descriptor that is watched until it is closed."""
        mine, theirs = os.pipe()
        os.set_blocking(mine, False)
        self.locks.append(mine)
        return "h", (FileDescriptor(theirs),)

    def is_held(self, at: int = -1) -> bool:
        """Whether somebody has the other end of a lock still open."""
        try:
            return os.read(self.locks[at], 1) != b""
        except BlockingIOError:
            return True

    def is_given_back(self, at: int = -1) -> bool:
        """Whether nobody has it any more, soon: the bus itself lets go of it when it has time."""
        select.select([self.locks[at]], [], [], 10)
        return not self.is_held(at)

    def signal(self, path: str, interface: str, name: str, signature: str, *body: Any) -> None:
        """Tell everybody on the bus."""
        source = DBusAddress(path, interface=interface)
        self._connection.send(new_signal(source, name, signature, body))

    def wait_for(self, member: str, count: int = 1) -> list[Called]:
        """Until it has been called so often."""

        def look() -> list[Called] | None:
            found = [call for call in tuple(self.calls) if call.member == member]
            return found if len(found) >= count else None

        return wait_for(look, f"{count} x {member}")

    def _serve(self) -> None:
        while not self._is_over.is_set():
            with contextlib.suppress(TimeoutError):
                message = self._connection.receive(timeout=0.05)
                if message.header.message_type is MessageType.method_call:
                    self._answer(message)

    def _answer(self, message: Message) -> None:
        fields = message.header.fields
        member = fields[HeaderFields.member]
        call = Called(fields.get(HeaderFields.interface, ""), member, tuple(message.body))
        self.calls.append(call)
        answer = self.answers.get(member, _nothing)(call)
        if isinstance(answer, str):
            self._connection.send(new_error(message, answer, "s", ("no",)))
            return
        signature, values = answer
        self._connection.send(new_method_return(message, signature or None, values))
        for value in values:
            if isinstance(value, FileDescriptor):
                value.close()


@contextlib.contextmanager
def desktop(**answers: Callable[[Called], Answer]) -> Iterator[Recorder]:
    """A bus with every service of a desktop, `logind` among them; `Recorder.address` is its."""
    with bus() as address:
        recorder = Recorder(address)
        recorder.answers = {"Inhibit": recorder.lock, "Notify": lambda _: ("u", (7,)), **answers}
        recorder.own(LOGIND, POWER, GNOME, NOTIFICATIONS)
        with recorder:
            yield recorder
