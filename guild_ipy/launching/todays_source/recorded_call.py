"""The arguments that the function of a run was called with: its flags, and objects that are not flags."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from guild_ipy.domain.payload import CellCode
from guild_ipy.domain.values.flags import Flags
from guild_ipy.engine.child.unpack import unpack
from guild_ipy.errors import RunStateError
from guild_ipy.store.run_dir import RunDir


@dataclass(frozen=True, kw_only=True)
class RecordedCall:
    """How a function was called."""

    function: Callable[..., Any] | None
    """As it was then; None for a cell."""
    named: Mapping[str, Any]
    """The arguments by name."""
    rest: tuple[Any, ...] = field(default=())
    """Those of ``*args``."""


def read_call(run_dir: RunDir, flags: Flags) -> RecordedCall:
    """Read how the packed function of a run was called, with these values of its flags.

    Raises
    ------
    RunStateError
        If that cannot be read here.
    """
    try:
        program = unpack(run_dir, {"__name__": "__main__"}, is_beside=True)
    except Exception as error:  # whatever the classes of its arguments raise
        raise RunStateError(
            f"cannot read what run {run_dir.short_id} was called with: {type(error).__name__}: {error}; begin a new run"
        ) from error
    if isinstance(program, CellCode):
        return RecordedCall(function=None, named=flags)
    values = {**program.objects, **flags}
    values |= {name: form.give(flags[name]) for name, form in program.forms if name in flags}
    rest = tuple(values.pop(program.variadic, None) or ()) if program.variadic else ()
    return RecordedCall(function=program.function, named=values, rest=rest)
