"""Finds the variable of the notebook because of which a function cannot travel, after packing has failed."""

from __future__ import annotations

import dis
import functools
import types
from collections.abc import Iterator, Mapping
from itertools import chain
from typing import Any

from guild_ipy.domain.payload import CellCode, FunctionCall
from guild_ipy.domain.values.flags import is_flag_value
from guild_ipy.errors import CannotSend
from guild_ipy.operations.notebook import Notebook
from guild_ipy.operations.packing.pack import pack
from guild_ipy.operations.packing.packer import Unsendable


def explain_unsendable(
    program: FunctionCall | CellCode, notebook: Notebook, error: Exception, uses: Mapping[str, Any]
) -> CannotSend:
    """Name the variable that cannot travel, its type, and the cell that made it."""
    suspects = error.suspects if isinstance(error, Unsendable) else ()
    named = ((name, value) for name, value in notebook.variables.items() if any(value is each for each in suspects))
    for name, value in chain(named, _referenced(program, notebook), _leaves(uses, notebook, set())):
        why = _why_not(value, notebook)
        if why is not None:
            known = _variable_of(value, name, notebook)
            number = notebook.find_assignment(known)
            return CannotSend(
                variable=known,
                type_name=type(value).__name__,
                cell=f"cell In[{number}]" if number else "",
                reason=_reason(why),
            )
    what = program.function if isinstance(program, FunctionCall) else "the cell"
    name = getattr(what, "__name__", None) or str(what)
    return CannotSend(variable=name, type_name=type(what).__name__, cell="", reason=_reason(error))


def _variable_of(value: object, name: str, notebook: Notebook) -> str:
    """Return the variable that holds an object, which the code may know by another name, such as ``self``."""
    if notebook.variables.get(name) is value:
        return name
    held = (each for each, other in notebook.variables.items() if other is value and not each.startswith("_"))
    return next(held, name)


def _referenced(program: FunctionCall | CellCode, notebook: Notebook) -> Iterator[tuple[str, Any]]:
    """Return the variables that could be the cause, the innermost first; functions are searched, not named."""
    seen: set[int] = set()
    yield from _leaves(program.variables, notebook, seen)
    yield from _leaves(program.objects, notebook, seen)
    if isinstance(program, FunctionCall):
        yield from _leaves({getattr(program.function, "__name__", "it"): program.function}, notebook, seen)


def _leaves(variables: Mapping[str, Any], notebook: Notebook, seen: set[int]) -> Iterator[tuple[str, Any]]:
    for name, value in variables.items():
        if id(value) in seen:
            continue
        seen.add(id(value))
        inner = _variables_of(value, notebook)
        yield from _leaves(inner, notebook, seen)
        if not inner or not isinstance(value, _DEFINITIONS):
            yield name, value


_DEFINITIONS = (types.FunctionType, types.MethodType, functools.partial, type)


def _variables_of(value: Any, notebook: Notebook) -> dict[str, Any]:  # noqa: ANN401
    """Return the variables that a function or class of the notebook, or an object of such a class, refers to."""
    if isinstance(value, functools.partial):
        held = {f"args[{position}]": item for position, item in enumerate(value.args)} | value.keywords
        return {"func": value.func, **held}
    if isinstance(value, types.MethodType):
        return {"self": value.__self__, **_variables_of(value.__func__, notebook)}
    if isinstance(value, types.FunctionType):
        closure = zip(value.__code__.co_freevars, value.__closure__ or (), strict=True)
        cells = {name: cell.cell_contents for name, cell in closure if cell != types.CellType()}
        names = _globals(value.__code__) if value.__globals__ is notebook.variables else set()
        return (
            cells
            | _defaults(value)
            | {name: notebook.variables[name] for name in sorted(names) if name in notebook.variables}
        )
    if isinstance(value, type):
        return _members(value) if value.__module__ == "__main__" else {}
    inner = {} if type(value).__module__ != "__main__" else {type(value).__name__: type(value)}
    wrapped = getattr(value, "__wrapped__", None)
    return inner if wrapped is None else {**inner, getattr(wrapped, "__name__", "__wrapped__"): wrapped}


def _defaults(function: types.FunctionType) -> dict[str, Any]:
    """Return the defaults of parameters that could be the cause."""
    code, defaults = function.__code__, function.__defaults__ or ()
    by_position = zip(code.co_varnames[code.co_argcount - len(defaults) : code.co_argcount], defaults, strict=True)
    found = dict(by_position) | (function.__kwdefaults__ or {})
    return {name: value for name, value in found.items() if not is_flag_value(value)}


def _members(cls: type) -> dict[str, Any]:
    """Return the members of a class: its functions, those inside decorated ones, its values."""
    members: dict[str, Any] = {}
    for name, member in vars(cls).items():
        within = (getattr(member, part, None) for part in _PARTS)
        found = [each for each in within if isinstance(each, types.FunctionType)]
        if isinstance(member, types.FunctionType):
            members[name] = member
        elif found:
            members |= {f"{cls.__name__}.{each.__name__}": each for each in found}
        elif not (name.startswith("__") or isinstance(member, type | types.GetSetDescriptorType)):
            members[f"{cls.__name__}.{name}"] = member
    return members


#: Where decorators keep a function.
_PARTS = ("__wrapped__", "__func__", "func", "fget", "fset", "fdel")


def _globals(code: types.CodeType) -> set[str]:
    """Return the global names that code looks up, without names of attributes."""
    names = {str(each.argval) for each in dis.get_instructions(code) if each.opname in _LOOKUPS}
    return names.union(*(_globals(constant) for constant in code.co_consts if isinstance(constant, types.CodeType)))


_LOOKUPS = frozenset({"LOAD_GLOBAL", "LOAD_NAME", "STORE_GLOBAL", "DELETE_GLOBAL"})


def _why_not(value: Any, notebook: Notebook) -> Exception | None:  # noqa: ANN401
    try:
        pack(CellCode(source="", filename="", variables={"value": value}), notebook)
    except Exception as error:  # noqa: BLE001 - whatever a type's own __reduce__ raises is the answer
        return error
    return None


def _reason(error: Exception) -> str:
    text = str(error).split("\n", maxsplit=1)[0].rstrip(".") or type(error).__name__
    return text[0].lower() + text[1:]
