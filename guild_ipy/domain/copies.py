"""Pickles objects that pickle would only refer to by a name, or that hold a lock.

A new process does not have the names of a notebook, so the reference that ``functools.cache``, ``typing.NewType`` or a
sentinel's own ``__reduce__`` returns leads nowhere there. Such objects are sent as the parts that they are made from.
Pickles of runs name the functions ``make_...`` and ``fill_...`` of this module: keep their names, and that of the
module.
"""

from __future__ import annotations

import enum
import functools
import threading
import types
import typing
import weakref
from collections.abc import Callable, Mapping
from typing import Any, TypeAlias

Reduced: TypeAlias = tuple[Any, ...]
"""A value that ``__reduce__`` may return, except a name."""


def find_reducer(cls: type) -> Callable[[Any], Reduced] | None:
    """Find the function that takes objects of a class apart; None for classes that pickle handles itself.

    Examples
    --------
    >>> make, (function, options), _ = find_reducer(type(functools.cache(print)))(functools.cache(max))
    >>> function, options
    (<built-in function max>, {'maxsize': None, 'typed': False})
    """
    found = next((_REDUCERS[each] for each in cls.__mro__ if each in _REDUCERS), None)
    return found or _REDUCERS_OF_LIBRARIES.get(f"{cls.__module__}.{cls.__qualname__}")


def reduces_itself(cls: type) -> bool:
    """Whether a class defines in Python how its objects are pickled."""
    return any("__reduce__" in vars(base) or "__reduce_ex__" in vars(base) for base in cls.__mro__[:-1])


def is_dispatcher(function: types.FunctionType) -> bool:
    """Whether a function was made by ``functools.singledispatch``."""
    return function.__globals__ is vars(functools) and "registry" in vars(function)


def reduce_dispatcher(dispatcher: Any) -> Reduced:  # noqa: ANN401 - a function with attributes
    """Return a ``functools.singledispatch`` function as its implementations; its cache holds weak references."""
    own = {"register", "dispatch", "registry", "_clear_cache", "__wrapped__"}
    attributes = {name: value for name, value in vars(dispatcher).items() if name not in own}
    state = (dict(dispatcher.registry), attributes)
    return functools.singledispatch, (dispatcher.__wrapped__,), state, None, None, fill_dispatcher


def fill_dispatcher(dispatcher: Any, state: tuple[Mapping[type, Callable[..., Any]], Mapping[str, Any]]) -> None:  # noqa: ANN401
    """Register the implementations of a dispatcher that was made anew."""
    implementations, attributes = state
    for cls, implementation in implementations.items():
        dispatcher.register(cls, implementation)
    vars(dispatcher).update(attributes)


def reduce_content(obj: object) -> Reduced:
    """Return an object of a class written in Python as its class and its content, whatever its ``__reduce__`` says.

    Raises
    ------
    TypeError
        For an object with content in C, which cannot be read from Python.
    """
    cls = type(obj)
    if isinstance(obj, enum.Enum):
        return getattr, (cls, obj.name)
    for base in cls.__mro__:
        if base not in _VALUES and isinstance(vars(base).get("__new__"), types.BuiltinFunctionType):
            raise TypeError(f"it is pickled by its name alone, and a {cls.__name__} does not say what is in it")
    base = _find_base(cls)
    arguments = obj.__getnewargs__() if hasattr(obj, "__getnewargs__") else ()
    return make_content, (base, cls, arguments), obj.__getstate__()


def make_content(base: type, cls: type, arguments: tuple[Any, ...]) -> object:
    """Make an object without calling the ``__new__`` of its class, which may return always the same object."""
    return base.__new__(cls, *arguments)


#: Built-in classes whose objects say with ``__getnewargs__`` all that they are.
_VALUES = frozenset({object, int, float, complex, str, bytes, tuple})


def make_cached(function: Callable[..., Any], options: Mapping[str, Any]) -> Callable[..., Any]:
    """Make a function with a ``functools.lru_cache``, whose cache is empty."""
    cached: Callable[..., Any] = functools.lru_cache(**options)(function)
    return cached


def _reduce_cached(cached: Any) -> Reduced:  # noqa: ANN401 - its type has no public name
    return make_cached, (cached.__wrapped__, cached.cache_parameters()), dict(vars(cached))


