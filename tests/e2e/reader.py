"""What a screen reader sees: a small AT-SPI client, so that tests find things by their names.

It speaks D-Bus to the accessibility bus of the session
(https://gitlab.gnome.org/GNOME/at-spi2-core, `org.a11y.atspi` interfaces).
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from jeepney import DBusAddress, Properties, new_method_call
from jeepney.io.blocking import DBusConnection, open_dbus_connection

from tests.e2e.screen import wait_for

_ACCESSIBLE = "org.a11y.atspi.Accessible"
_COMPONENT = "org.a11y.atspi.Component"
_ROOT = "/org/a11y/atspi/accessible/root"
_ON_SCREEN = 0
_STATE_ENABLED, _STATE_SHOWING = 8, 25


@dataclass(frozen=True)
class Thing:
    """One accessible object. Geometry is in screen pixels."""

    reader: Reader
    bus_name: str
    path: str

    def _call(self, interface: str, method: str, signature: str = "", *args: Any) -> Any:
        address = DBusAddress(self.path, self.bus_name, interface)
        return self.reader.send(new_method_call(address, method, signature or None, args or ()))

    @property
    def name(self) -> str:
        address = DBusAddress(self.path, self.bus_name, _ACCESSIBLE)
        return str(self.reader.send(Properties(address).get("Name"))[0][1])

    @property
    def role(self) -> str:
        return str(self._call(_ACCESSIBLE, "GetRoleName")[0])

    @property
    def children(self) -> list[Thing]:
        found = self._call(_ACCESSIBLE, "GetChildren")[0]
        # Qt tells of a child that is gone as null, until somebody asks for the table anew.
        own = ((bus_name, path) for bus_name, path in found if not path.endswith("/null"))
        return [Thing(self.reader, bus_name, path) for bus_name, path in own]

    def _has_state(self, bit: int) -> bool:
        low, high = self._call(_ACCESSIBLE, "GetState")[0]
        return bool((low | high << 32) >> bit & 1)

    @property
    def is_showing(self) -> bool:
        return self._has_state(_STATE_SHOWING)

    @property
    def is_enabled(self) -> bool:
        return self._has_state(_STATE_ENABLED)

    @property
    def extents(self) -> tuple[int, int, int, int]:
        """x, y, width, height."""
        x, y, width, height = self._call(_COMPONENT, "GetExtents", "u", _ON_SCREEN)[0]
        return x, y, width, height

    @property
    def centre(self) -> tuple[int, int]:
        x, y, width, height = self.extents
        return x + width // 2, y + height // 2

    def walk(self) -> Iterator[Thing]:
        """This and everything below it."""
        yield self
        for child in self.children:
            yield from child.walk()


class Reader:
    """A connection to the accessibility bus that the session bus names."""

    def __init__(self, session_bus: str) -> None:
        self._bus = _accessibility_bus(session_bus)

    def close(self) -> None:
        self._bus.close()

    def send(self, message: Any) -> Any:
        """The body of the reply; an error reply raises LookupError, for the thing is gone."""
        reply = self._bus.send_and_get_reply(message, timeout=10)
        if reply.header.message_type.name == "error":
            raise LookupError(str(reply.body))
        return reply.body

    def programs(self) -> list[Thing]:
        """Everything that speaks to screen readers."""
        return Thing(self, "org.a11y.atspi.Registry", _ROOT).children

    def find_all(self, name: str, role: str = "") -> list[Thing]:
        """Everything showing of this name (and role), in all programs."""
        found = []
        for program in self.programs():
            try:
                for thing in program.walk():
                    if thing.name == name and (not role or thing.role == role) and thing.is_showing:
                        found.append(thing)
            except LookupError:  # it went away while we looked
                continue
        return found

    def find(self, name: str, role: str = "", timeout_s: float = 30.0) -> Thing:
        """The first of that name that shows, once there is one."""

        def look() -> Thing | None:
            return next(iter(self.find_all(name, role)), None)

        return wait_for(look, f"{role or 'something'} called {name!r}", timeout_s)

    def sees(self, name: str, role: str = "") -> bool:
        return bool(self.find_all(name, role))

    def texts(self) -> list[str]:
        """Every name in every program: all that the windows say."""
        return [thing.name for program in self.programs() for thing in program.walk()]


def _accessibility_bus(session_bus: str) -> DBusConnection:
    launcher = DBusAddress("/org/a11y/bus", "org.a11y.Bus", "org.a11y.Bus")
    with open_dbus_connection(session_bus) as session:
        reply = session.send_and_get_reply(new_method_call(launcher, "GetAddress"), timeout=20)
    address: str = reply.body[0]
    return open_dbus_connection(address)


def session_bus() -> str:
    """The session bus of this process."""
    return os.environ["DBUS_SESSION_BUS_ADDRESS"]
