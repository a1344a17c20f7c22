"""The flags that a pipeline gives to one of its steps."""

from __future__ import annotations

import re
from typing import Any

from guild_ipy.domain.declarations.step_def import Step
from guild_ipy.domain.values.flags import Flags, FlagValue, format_flag
from guild_ipy.operations.flag_references import FLAG_REFERENCE, flag_filler
from guild_ipy.operations.flag_values.typed_text import FlagText

#: A function, or a list that is repeated; a plain list has become one when the Guild file was read.
_SEVERAL = re.compile(r"[a-z]+\[.*\]|\[.*\]\s*\*\s*[0-9]+", re.ASCII | re.DOTALL)


def step_flags(step: Step, flags: Flags) -> dict[str, Any]:
    """Return the flags of a step: its own, with those of the pipeline put in, and what is given as ``STEP:FLAG``.

    A text that is nothing but ``${name}`` has the value of that flag. Numbers, lists, words like ``yes`` and what the
    step itself writes as a list or a function (``range[1:5]``) go as typed text, of which the step's operation makes
    what it wants: a list can ask for several trials. What is null is left out.

    Examples
    --------
    >>> step = Step(operation="train", name="train", flags={"lr": "${rate}", "path": "data-${n}"})
    >>> step_flags(step, {"rate": 0.1, "n": 2, "train:quick": True})
    {'lr': '0.1', 'path': 'data-2', 'quick': 'yes'}
    >>> step_flags(Step(operation="train", name="train", flags={"lr": ["${rate}", 0.2]}), {"rate": 0.1})
    {'lr': '[0.1, 0.2]'}
    """
    values: dict[str, Any] = {name: _resolve(value, flags) for name, value in step.flags.items()}
    for prefix in (f"{step.operation}:", f"{step.name}:"):
        values |= {name.removeprefix(prefix): value for name, value in flags.items() if name.startswith(prefix)}
    return {name: _as_typed(value) for name, value in values.items() if value is not None}


def _resolve(value: FlagValue, flags: Flags) -> FlagValue:
    if isinstance(value, list):
        return [_resolve(item, flags) for item in value]
    if not isinstance(value, str):
        return value
    whole = FLAG_REFERENCE.fullmatch(value)
    if whole is not None and whole[1] in flags:
        return flags[whole[1]]
    if FLAG_REFERENCE.search(value) is not None:
        return FlagText(flag_filler(flags)(value))
    return FlagText(value) if _SEVERAL.fullmatch(value) else value


def _as_typed(value: FlagValue) -> FlagValue:
    return FlagText(format_flag(value)) if isinstance(value, bool | int | float | list) else value
