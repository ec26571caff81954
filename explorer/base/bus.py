"""The desktop's message bus (D-Bus), for what no file and no library of ours does.

A small client over jeepney's messages: calls with a time limit on every step, file
descriptors in answers, and reading without waiting for whoever watches the socket. Where
there is no bus, no jeepney (Windows, macOS) or a bus that does not answer, `Bus.open` says
so at once or within `LIMIT_S`. Source: the D-Bus Specification, "Message Bus".
"""

from __future__ import annotations

import contextlib
import os
import socket
import time
from collections import deque
from collections.abc import Sequence
from enum import Enum
from itertools import count
from typing import TYPE_CHECKING, Any, Final

from explorer.base.records import dataclass

if TYPE_CHECKING:
    from jeepney import Message

LIMIT_S: Final = 1.0
"""How long one step of talking to the bus may take."""
_SYSTEM: Final = "unix:path=/var/run/dbus/system_bus_socket"
_FDS_SPACE: Final = 1024
_NOT_HANDED_DOWN: Final = getattr(socket, "MSG_CMSG_CLOEXEC", 0)
"""A program started here must not keep what a descriptor stands for."""


class Which(Enum):
    SYSTEM = "the system bus"
    SESSION = "the session bus"


class BusError(Exception):
    """Nobody is there, or who is there refuses. For deciding, never shown to a person.

    `name` is the error's name in the answer, empty where there was no answer.
    """

    def __init__(self, name: str, message: str = "") -> None:
        super().__init__(f"{name} {message}".strip())
        self.name = name


@dataclass(frozen=True, slots=True)
class Address:
    """Whom a call is for: the name on the bus, the object, and which of its interfaces."""

    name: str
    path: str
    interface: str


@dataclass(frozen=True, slots=True)
class Heard:
    """One message from the bus."""

    is_error: bool
    reply_to: int
    """The serial number of the call this answers; 0 for a signal."""
    member: str
    """Of a signal its name, of an error the error's name."""
    body: tuple[Any, ...]


class Bus:
    """One connection. Of one thread at a time; may be handed to another between calls."""

    def __init__(self, sock: socket.socket) -> None:
        from jeepney.low_level import Parser

        self._sock = sock
        self._parser = Parser()
        self._serials = count(1)
        self._waiting: deque[Heard] = deque()

    @classmethod
    def open(cls, which: Which) -> Bus:
        """Connect and say hello; blocking, at most about twice `LIMIT_S`. Raises BusError."""
        try:
            from jeepney.bus import get_connectable_addresses
            from jeepney.io.blocking import prep_socket
        except ImportError:
            raise BusError("", "there is no client for a bus here") from None
        try:
            address = next(get_connectable_addresses(_address(which)))
            bus = cls(prep_socket(address, enable_fds=True, timeout=LIMIT_S))
        except Exception as error:  # whatever a strange address or a strange peer leads to
            raise BusError("", f"{which.value} cannot be reached") from error
        try:
            bus.call(_BUS, "Hello")
        except BusError:
            bus.close()
            raise
        return bus

    def call(self, to: Address, member: str, signature: str = "", *body: Any) -> tuple[Any, ...]:
        """Ask and wait for the answer, at most `LIMIT_S`. Raises BusError.

        `signature` is that of the arguments, in D-Bus's letters. File descriptors in the
        answer are jeepney's `FileDescriptor`, and the caller's.
        """
        serial = self.send(to, member, signature, *body)
        end = time.monotonic() + LIMIT_S
        while True:
            self._sock.settimeout(max(0.001, end - time.monotonic()))
            heard = self._next()
            if heard.reply_to != serial:
                self._waiting.append(heard)
                continue
            if heard.is_error:
                raise BusError(heard.member, " ".join(map(str, heard.body)))
            return heard.body

    def send(self, to: Address, member: str, signature: str = "", *body: Any) -> int:
        """Ask without waiting; the serial number that the answer will have. Raises BusError."""
        from jeepney import DBusAddress, new_method_call

        address = DBusAddress(to.path, to.name, to.interface)
        message = new_method_call(address, member, signature or None, body)
        serial = next(self._serials)
        self._sock.settimeout(LIMIT_S)
        try:
            self._sock.sendall(message.serialise(serial))
        except OSError as error:
            raise BusError("", "the bus does not take anything") from error
        return serial

    def listen(self, interface: str, path: str) -> None:
        """Have the signals of an interface sent here from now on. Raises BusError."""
        rule = f"type='signal',interface='{interface}',path='{path}'"
        self.call(_BUS, "AddMatch", "s", rule)

    def heard(self) -> Sequence[Heard]:
        """What has come, without waiting for more. Raises BusError once the bus is gone."""
        self._sock.settimeout(0)
        with contextlib.suppress(BlockingIOError):
            while True:
                self._waiting.append(self._next())
        found = tuple(self._waiting)
        self._waiting.clear()
        return found

    def fileno(self) -> int:
        """The socket, for whoever waits until there is something to hear."""
        return self._sock.fileno()

    def close(self) -> None:
        """Whatever was asked for on this connection is given up by whoever keeps it."""
        self._sock.close()

    def _next(self) -> Heard:
        """Read on until a message is whole. Raises BusError; BlockingIOError without waiting."""
        from jeepney.fds import FileDescriptor

        while (message := self._parser.get_next_message()) is None:
            try:
                wanted = self._parser.bytes_desired()
                data, beside, _, _ = self._sock.recvmsg(wanted, _FDS_SPACE, _NOT_HANDED_DOWN)
            except BlockingIOError:
                raise
            except OSError as error:
                raise BusError("", "the bus does not answer") from error
            if not data:
                raise BusError("", "the bus is gone")
            self._parser.add_data(data, fds=FileDescriptor.from_ancdata(beside))
        return _heard(message)


def _heard(message: Message) -> Heard:
    from jeepney import HeaderFields, MessageType

    header = message.header
    is_error = header.message_type is MessageType.error
    name = HeaderFields.error_name if is_error else HeaderFields.member
    return Heard(
        is_error,
        int(header.fields.get(HeaderFields.reply_serial, 0)),
        str(header.fields.get(name, "")),
        tuple(message.body),
    )


def _address(which: Which) -> str:
    """Where a bus is, as the specification of its address says. Raises KeyError."""
    if which is Which.SYSTEM:
        return os.environ.get("DBUS_SYSTEM_BUS_ADDRESS") or _SYSTEM
    if told := os.environ.get("DBUS_SESSION_BUS_ADDRESS"):
        return told
    return f"unix:path={os.environ['XDG_RUNTIME_DIR']}/bus"  # where systemd puts it


_BUS: Final = Address("org.freedesktop.DBus", "/org/freedesktop/DBus", "org.freedesktop.DBus")
