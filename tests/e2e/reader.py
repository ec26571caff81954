"""What a screen reader sees: a small AT-SPI client, so that tests find things by their names.

It speaks D-Bus to the accessibility bus of the session
(https://gitlab.gnome.org/GNOME/at-spi2-core, `org.a11y.atspi` interfaces). What goes while it is
looked at is left out, as if it had gone before; all else is seen.
"""

from __future__ import annotations

import contextlib
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from jeepney import DBusAddress, HeaderFields, Message, MessageType, Properties, new_method_call
from jeepney.io.blocking import DBusConnection, open_dbus_connection

from tests.e2e.screen import wait_for

_ACCESSIBLE = "org.a11y.atspi.Accessible"
_COMPONENT = "org.a11y.atspi.Component"
_ROOT = "/org/a11y/atspi/accessible/root"
_ON_SCREEN = 0
_STATE_ACTIVE, _STATE_ENABLED, _STATE_SHOWING = 1, 8, 25
_ANSWER_S = 60.0
"""A window that stands still for longer is broken."""
_AT_ONCE = 100
"""Questions under way: few enough that no buffer is ever full."""


@dataclass(frozen=True)
class Thing:
    """One accessible object. Geometry is in screen pixels; LookupError where it has gone."""

    reader: Reader
    bus_name: str
    path: str

    def question(self, interface: str, method: str, signature: str = "", *args: Any) -> Message:
        address = DBusAddress(self.path, self.bus_name, interface)
        return new_method_call(address, method, signature or None, args or ())

    def _ask(self, question: Message) -> Any:
        answer = self.reader.ask([question])[0]
        if answer is None:
            raise LookupError(f"{self.path} of {self.bus_name} has gone")
        return answer

    @property
    def extents(self) -> tuple[int, int, int, int]:
        """x, y, width, height."""
        question = self.question(_COMPONENT, "GetExtents", "u", _ON_SCREEN)
        x, y, width, height = self._ask(question)[0]
        return x, y, width, height

    @property
    def centre(self) -> tuple[int, int]:
        x, y, width, height = self.extents
        return x + width // 2, y + height // 2


@dataclass
class Seen:
    """What a thing was when it was looked at, and what was below it."""

    thing: Thing
    name: str
    states: int
    below: list[Seen] = field(default_factory=list)

    @property
    def is_showing(self) -> bool:
        return _has(self.states, _STATE_SHOWING)

    @property
    def is_enabled(self) -> bool:
        return _has(self.states, _STATE_ENABLED)

    @property
    def is_active(self) -> bool:
        """A window that the keyboard belongs to."""
        return _has(self.states, _STATE_ACTIVE)

    def walk(self) -> Iterator[Seen]:
        """This and everything below it."""
        yield self
        for one in self.below:
            yield from one.walk()


