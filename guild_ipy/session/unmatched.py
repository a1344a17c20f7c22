"""Which name in a filter no run has: what verbs say where they find nothing and a slip can be the reason."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING

from guild_ipy.domain.choosing.run_filter import RunFilter
from guild_ipy.errors import suggest
from guild_ipy.query.nodes import And, Comparison, Kind, Name, Operator
from guild_ipy.query.parse import parse_select

if TYPE_CHECKING:
    from guild_ipy.index.index import Index
    from guild_ipy.store.run_record import RunRecord

#: Field of a filter -> what is said of a value of it that no run has.
_SAID = {
    "operations": "no run is of an operation {!r}",
    "labels": "no run has {!r} in its label",
    "tags": "no run has the tag {!r}",
    "comments": "no run has {!r} in a comment",
    "notebooks": "no run was started in the notebook {!r}",
    "projects": "no run was started in the folder {!r}",
    "digest": "no run has a digest that begins with {!r}",
}
_SHOWN = 10


def describe_unmatched(index: Index, run_filter: RunFilter) -> str:
    """Say of the first name in a filter that no run has it, and which ones there are; nothing where each is had.

    Without any runs there is nothing to say either.
    """
    tests = list(_tests(run_filter))
    records = index.records(RunFilter(deleted=run_filter.deleted)) if tests else []
    unmatched = (test for test in tests if not index.ids(_filter_of(*test, deleted=run_filter.deleted)))
    said = next((_say(*test, records) for test in unmatched), "") if records else ""
    return said or _describe_meaning(index, run_filter.where)


def _describe_meaning(index: Index, where: str | None) -> str:
    """Say of the first name in an expression that is that of a flag and of a scalar which one was meant."""
    if where is None or (names := index.names()) is None:
        return ""
    both = names.flags & names.scalars
    meant = (test.name.text for test in _comparisons(where) if test.name == Name(text=test.name.text))
    return next((f"{name!r} means the flag here; scalar:{name} is the scalar" for name in meant if name in both), "")


def _tests(run_filter: RunFilter) -> Iterator[tuple[str, str]]:
    """Return each name that is tested, with its field; also ``op = NAME`` among what must hold of an expression."""
    yield from (("operations", name) for name in _operations_in(run_filter.where))
    for field in _SAID:
        values = getattr(run_filter, field) or ()
        yield from ((field, value) for value in ([values] if isinstance(values, str) else values))


def _operations_in(where: str | None) -> Iterator[str]:
    for test in () if where is None else _comparisons(where):
        is_attribute = test.name.text in {"op", "operation"} and test.name.kind in {None, Kind.ATTR}
        if is_attribute and test.operator in {Operator.EQUAL, Operator.IN}:
            yield from (literal.text for literal in test.literals)


def _comparisons(where: str) -> Iterator[Comparison]:
    """Return the tests that must all hold."""
    node = parse_select(where)
    for test in node.items if isinstance(node, And) else [node]:
        if isinstance(test, Comparison):
            yield test


def _filter_of(field: str, value: str, *, deleted: bool) -> RunFilter:
    if field == "digest":
        return RunFilter(digest=value, deleted=deleted, limit=1)
    return RunFilter(**{field: (value,)}, deleted=deleted, limit=1)  # type: ignore[arg-type] # a field of texts


def _say(field: str, value: str, records: Sequence[RunRecord]) -> str:
    said = _SAID[field].format(value)
    if field == "operations":
        return said + _others(value, {record.operation for record in records if record.operation is not None})
    return said + _others(value, {tag for record in records for tag in record.tags}) if field == "tags" else said


def _others(name: str, known: Iterable[str]) -> str:
    listed = sorted(known)
    more = f" and {len(listed) - _SHOWN} more" if len(listed) > _SHOWN else ""
    there = f"; there are {', '.join(listed[:_SHOWN])}{more}" if listed else ""
    return f"{suggest(name, listed)}{there}"
