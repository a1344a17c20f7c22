"""What a packed notebook function is made of, and the few names that its pickle refers to.

The packer (:mod:`guild_ipy.operations.packing.pack`) and the run (:mod:`guild_ipy.engine.child.unpack`) share this
module; a payload is some pickles written by one pickler, so that they share their memo:

1. what stands for the namespace of the notebook (runs of earlier versions do not have it);
2. a :class:`FunctionCall` or a :class:`CellCode`;
3. the definitions of the notebook that came along (classes and functions by name), which the run puts into its
   ``__main__`` so that pickling by reference finds them; and the variables that only texts of the code name.

References to the notebook's namespace become :func:`main_namespace`, so functions in the run have the run's real
``__main__`` as their globals. So it is with the other functions here: each stands for something of the notebook's
shell, in whose place the run's reader puts its own.
"""

from __future__ import annotations

import marshal
import sys
import types
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, NoReturn

from guild_ipy.domain.forms import Form


@dataclass(frozen=True, kw_only=True)
class FunctionCall:
    """A call of `function` whose flag values are filled in by the run."""

    function: Callable[..., Any]
    objects: Mapping[str, Any] = field(default_factory=dict)
    """Arguments that are not flags: data frames, models, ..."""
    positional: tuple[str, ...] = ()
    """Names of the parameters that must be passed by position, in order."""
    variadic: str | None = None
    """Name of ``*args``, whose value is a list."""
    forms: tuple[tuple[str, Form], ...] = ()
    """What makes arguments of flags whose recorded values are not what the function takes."""

    def arguments(self, flags: Mapping[str, Any]) -> tuple[list[Any], dict[str, Any]]:
        """Return the positional and the keyword arguments for these flag values."""
        values = {**self.objects, **flags}
        for name, form in self.forms:
            if name in flags:
                values[name] = form.give(flags[name])
        rest = list(values.pop(self.variadic, None) or ()) if self.variadic else []
        positional = [values.pop(name) for name in self.positional if name in values]
        return positional + rest, values


@dataclass(frozen=True, kw_only=True)
class CellCode:
    """The text of a cell, as Python, and the notebook variables that it reads."""

    source: str
    filename: str
    variables: Mapping[str, Any] = field(default_factory=dict)


def main_namespace() -> dict[str, Any]:
    """Return the namespace that stands for the notebook's; the run's reader puts its own in place of this."""
    return vars(sys.modules["__main__"])


def reduce_code(code: types.CodeType) -> tuple[Any, ...]:
    """Return what pickle needs to make a code object again, with its file name and lines.

    It is in the form of ``.pyc`` files. What other packages make of code objects may lose the file name, and with it
    the cell, line and source of each traceback.

    Raises
    ------
    ValueError
        For code that was changed to hold constants that Python's compiler never makes.

    Examples
    --------
    >>> make, arguments = reduce_code(compile("1 / 0", "cell 3", "eval"))
    >>> make(*arguments).co_filename
    'cell 3'
    """
    return marshal.loads, (marshal.dumps(code),)


class _Absent:
    """Something of the notebook's shell, where a payload is opened but not run."""


def shell_getter() -> Callable[[], Any]:
    """Return what stands for the notebook's ``get_ipython`` until the run's reader puts its own in place of this."""
    return _Absent


def shell() -> Any:  # noqa: ANN401 - a shell, of a package that is not loaded here
    """Return what stands for the notebook's shell; as above."""
    return _Absent()


def input_function() -> Callable[..., Any]:
    """Return what a kernel's own ``input`` stands for."""
    return input


def password_function() -> Callable[..., Any]:
    """Return what a kernel's own ``getpass.getpass`` stands for."""
    import getpass  # start-up cost: few operations ask

    return getpass.getpass


def display_function() -> Callable[..., Any]:
    """Return what stands for IPython's ``display``; as above."""
    return _Absent


def exit_function() -> Callable[..., NoReturn]:
    """Return what the notebook's ``exit`` and ``quit`` become."""
    return sys.exit


def open_function() -> Callable[..., Any]:
    """Return what the notebook's ``open`` becomes."""
    return open