class Reader:
    """A connection to the accessibility bus that the session bus names."""

    def __init__(self, session_bus: str) -> None:
        self._bus = _accessibility_bus(session_bus)
        self._registry = Thing(self, "org.a11y.atspi.Registry", _ROOT)
        wait_for(lambda: self._children([self._registry])[0] is not None, "the registry")

    def close(self) -> None:
        self._bus.close()

    def ask(self, questions: Sequence[Message]) -> list[Any]:
        """The bodies of the replies; None where the reply is an error, for the thing has gone.

        Many are under way at a time: a busy machine lets each of them wait for its turn.
        """
        answers: list[Any] = []
        for begin in range(0, len(questions), _AT_ONCE):
            places: dict[int, int] = {}
            for question in questions[begin : begin + _AT_ONCE]:
                serial = next(self._bus.outgoing_serial)
                self._bus.send_message(question, serial=serial)
                places[serial] = len(answers)
                answers.append(None)
            while places:
                reply = self._bus.receive(timeout=_ANSWER_S)
                place = places.pop(reply.header.fields.get(HeaderFields.reply_serial, -1), None)
                if place is not None and reply.header.message_type is not MessageType.error:
                    answers[place] = reply.body
        return answers

    def look(self, *, deep: bool = True, hidden: bool = False) -> list[Seen]:
        """Every window of every program that speaks to screen readers, with what it shows.

        Not `deep`: the windows alone. `hidden`: also what does not show.
        """
        programs = self._children([self._registry])[0] or []
        found = self._see([window for below in self._children(programs) for window in below or ()])
        level = found if deep else []
        while level := [one for one in level if hidden or one.is_showing]:
            lists = self._children([one.thing for one in level])
            seen = {
                one.thing: one for one in self._see([it for below in lists for it in below or ()])
            }
            for one, below in zip(level, lists, strict=True):
                one.below = [seen[it] for it in below or () if it in seen]
            level = list(seen.values())
        return found

    def _children(self, things: Sequence[Thing]) -> list[list[Thing] | None]:
        answers = self.ask([thing.question(_ACCESSIBLE, "GetChildren") for thing in things])
        # Qt tells of a child that is gone as null, until somebody asks for the table anew.
        return [
            None
            if answer is None
            else [Thing(self, bus, path) for bus, path in answer[0] if not path.endswith("/null")]
            for answer in answers
        ]

    def _see(self, things: Sequence[Thing]) -> list[Seen]:
        names = self.ask(
            [
                Properties(DBusAddress(thing.path, thing.bus_name, _ACCESSIBLE)).get("Name")
                for thing in things
            ]
        )
        states = self.ask([thing.question(_ACCESSIBLE, "GetState") for thing in things])
        return [
            Seen(thing, str(name[0][1]), _states(state))
            for thing, name, state in zip(things, names, states, strict=True)
            if name is not None and state is not None
        ]

    def find_all(self, name: str, role: str = "") -> list[Seen]:
        """Everything showing of this name (and role), in all programs."""
        called = [
            seen
            for window in self.look()
            for seen in window.walk()
            if seen.name == name and seen.is_showing
        ]
        if not role:
            return called
        roles = self.ask([seen.thing.question(_ACCESSIBLE, "GetRoleName") for seen in called])
        return [seen for seen, told in zip(called, roles, strict=True) if told == (role,)]

    def find(self, name: str, role: str = "") -> Thing:
        """The first of that name that shows, once there is one."""

        def look() -> Thing | None:
            return next((seen.thing for seen in self.find_all(name, role)), None)

        return wait_for(look, f"{role or 'something'} called {name!r}")

    def spots(self, name: str, role: str = "") -> list[tuple[int, int]]:
        """The middle of each of that name that shows and is enabled."""
        found = []
        for seen in self.find_all(name, role):
            with contextlib.suppress(LookupError):
                if seen.is_enabled:
                    found.append(seen.thing.centre)
        return found

    def sees(self, name: str, role: str = "") -> bool:
        return bool(self.find_all(name, role))

    def active(self) -> tuple[str, str]:
        """Role and title of the window that has the keyboard and knows it; both empty while
        that changes."""
        found = next((it for it in self.look(deep=False) if it.is_active), None)
        role = self.ask([found.thing.question(_ACCESSIBLE, "GetRoleName")])[0] if found else None
        return (str(role[0]), found.name) if found and role else ("", "")

    def texts(self) -> list[str]:
        """Every name in every program: all that the windows say, and what they do not show."""
        return [seen.name for window in self.look(hidden=True) for seen in window.walk()]

    def says(self, words: str) -> bool:
        """Whether these words, a regular expression, stand in something of a window."""
        return any(re.search(words, text) for text in self.texts())


def _states(answer: Any) -> int:
    low, high = answer[0]
    return int(low | high << 32)


def _has(states: int, bit: int) -> bool:
    return bool(states >> bit & 1)


def _accessibility_bus(session_bus: str) -> DBusConnection:
    launcher = DBusAddress("/org/a11y/bus", "org.a11y.Bus", "org.a11y.Bus")
    with open_dbus_connection(session_bus) as session:
        reply = session.send_and_get_reply(new_method_call(launcher, "GetAddress"), timeout=60)
    address: str = reply.body[0]
    return open_dbus_connection(address)
