"""The meaning of an expression for given names and a given time.

A plan is true or false of every run; no check has a third answer.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from guild_ipy.query.conditions import Plan, all_of, any_of
from guild_ipy.query.meanings import plan_at, plan_defined
from guild_ipy.query.names import Names, Place, find_places
from guild_ipy.query.nodes import And, Comparison, Literal, Node, Not, Operator, Or
from guild_ipy.query.refusal import Refusal


@dataclass(frozen=True, kw_only=True)
class PlanScope:
    """The names and the time that the meaning of an expression depends on."""

    names: Names | None = None
    """The names that runs have; None takes every name for that of a flag or a scalar."""
    now: datetime | None = None
    """What ``yesterday`` counts from, with a timezone; None is the clock."""


def make_plan(node: Node, scope: PlanScope) -> Plan:
    """Return the meaning of `node`; Refusal if it has none."""
    if isinstance(node, Comparison):
        return _plan_test(node, scope)
    if isinstance(node, And):
        return And(items=tuple(make_plan(item, scope) for item in node.items))
    if isinstance(node, Or):
        return Or(items=tuple(make_plan(item, scope) for item in node.items))
    if isinstance(node, Not):
        return Not(item=make_plan(node.item, scope))
    return node


def _plan_test(test: Comparison, scope: PlanScope) -> Plan:
    places = _find_places(test, scope.names)
    if test.operator not in {Operator.EQUAL, Operator.IN}:
        return _plan_first(places, test, test.literals, scope)
    values = tuple(each for each in test.literals if each.value is not None)
    plans: list[Plan] = [_plan_first(places, test, values, scope)] if values else []
    if len(values) < len(test.literals):
        plans.append(all_of([Not(item=plan_defined(place)) for place in places]))
    return any_of(plans)


def _find_places(test: Comparison, names: Names | None) -> tuple[Place, ...]:
    """Find the places that a test is about; ``flag:x is undefined`` can be about a name that no run has."""
    try:
        return find_places(test.name, names)
    except Refusal:
        if test.name.kind is None or any(each.value is not None for each in test.literals):
            raise
        return find_places(test.name, None)


def _plan_first(places: tuple[Place, ...], test: Comparison, literals: tuple[Literal, ...], scope: PlanScope) -> Plan:
    """Test the value at the first place where a run has one."""
    place, *others = places
    plan = plan_at(place, test, literals, scope.now)
    if not others:
        return plan
    rest = _plan_first(tuple(others), test, literals, scope)
    return any_of([plan, all_of([Not(item=plan_defined(place)), rest])])
