"""Checks of the values of a run, and how they are joined."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeAlias

from guild_ipy.domain.values.flags import FlagValue
from guild_ipy.query.checks import Check, Operand
from guild_ipy.query.names import Place
from guild_ipy.query.nodes import And, Constant, Not, Or


@dataclass(frozen=True, kw_only=True)
class Condition:
    """One check of the value at one place; it is false where a run has none."""

    place: Place
    check: Check
    operand: Operand = None


Plan: TypeAlias = "Condition | Constant | And[Plan] | Or[Plan] | Not[Plan]"


def any_of(plans: Sequence[Plan]) -> Plan:
    """Join conditions with ``or``."""
    return plans[0] if len(plans) == 1 else Or(items=tuple(plans))


def all_of(plans: Sequence[Plan]) -> Plan:
    """Join conditions with ``and``."""
    return plans[0] if len(plans) == 1 else And(items=tuple(plans))


def among(place: Place, values: tuple[FlagValue, ...]) -> Plan:
    """Return the condition that the value is one of `values`."""
    if len(values) == 1:
        return Condition(place=place, check=Check.EQUAL, operand=values[0])
    return Condition(place=place, check=Check.AMONG, operand=values)


def between(place: Place, low: FlagValue, high: FlagValue) -> Plan:
    """Return the condition that the value is from `low` to `high`, both included."""
    least = Condition(place=place, check=Check.AT_LEAST, operand=low)
    return And(items=(least, Condition(place=place, check=Check.AT_MOST, operand=high)))


def within(place: Place, start: int | None, end: int | None) -> Plan:
    """Return the condition that the moment is from `start` until before `end`; None leaves a side open."""
    bounds: list[Plan] = []
    if start is not None:
        bounds.append(Condition(place=place, check=Check.AT_LEAST, operand=start))
    if end is not None:
        bounds.append(Condition(place=place, check=Check.LESS, operand=end))
    return all_of(bounds)
