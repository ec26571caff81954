"""`dataclass`, as the standard library's but quick to make and to fill.

The library compiles six functions for each class as it is imported; a command of ours imports
a hundred and forty of them and uses thirty. Here what compares, hashes and shows is shared,
and `__init__` is compiled for the first instance. `frozen` is kept by the type checker, not
at run time: plain assignments fill an instance three times as fast, which counts where there
is one for each blob of a million.

What the library has beyond that is not here: no FrozenInstanceError, no order, no InitVar.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

__all__ = ["dataclass"]

if TYPE_CHECKING:
    from dataclasses import dataclass
else:
    import dataclasses
    from operator import attrgetter
    from reprlib import recursive_repr

    def dataclass(cls=None, /, *, frozen=False, slots=False, eq=True):
        """See dataclasses.dataclass."""

        def make(cls):
            written = cls.__dict__
            if cls.__doc__ is None:
                cls.__doc__ = cls.__name__  # else the library works out a signature for it
            made = dataclasses.dataclass(init=False, repr=False, eq=False, slots=slots)(cls)
            fields = dataclasses.fields(made)
            ways = {"__init__": _first_init(made, fields), "__repr__": _repr_of(fields)}
            if eq:
                ways["__eq__"] = _eq_of(fields)
                ways["__hash__"] = _hash_of(fields) if frozen else None
            for name, way in ways.items():
                if written.get(name) is None:
                    setattr(made, name, way)
            return made

        return make if cls is None else make(cls)

    def _first_init(made, fields):
        """Replaces itself by the real one."""

        def __init__(self, *args, **kwargs):
            made.__init__ = _init_of(made, fields)
            made.__init__(self, *args, **kwargs)

        return __init__

    def _init_of(made, fields):
        known = {"__missing": dataclasses.MISSING}  # as no field is called
        by_place, by_name, body = ["self"], [], []
        for field in fields:
            name, default, value = field.name, "", field.name
            if field.default is not dataclasses.MISSING:
                known[f"__default_{name}"] = field.default
                default = f"__default_{name}"
            elif field.default_factory is not dataclasses.MISSING:
                known[f"__make_{name}"] = field.default_factory
                default = "__missing"
                value = f"__make_{name}() if {name} is __missing else {name}"
            if field.init:
                accepted = by_name if field.kw_only else by_place
                accepted.append(f"{name}={default}" if default else name)
            elif default:
                value = f"__make_{name}()" if default == "__missing" else default
            else:
                continue  # __post_init__ is to set it
            body.append(f"self.{name} = {value}")
        if hasattr(made, "__post_init__"):
            body.append("self.__post_init__()")
        accepted = ", ".join([*by_place, "*", *by_name] if by_name else by_place)
        source = f"def __init__({accepted}): {'; '.join(body) or 'pass'}"
        exec(source, known)  # noqa: S102 - names of fields, as in the library
        init = known["__init__"]
        init.__qualname__ = f"{made.__qualname__}.__init__"
        return init

    def _values_of(fields):
        names = [field.name for field in fields]
        return attrgetter(*names) if names else lambda instance: ()

    def _repr_of(fields):
        names = [field.name for field in fields if field.repr]

        @recursive_repr()
        def __repr__(self):
            shown = ", ".join(f"{name}={getattr(self, name)!r}" for name in names)
            return f"{type(self).__qualname__}({shown})"

        return __repr__

    def _eq_of(fields):
        values = _values_of([field for field in fields if field.compare])

        def __eq__(self, other):
            if other.__class__ is not self.__class__:
                return NotImplemented
            return values(self) == values(other)

        return __eq__

    def _hash_of(fields):
        hashed = [f for f in fields if (f.compare if f.hash is None else f.hash)]
        values = _values_of(hashed)

        def __hash__(self):
            return hash(values(self))

        return __hash__
