"""What makes a class one of values: frozen, made by keywords, equal to another of the same content.

It is what ``dataclasses`` makes too. But that writes the methods of each class as text and compiles them, which takes
half a millisecond a class, after 7 ms to load what it needs; and a shell command loads 60 classes to use a few. Here
all have the same few methods, so the values that such a command loads are made so.
"""

from __future__ import annotations

from operator import attrgetter

TYPE_CHECKING = False  # typing.TYPE_CHECKING, without loading typing
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from typing import Any, NoReturn, TypeVar, dataclass_transform

    _T = TypeVar("_T")
else:

    def dataclass_transform(**_: object) -> Callable[[_T], _T]:
        """Do without; it is type checkers that look at it."""
        return lambda decorator: decorator


_MISSING = object()


class _Field:
    """What is said of a field."""

    def __init__(
        self,
        *,
        default: object = _MISSING,
        default_factory: Callable[[], object] | None = None,
        compare: bool = True,
        repr: bool = True,  # noqa: A002 - as dataclasses call it
    ) -> None:
        self.default = default
        self.make = default_factory
        self.compare = compare
        self.is_shown = repr

    def as_dataclass_has_it(self) -> Any:  # noqa: ANN401 - what `dataclasses` gives
        """Give the field of a dataclass that says the same."""
        from dataclasses import field  # start-up cost, as below

        said: dict[str, Any] = {"compare": self.compare, "repr": self.is_shown}
        if self.make is not None:
            said["default_factory"] = self.make
        elif self.default is not _MISSING:
            said["default"] = self.default
        return field(**said)


def field(**said: Any) -> Any:  # noqa: ANN401 - of the type of the field
    """Say more of a field than its default: `default`, `default_factory`, `compare` and `repr` of ``dataclasses``."""
    return _Field(**said)


@dataclass_transform(frozen_default=True, kw_only_default=True, field_specifiers=(field,))
def frozen(cls: type[_T]) -> type[_T]:
    """Make a class with annotated fields one of values; its ``__post_init__`` may refuse them.

    Examples
    --------
    >>> @frozen
    ... class Point:
    ...     x: int
    ...     y: int = 0
    >>> Point(x=1)
    Point(x=1, y=0)
    >>> replace(Point(x=1), y=2) == Point(x=1, y=2)
    True
    """
    return _complete(cls)


@dataclass_transform(frozen_default=True, field_specifiers=(field,))
def frozen_in_order(cls: type[_T]) -> type[_T]:
    """Make a class one of values whose fields may also be given in their order."""
    return _complete(cls)


def replace(old: _T, **changes: object) -> _T:
    """Give a value with some fields changed, as ``dataclasses.replace`` does, without loading that."""
    names: Mapping[str, _Field] = vars(type(old))["__fields__"]
    return type(old)(**{name: getattr(old, name) for name in names} | changes)


class _DataclassFields:
    """What ``dataclasses`` looks for, so that its functions take these values; it is made when it is looked for."""

    def __get__(self, instance: object, cls: type) -> object:
        from dataclasses import make_dataclass  # start-up cost: what this module is to spare

        said = [(name, object, each.as_dataclass_has_it()) for name, each in cls.__fields__.items()]  # type: ignore[attr-defined]
        twin = make_dataclass(cls.__name__, said, kw_only=True)
        found: object = vars(twin)["__dataclass_fields__"]
        type.__setattr__(cls, "__dataclass_fields__", found)
        return found


def _complete(cls: type[_T]) -> type[_T]:
    own = {name: _take_field(cls, name) for name in vars(cls).get("__annotations__", ())}
    fields: dict[str, _Field] = {**getattr(cls, "__fields__", {}), **own}
    content = _getter([name for name, each in fields.items() if each.compare])
    methods = {
        "__fields__": fields,
        "__init__": _make_init(fields, has_rules=hasattr(cls, "__post_init__")),
        "__eq__": _make_eq(content),
        "__hash__": lambda self: hash(content(self)),
        "__repr__": _repr,
        "__setattr__": _refuse,
        "__delattr__": _refuse,
        "__dataclass_fields__": _DataclassFields(),
    }
    for name, method in methods.items():
        if name not in vars(cls):
            setattr(cls, name, method)
    return cls


def _take_field(cls: type, name: str) -> _Field:
    found = vars(cls).get(name, _MISSING)
    if not isinstance(found, _Field):
        return _Field(default=found)
    if found.default is _MISSING:
        delattr(cls, name)
    else:
        setattr(cls, name, found.default)
    return found


def _make_init(fields: Mapping[str, _Field], *, has_rules: bool) -> Callable[..., None]:
    defaults = {name: each.default for name, each in fields.items() if each.default is not _MISSING}
    makers = [(name, each.make) for name, each in fields.items() if each.make is not None]
    names = fields.keys()

    def __init__(self: Any, /, *values: object, **given: object) -> None:  # noqa: ANN401, N807 - of any class
        held = self.__dict__
        held.update(defaults)
        if values:
            held.update(zip(names, values, strict=False))
        held.update(given)
        for name, make in makers:
            if name not in held:
                held[name] = make()
        if held.keys() != names or len(values) > len(names):
            raise TypeError(f"{type(self).__qualname__} takes {', '.join(names)}, not {', '.join(held)}")
        if has_rules:
            self.__post_init__()

    return __init__


def _getter(names: Sequence[str]) -> Callable[[object], object]:
    return attrgetter(*names) if names else lambda _: ()


def _make_eq(content: Callable[[object], object]) -> Callable[[object, object], bool]:
    def __eq__(self: object, other: object) -> bool:  # noqa: N807 - of any class
        return content(self) == content(other) if type(other) is type(self) else NotImplemented

    return __eq__


def _repr(self: Any) -> str:  # noqa: ANN401 - of any class
    shown = [f"{name}={getattr(self, name)!r}" for name, each in self.__fields__.items() if each.is_shown]
    return f"{type(self).__qualname__}({', '.join(shown)})"


def _refuse(self: object, name: str, *_: object) -> NoReturn:
    raise AttributeError(f"{type(self).__qualname__} is a value: its {name!r} cannot be changed")
