"""The flags that a pipeline gives to one of its steps."""

from __future__ import annotations

from typing import Any

from guild_ipy.domain.declarations.operation_def import Step
from guild_ipy.domain.values.flags import Flags, FlagValue, format_flag
from guild_ipy.operations.flag_references import FLAG_REFERENCE, flag_filler
from guild_ipy.operations.flag_values.typed_text import FlagText


def step_flags(step: Step, flags: Flags) -> dict[str, Any]:
    """Return the flags of a step: its own, with those of the pipeline put in, and what is given as ``STEP:FLAG``.

    A text that is nothing but ``${name}`` has the value of that flag. Numbers and words like ``yes`` go as text, of
    which the step's operation makes what it wants. What is null is left out.

    Examples
    --------
    >>> step = Step(operation="train", name="train", flags={"lr": "${rate}", "path": "data-${n}"})
    >>> step_flags(step, {"rate": 0.1, "n": 2, "train:quick": True})
    {'lr': '0.1', 'path': 'data-2', 'quick': 'yes'}
    """
    values: dict[str, Any] = {name: _resolve(value, flags) for name, value in step.flags.items()}
    for prefix in (f"{step.operation}:", f"{step.name}:"):
        values |= {name.removeprefix(prefix): value for name, value in flags.items() if name.startswith(prefix)}
    return {name: _as_typed(value) for name, value in values.items() if value is not None}


def _resolve(value: FlagValue, flags: Flags) -> FlagValue:
    if not isinstance(value, str) or FLAG_REFERENCE.search(value) is None:
        return value
    whole = FLAG_REFERENCE.fullmatch(value)
    if whole is not None and whole[1] in flags:
        return flags[whole[1]]
    return FlagText(flag_filler(flags)(value))


def _as_typed(value: FlagValue) -> FlagValue:
    return FlagText(format_flag(value)) if isinstance(value, bool | int | float) else value