def make_cached_property(cls: type[functools.cached_property[Any]]) -> functools.cached_property[Any]:
    """Make an empty ``functools.cached_property``, with a lock of its own if this version of Python has one there."""
    made = cls.__new__(cls)
    made.__dict__["lock"] = threading.RLock()
    return made


def _reduce_cached_property(obj: functools.cached_property[Any]) -> Reduced:
    content = dict(vars(obj))
    if content.pop("lock", None) is None:  # from Python 3.12 on
        return make_content, (object, type(obj), ()), content
    return make_cached_property, (type(obj),), content


def make_dispatching_method(cls: type[Any]) -> Any:  # noqa: ANN401 - as its class
    """Make an empty ``functools.singledispatchmethod``; Python 3.13 has a cache in it, which is empty."""
    made: Any = object.__new__(cls)
    made._method_cache = weakref.WeakKeyDictionary()  # noqa: SLF001 - it has no other
    return made


def _reduce_dispatching_method(obj: functools.singledispatchmethod[Any]) -> Reduced:
    content = dict(vars(obj))
    if content.pop("_method_cache", None) is None:
        return make_content, (object, type(obj), ()), content
    return make_dispatching_method, (type(obj),), content


def make_type_parameter(kind: Callable[..., Any], name: str, options: Mapping[str, Any], module: str) -> object:
    """Make a parameter of generic types."""
    made = kind(name, **options)
    made.__module__ = module
    return made


def _reduce_type_parameter(obj: Any) -> Reduced:  # noqa: ANN401 - ParamSpec or TypeVarTuple
    names = ("bound", "covariant", "contravariant", "infer_variance")
    options = {name: value for name in names if (value := getattr(obj, f"__{name}__", None))}
    return make_type_parameter, (type(obj), obj.__name__, options, obj.__module__)


def _reduce_type_alias(obj: Any) -> Reduced:  # noqa: ANN401 - TypeAliasType, which Python 3.11 does not have
    return type(obj), (obj.__name__, obj.__value__), None


def make_exception(cls: type[BaseException], base: type[BaseException], arguments: tuple[Any, ...]) -> BaseException:
    """Make an exception without calling the ``__init__`` of its class."""
    made = base.__new__(cls, *arguments)
    base.__init__(made, *arguments)
    return made


def _reduce_exception(error: BaseException) -> Any:  # noqa: ANN401 - as its own __reduce__
    """Return an exception as its content: pickle would call its class with ``args``, which may not fit ``__init__``."""
    reduced = error.__reduce_ex__(5)
    cls = type(error)
    base = _find_base(cls)
    own = [vars(each) for each in cls.__mro__[: cls.__mro__.index(base)]]
    if not isinstance(reduced, tuple) or reduced[0] is not cls or any("__reduce__" in each for each in own):
        return reduced
    if not any("__init__" in each or "__new__" in each for each in own):
        return reduced
    return make_exception, (cls, base, reduced[1]), *reduced[2:]


def _reduce_validated(obj: Any) -> Reduced:  # noqa: ANN401 - a class that pydantic keeps to itself
    """Return the wrapper of ``pydantic.validate_call`` as the function and the options.

    The validator that pydantic builds cannot be pickled. It is built anew at the first call, when all names that the
    function uses are defined.
    """
    options = {**obj.config_wrapper.config_dict, "defer_build": True}
    return type(obj), (obj.function, options, obj.validate_return, None)


def _find_base(cls: type) -> Any:  # noqa: ANN401 - a class of the kind that is asked for
    """Return the first of its base classes that is implemented in C."""
    return next(each for each in cls.__mro__ if not each.__flags__ & _MADE_BY_STATEMENT)


#: Py_TPFLAGS_HEAPTYPE.
_MADE_BY_STATEMENT = 1 << 9

_REDUCERS: Mapping[type, Callable[[Any], Reduced]] = {
    type(functools.cache(print)): _reduce_cached,
    functools.cached_property: _reduce_cached_property,
    functools.singledispatchmethod: _reduce_dispatching_method,
    BaseException: _reduce_exception,
    typing.ParamSpec: _reduce_type_parameter,
    typing.TypeVarTuple: _reduce_type_parameter,
    **({typing.TypeAliasType: _reduce_type_alias} if hasattr(typing, "TypeAliasType") else {}),
}
_REDUCERS_OF_LIBRARIES: Mapping[str, Callable[[Any], Reduced]] = {
    "pydantic._internal._validate_call.ValidateCallWrapper": _reduce_validated,
}
