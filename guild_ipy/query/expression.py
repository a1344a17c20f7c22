"""An expression, ready to be asked of a database.

::

select = Select.parse("op = train and loss < 0.5", Scope(names=names))
select.to_sql(schema)          # a condition with parameters
select.clauses()               # the tests that are joined with `and`, to tell which one a run does not pass
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from guild_ipy.domain.values.flags import FlagValue
from guild_ipy.query.conditions import Condition, Plan
from guild_ipy.query.names import Place, find_places
from guild_ipy.query.nodes import And, Comparison, Constant, Kind, Node, Not
from guild_ipy.query.parse import parse_name, parse_select
from guild_ipy.query.plan import PlanScope, make_plan
from guild_ipy.query.refusal import Refusal
from guild_ipy.query.sql import SqlCondition, SqlSchema, make_sql


@dataclass(frozen=True, kw_only=True)
class Dropped:
    """Why a run was not selected: the clause that it does not pass, and the value that it has there."""

    clause: str
    found: FlagValue = None
    """The value that the clause is about; None where there is none, or where the clause is about several."""
    is_missing: bool = False
    """Whether the clause is about one value, and there is none."""


@dataclass(frozen=True, kw_only=True)
class Clause:
    """One of the tests that an expression joins with ``and``."""

    text: str
    places: tuple[Place, ...]
    """Where the value is that it tests; empty if it tests several."""
    plan: Plan

    def to_sql(self, schema: SqlSchema) -> SqlCondition:
        """Return it as a condition of SQL."""
        return make_sql(self.plan, schema)


@dataclass(frozen=True, kw_only=True)
class Select:
    """An expression with its meaning for given names and a given time."""

    text: str
    plan: Plan
    node: Node = field(repr=False)
    scope: PlanScope = field(repr=False)

    @classmethod
    def parse(cls, text: str, scope: PlanScope | None = None) -> Select:
        """Read an expression; SelectError says what is wrong with it."""
        node = parse_select(text)
        scope = scope or PlanScope()
        try:
            plan = make_plan(node, scope)
        except Refusal as refusal:
            raise refusal.within(text) from refusal.__cause__
        return cls(text=text, plan=plan, node=node, scope=scope)

    def to_sql(self, schema: SqlSchema, *, stops_early: bool = False) -> SqlCondition:
        """Return it as a condition of SQL; `stops_early` if a few runs are wanted, one after the other."""
        return make_sql(self.plan, schema, stops_early=stops_early)

    def places(self) -> Iterator[Place]:
        """Return the places that it looks at."""
        return (condition.place for condition in _conditions(self.plan))

    def clauses(self) -> list[Clause]:
        """Return the tests that are joined with ``and``, in their order."""
        return list(self._clauses(self.node))

    def _clauses(self, node: Node) -> Iterator[Clause]:
        if isinstance(node, And):
            for item in node.items:
                yield from self._clauses(item)
            return
        test = node.item if isinstance(node, Not) else node
        places = find_places(test.name, self.scope.names) if isinstance(test, Comparison) else ()
        text = " ".join(self.text[slice(*node.span)].split())
        yield Clause(text=text, places=places, plan=make_plan(node, self.scope))


def parse_place(text: str, scope: PlanScope | None = None) -> tuple[Place, ...]:
    """Read a name such as ``max val#acc``, to sort by: the places to look at, in this order, in each run."""
    name = parse_name(text)
    try:
        return find_places(name, (scope or PlanScope()).names)
    except Refusal as refusal:
        raise refusal.within(text) from None


def parse_measure(text: str, scope: PlanScope | None = None) -> tuple[Place, ...]:
    """Read a name that runs are measured by, as :func:`parse_place` does: where scalars have it, no flag is meant."""
    places = parse_place(text, scope)
    measures = tuple(place for place in places if place.kind is not Kind.FLAG)
    return measures if any(place.kind is Kind.SCALAR for place in measures) else places


def _conditions(plan: Plan) -> Iterator[Condition]:
    if isinstance(plan, Condition):
        yield plan
    elif isinstance(plan, Not):
        yield from _conditions(plan.item)
    elif not isinstance(plan, Constant):
        for item in plan.items:
            yield from _conditions(item)
