"""`dataclass`, as the standard library's but quick to make and to fill.

The library compiles six functions for each class as it is imported; a command of ours imports
a hundred and forty of them and uses thirty. Here what compares, hashes and shows is shared,
`__init__` is compiled where there are more than a few instances, and the class is made anew
once, with all that belongs to it. `frozen` is kept by the type checker, not at run time: plain
assignments fill an instance three times as fast, which counts where there is one for each blob
of a million.

What the library has beyond that is not here: no FrozenInstanceError, no order, no InitVar, no
KW_ONLY.
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

    _MISSING = dataclasses.MISSING

    @dataclasses.dataclass(init=False, repr=False, eq=False)
    class _Sample:
        """Has its docstring so that the library works out no signature for it."""

        one: int

    _KIND = dataclasses.fields(_Sample)[0]._field_type
    """What tells `dataclasses.fields` and `replace` that a field is one."""

    def dataclass(cls=None, /, *, frozen=False, slots=False, eq=True):
        """See dataclasses.dataclass."""

        def make(cls):
            known = dict(cls.__dict__)
            own = _own_fields(known)
            inherited = {}
            for base in cls.__mro__[:0:-1]:
                inherited |= base.__dict__.get("__dataclass_fields__", {})
            all_fields = inherited | own
            fields = list(all_fields.values())
            ways = {"__init__": _first_init(lambda: made, fields), "__repr__": _repr_of(fields)}
            if eq:
                ways["__eq__"] = _eq_of(fields)
                ways["__hash__"] = _hash_of(fields) if frozen else None
            for name, way in ways.items():
                if known.get(name) is None:
                    known[name] = way
            for name in ("__dict__", "__weakref__", *own):
                known.pop(name, None)
            if slots:
                known["__slots__"] = tuple(name for name in own if name not in inherited)
            else:
                known |= {name: f.default for name, f in own.items() if f.default is not _MISSING}
            made = type(cls)(
                cls.__name__,
                cls.__bases__,
                {
                    **known,
                    "__qualname__": cls.__qualname__,
                    "__match_args__": tuple(f.name for f in fields if f.init and not f.kw_only),
                    "__dataclass_fields__": all_fields,
                    "__dataclass_params__": _Sample.__dataclass_params__,
                },
            )
            return made

        return make if cls is None else make(cls)

    def _own_fields(known):
        """The fields that the body of a class, which `known` is, tells of."""
        found = {}
        for name, kind in known.get("__annotations__", {}).items():
            if str(kind).removeprefix("typing.").startswith("ClassVar"):
                continue
            default = known.get(name, _MISSING)
            is_field = isinstance(default, dataclasses.Field)
            field = default if is_field else dataclasses.field(default=default)
            field.name, field.type, field._field_type = name, kind, _KIND
            field.kw_only = field.kw_only is True
            if type(field.default).__hash__ is None:
                raise TypeError(f"{name}: all instances would share one default.")
            found[name] = field
        return found

    _FEW = 8
    """So many instances are filled before it pays to compile something for it."""

    def _first_init(of, fields):
        """Replaces itself by a compiled one, for the class that `of` gives, if there are many
        instances, or the arguments are wrong: that one says how."""
        places = [field.name for field in fields if field.init and not field.kw_only]
        filled = 0

        def __init__(self, *args, **kwargs):
            nonlocal filled
            filled += 1
            made = of()
            if filled > _FEW or not _fill(self, fields, places, args, kwargs):
                made.__init__ = _init_of(made, fields)
                made.__init__(self, *args, **kwargs)
            elif hasattr(made, "__post_init__"):
                self.__post_init__()

        return __init__

    def _fill(instance, fields, places, args, kwargs):
        """Whether the arguments are as they should be, and are in their places."""
        given = {**dict(zip(places, args, strict=False)), **kwargs}
        if len(args) > len(places) or len(given) < len(args) + len(kwargs):
            return False
        for field in fields:
            if field.init and field.name in given:
                value = given.pop(field.name)
            elif field.default is not _MISSING:
                value = field.default
            elif field.default_factory is not _MISSING:
                value = field.default_factory()
            elif field.init:
                return False
            else:
                continue  # __post_init__ is to set it
            setattr(instance, field.name, value)
        return not given

    def _init_of(made, fields):
        known = {"__missing": _MISSING}  # as no field is called
        by_place, by_name, body = ["self"], [], []
        for field in fields:
            name, default, value = field.name, "", field.name
            if field.default is not _MISSING:
                known[f"__default_{name}"] = field.default
                default = f"__default_{name}"
            elif field.default_factory is not _MISSING:
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
