"""The meaning of expressions in Python: what SQL must say, too."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Protocol, TypeAlias

from guild_ipy.domain.attributes import AttributeType
from guild_ipy.domain.values.flags import FlagValue
from guild_ipy.query.checks import Check, compile_check
from guild_ipy.query.conditions import Condition, Plan
from guild_ipy.query.names import Place
from guild_ipy.query.nodes import And, Constant, Not
from guild_ipy.query.times import format_moment


class Subject(Protocol):
    """A run, as the select language sees it."""

    def get(self, kind: str, name: str, summary: str | None) -> FlagValue:
        """Give a value, or None if the run has none.

        Parameters
        ----------
        kind
            ``attr``, ``flag`` or ``scalar``.
        name
            Its name. Attributes by the names of :data:`guild_ipy.domain.attributes.ATTRIBUTES` are of the types that
            are described there; several texts are a list.
        summary
            Of a scalar the column: ``first``, ``last``, ``min`` or ``max``, or one of these with ``_step`` behind it;
            ``avg``, ``total`` or ``count``.
        """


Predicate: TypeAlias = Callable[[Subject], bool]


def make_predicate(plan: Plan) -> Predicate:
    """Give a function that tells whether a run passes."""
    if isinstance(plan, Condition):
        return _check(plan)
    if isinstance(plan, Constant):
        return partial(_constant, plan.value)
    if isinstance(plan, Not):
        return partial(_not, make_predicate(plan.item))
    predicates = tuple(map(make_predicate, plan.items))
    return partial(_and if isinstance(plan, And) else _or, predicates)


def value_at(place: Place, subject: Subject) -> FlagValue:
    """Give the value that a run has at `place`."""
    return subject.get(place.kind.value, place.name, place.summary)


def _check(condition: Condition) -> Predicate:
    kind, name, summary = condition.place.kind.value, condition.place.name, condition.place.summary
    holds = compile_check(condition.check, condition.operand)
    if reads_as_text(condition):

        def predicate(subject: Subject) -> bool:
            value = subject.get(kind, name, summary)
            return isinstance(value, int) and holds(format_moment(value))

    else:

        def predicate(subject: Subject) -> bool:
            value = subject.get(kind, name, summary)
            return value is not None and holds(value)

    return predicate


def reads_as_text(condition: Condition) -> bool:
    """Whether a moment is looked at as text."""
    is_moment = condition.place.type is AttributeType.MOMENT
    return is_moment and condition.check in {Check.CONTAINS, Check.MATCHES}


def _constant(value: bool, _: Subject) -> bool:  # noqa: FBT001 - it is the value
    return value


def _not(predicate: Predicate, subject: Subject) -> bool:
    return not predicate(subject)


def _and(predicates: tuple[Predicate, ...], subject: Subject) -> bool:
    return all(predicate(subject) for predicate in predicates)


def _or(predicates: tuple[Predicate, ...], subject: Subject) -> bool:
    return any(predicate(subject) for predicate in predicates)
