"""The parts of a payload: a packed function or cell of a notebook, and the names that its pickle refers to.

The packer (:mod:`guild_ipy.operations.packing.pack`) and the run (:mod:`guild_ipy.engine.child.unpack`) share this
module, whose name and classes must not change: payloads on disk name them. A payload is a sequence of pickles, written
by one pickler so that they share their memo:

1. a placeholder for the namespace of the notebook (runs of earlier versions do not have it);
2. a :class:`FunctionCall` or a :class:`CellCode`;
3. the definitions of the notebook that the program uses (classes and functions by name), which the run puts into its
   ``__main__`` so that pickling by reference finds them; and the variables that only texts in the code name.

References to the notebook's namespace become :func:`main_namespace`, so functions in the run have the run's real
``__main__`` as their globals. The other functions here work in the same way: each stands for an object of the
notebook's shell, and the reader in the run calls its own function in place of it.
"""

from __future__ import annotations

import marshal
import sys
import types
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar, NoReturn

from guild_ipy.domain.forms import Form


@dataclass(frozen=True, kw_only=True)
class FunctionCall:
    """A call of `function` whose flag values are filled in by the run."""

    source: ClassVar[str] = ""
    """Only a cell has a text."""
    variables: ClassVar[Mapping[str, Any]] = {}
    """Only a cell has variables beside it; a function refers to them itself."""

    function: Callable[..., Any]
    objects: Mapping[str, Any] = field(default_factory=dict)
    """Arguments that are not flags, such as data frames and models."""
    positional: tuple[str, ...] = ()
    """Names of the parameters that must be passed by position, in order."""
    variadic: str | None = None
    """Name of ``*args``, whose value is a list."""
    forms: tuple[tuple[str, Form], ...] = ()
    """How arguments are made from flags whose recorded values the function does not take as they are."""

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

    objects: ClassVar[Mapping[str, Any]] = {}
    """Only a call has arguments."""

    source: str
    filename: str
    variables: Mapping[str, Any] = field(default_factory=dict)


def main_namespace() -> dict[str, Any]:
    """Return the namespace that stands for the notebook's; the reader in the run replaces this function."""
    return vars(sys.modules["__main__"])


def reduce_code(code: types.CodeType) -> tuple[Any, ...]:
    """Return what pickle needs to make a code object again, with its file name and lines.

    It has the format of ``.pyc`` files. Other packages that pickle code objects may lose the file name, and with it the
    cell, line and source in each traceback.

    Raises
    ------
    ValueError
        For code that was changed to hold constants that the compiler of Python never makes.

    Examples
    --------
    >>> make, arguments = reduce_code(compile("1 / 0", "cell 3", "eval"))
    >>> make(*arguments).co_filename
    'cell 3'
    """
    return marshal.loads, (marshal.dumps(code),)


class _Absent:
    """Stands for an object of the notebook's shell if a payload is opened but not run."""


def shell_getter() -> Callable[[], Any]:
    """Return a stand-in for ``get_ipython``; the reader in the run replaces this function."""
    return _Absent


def shell() -> Any:  # noqa: ANN401 - a shell, of a package that is not loaded here
    """Return a stand-in for the notebook's shell; the reader in the run replaces this function."""
    return _Absent()


def input_function() -> Callable[..., Any]:
    """Return the function that replaces the kernel's ``input``."""
    return input


def password_function() -> Callable[..., Any]:
    """Return the function that replaces the kernel's ``getpass.getpass``."""
    import getpass  # start-up cost: few operations ask

    return getpass.getpass


def display_function() -> Callable[..., Any]:
    """Return a stand-in for IPython's ``display``; the reader in the run replaces this function."""
    return _Absent


def exit_function() -> Callable[..., NoReturn]:
    """Return the function that replaces ``exit`` and ``quit`` of IPython."""
    return sys.exit


def open_function() -> Callable[..., Any]:
    """Return the function that replaces ``open`` of IPython."""
    return open
