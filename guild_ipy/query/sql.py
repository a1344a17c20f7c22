"""Plans as conditions of SQL, for a database that is described by an :class:`SqlSchema`.

Values and names are only ever parameters. What SQLite cannot do, or does otherwise than Python, is left to a function,
:class:`guild_ipy.query.sql_functions.Checks`, that makes the check in Python.

A check of a run without the value is NULL, which counts as false: ``and`` and ``or`` need no more, and before a ``not``
it is made false.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

from guild_ipy.domain.attributes import AttributeType
from guild_ipy.domain.values.flags import FlagValue
from guild_ipy.query.checks import Check
from guild_ipy.query.conditions import Condition, Plan
from guild_ipy.query.names import Place
from guild_ipy.query.nodes import And, Constant, Kind, Not
from guild_ipy.query.sql_functions import CHECK, MOMENT, SCALAR, TEXT, encode_check

SqlParameter: TypeAlias = "str | int | float | None"


@dataclass(frozen=True, kw_only=True)
class SqlColumn:
    """Where an attribute of every run is."""

    sql: str
    """An expression over a row of the table of runs, or of the table that `within` names."""
    within: str = "{}"
    """Turns a test of that expression into a test of a run."""


@dataclass(frozen=True, kw_only=True)
class SqlSchema:
    """Where values of runs are.

    There is a table for each kind of values that not every run has, with `n`, the number of a name, and `k`, that of
    the run. Those of flags and attributes have the value as `v` and its type as `t`; `v` is what SQLite can compare
    where `t` is NULL or says a boolean. That of scalars has a column for each summary, in which NULL is NaN.
    """

    key: str
    """The number of a run."""
    rows: str
    """A table of all runs in which all `columns` are."""
    operations: SqlColumn
    """Names of operations in listings, each of which is looked at once."""
    columns: Mapping[str, SqlColumn]
    """For each of :data:`guild_ipy.domain.attributes.ATTRIBUTES`; several texts are a JSON list, or NULL for none."""
    tables: Mapping[Kind, str]
    names: str
    """Selects `n` of a name, with ``{kind}`` and ``{text}`` in the place of parameters."""
    boxed: str
    """The `t` of a `v` that SQLite cannot compare: lists, maps, NaN, large numbers."""
    missing: str
    """The `t` of None."""


@dataclass(frozen=True, kw_only=True)
class SqlCondition:
    """A condition, as it stands after ``where``; the parameters are by name."""

    sql: str
    parameters: Mapping[str, SqlParameter]


def make_sql(plan: Plan, schema: SqlSchema, *, prefix: str = "s", stops_early: bool = False) -> SqlCondition:
    """Write a plan as SQL; the names of its parameters begin with `prefix`.

    With `stops_early` a few runs are wanted, one after the other: each is looked up, in place of all that pass.
    """
    writer = _SqlWriter(schema, prefix, stops_early=stops_early)
    sql = writer.write(plan)
    return SqlCondition(sql=sql, parameters=writer.parameters)


def make_ranking(places: Sequence[Place], schema: SqlSchema, *, prefix: str = "o") -> SqlCondition:
    """Write a table with the number of each run, `k`, and its value there, `v`: that of the first of `places`.

    Text, NaN and lists have no place in a ranking.
    """
    writer = _SqlWriter(schema, prefix)
    tables: list[str] = []
    for place in places:
        others = "".join(f" and k not in (select k from ({each}))" for each in tables)  # noqa: S608 - our own words
        numbers = f"t is null and typeof(v) in ('integer', 'real'){others}"
        tables.append(f"select k, v from ({writer.values(place)}) where {numbers}")  # noqa: S608 - our own words
    return SqlCondition(sql=" union all ".join(tables), parameters=writer.parameters)


def make_values(place: Place, schema: SqlSchema, *, prefix: str = "v") -> SqlCondition:
    """Write a table with the number of each run, `k`, and its value at a place: `v`, and `t` where it is not plain."""
    writer = _SqlWriter(schema, prefix)
    return SqlCondition(sql=writer.values(place), parameters=writer.parameters)


class _SqlWriter:
    """Collects parameters while conditions are written."""

    def __init__(self, schema: SqlSchema, prefix: str, *, stops_early: bool = False) -> None:
        self.schema = schema
        self.prefix = prefix
        self.stops_early = stops_early
        self.parameters: dict[str, SqlParameter] = {}

    def put(self, value: FlagValue) -> str:
        """Return the parameter that stands for a value."""
        assert not isinstance(value, list | dict), "SQLite has none"
        name = f"{self.prefix}{len(self.parameters)}"
        self.parameters[name] = value
        return f":{name}"

    def put_all(self, values: Iterable[FlagValue]) -> str:
        return f"({', '.join(map(self.put, values))})"

    def name(self, place: Place) -> str:
        """Return the query that finds the number of a name."""
        sql = self.schema.names.format(kind=self.put(place.kind.value), text=self.put(place.name))
        return f"({sql})"

    def values(self, place: Place) -> str:
        """Return a table with the values `v` and `t` that runs, `k`, have at a place."""
        schema = self.schema
        if place.kind is Kind.ATTR and place.name in schema.columns:
            value = schema.columns[place.name].sql
            return f"select {schema.key} as k, {value} as v, null as t from {schema.rows}"  # noqa: S608 - our own words
        value = f"{place.summary} as v, null as t" if place.kind is Kind.SCALAR else "v, t"
        return f"select k, {value} from {schema.tables[place.kind]} where n = {self.name(place)}"  # noqa: S608 - ours

    def write(self, plan: Plan, *, opposite: bool = False) -> str:
        """Write a plan, or its opposite; a `not` goes down to the checks, since SQLite limits the nesting."""
        if isinstance(plan, Condition):
            condition = self._condition(plan)
            return f"not ifnull({condition}, false)" if opposite else condition
        if isinstance(plan, Constant):
            return "true" if plan.value is not opposite else "false"
        if isinstance(plan, Not):
            return self.write(plan.item, opposite=not opposite)
        word = " and " if isinstance(plan, And) is not opposite else " or "
        return f"({word.join(self.write(item, opposite=opposite) for item in plan.items)})"

    def _condition(self, condition: Condition) -> str:
        place = condition.place
        column = self.schema.columns.get(place.name) if place.kind is Kind.ATTR else None
        if condition.check is Check.NAMES:
            names = self.schema.operations
            return names.within.format(self._call(condition, names.sql, self.put(TEXT)))
        if column is not None:
            return column.within.format(self._of_column(condition, column.sql))
        name = self.name(place)
        test = self._of_scalar(condition) if place.kind is Kind.SCALAR else self._of_value(condition)
        table, key = self.schema.tables[place.kind], self.schema.key
        if self.stops_early:
            return f"exists (select 1 from {table} where n = {name} and k = {key} and {test})"  # noqa: S608 - our own words
        return f"{key} in (select k from {table} where n = {name} and {test})"  # noqa: S608 - our own words

    def _call(self, condition: Condition, value: str, form: str) -> str:
        return f"{CHECK}({value}, {form}, {self.put(encode_check(condition.check, condition.operand))})"

    def _of_column(self, condition: Condition, column: str) -> str:
        check, operand = condition.check, condition.operand
        if check is Check.DEFINED:
            return f"{column} is not null"
        match condition.place.type:
            case AttributeType.TEXTS:
                return f"({column} is not null and {self._call(condition, column, self.put(self.schema.boxed))})"
            case AttributeType.TEXT | AttributeType.OPERATION | AttributeType.STATUS | AttributeType.RUN_ID:
                if check in _ORDERS:  # text with half a character is stored as bytes
                    return f"cast({column} as text) {check.value} {self.put(_single(operand))}"
                if (part := _ascii_part(condition)) is not None:
                    return f"instr(lower({column}), {self.put(part)}) > 0"
                form = TEXT
            case AttributeType.MOMENT:
                form = MOMENT
            case _:
                form = ""
        if check in {Check.CONTAINS, Check.MATCHES}:
            return self._call(condition, column, self.put(form or None))
        if check is Check.AMONG:
            return f"{column} in {self.put_all(_several(operand))}"
        return f"{column} {check.value} {self.put(_single(operand))}"

    def _of_scalar(self, condition: Condition) -> str:
        check, operand, column = condition.check, condition.operand, str(condition.place.summary)
        if check is Check.DEFINED:
            return "true"
        if check in {Check.CONTAINS, Check.MATCHES}:
            return self._call(condition, column, self.put(SCALAR))
        if check in _ORDERS:
            return "false" if isinstance(operand, str) else f"{column} {check.value} {self.put(_single(operand))}"
        values = _several(operand) if check is Check.AMONG else [_single(operand)]
        numbers = [each for each in values if _is_number(each)]
        nan = f" or {column} is null" if any(map(_is_nan, values)) else ""
        return f"({column} in {self.put_all(numbers)}{nan})"

    def _of_value(self, condition: Condition) -> str:
        check, operand = condition.check, condition.operand
        if check is Check.DEFINED:
            return f"t is not {self.put(self.schema.missing)}"
        if check is Check.MATCHES:
            return self._call(condition, "v", "t")
        if check is Check.CONTAINS:
            call = self._call(condition, "v", "t")
            part = _ascii_part(condition)
            if part is None:
                return call
            return f"case when t is null and v >= '' then instr(lower(v), {self.put(part)}) > 0 else {call} end"
        boxed = f"t = {self.put(self.schema.boxed)} and {self._call(condition, 'v', 't')}"
        if check in _ORDERS:
            return f"({self._ordered_value(check, operand)} or {boxed})"
        values = _several(operand) if check is Check.AMONG else [_single(operand)]
        numbers = [each for each in values if _is_number(each)]
        texts = [each for each in values if isinstance(each, str)]
        return f"(v in {self.put_all(numbers)} or (t is null and v in {self.put_all(texts)}) or ({boxed}))"

    def _ordered_value(self, check: Check, operand: Any) -> str:  # noqa: ANN401 - a number or text
        """Compare as SQLite does, for which every text is greater than every number."""
        test = f"v {check.value} {self.put(operand)}"
        if isinstance(operand, str):
            return f"(t is null and v >= '' and {test})"
        return f"({test} and v < '')"


_ORDERS = frozenset({Check.LESS, Check.AT_MOST, Check.MORE, Check.AT_LEAST})


def _single(operand: Any) -> FlagValue:  # noqa: ANN401 - the checks that compare with one value have one
    value: FlagValue = operand
    return value


def _several(operand: Any) -> Sequence[FlagValue]:  # noqa: ANN401 - the check that has several has a tuple
    values: Sequence[FlagValue] = operand
    return values


def _ascii_part(condition: Condition) -> str | None:
    """Return the text to look for, if SQLite can look for it."""
    if condition.check is not Check.CONTAINS:
        return None
    part: str = _several(condition.operand)[1]  # type: ignore[assignment] # the text of the pair
    return part.lower() if part.isascii() else None


def _is_nan(value: FlagValue) -> bool:
    return isinstance(value, float) and math.isnan(value)


def _is_number(value: FlagValue) -> bool:
    return isinstance(value, int | float) and not _is_nan(value)
