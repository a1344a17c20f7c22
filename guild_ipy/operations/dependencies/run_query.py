"""The runs that a source can use, as an expression of the select language."""

from __future__ import annotations

from dataclasses import dataclass, replace

from guild_ipy.domain.choosing.chosen_run import ELIGIBLE
from guild_ipy.domain.choosing.operation_name import is_plain_name, required_name
from guild_ipy.domain.declarations.dependency import Source, SourceKind
from guild_ipy.domain.status import RunStatus
from guild_ipy.query.expression import Select
from guild_ipy.query.names import Names
from guild_ipy.query.nodes import Kind
from guild_ipy.query.plan import PlanScope
from guild_ipy.query.words import FLAG_WORDS, STATUS_WORDS

#: The statuses of runs that can be used where an expression tests the status itself: all but those that have not begun.
_BEGUN = (*ELIGIBLE, RunStatus.ERROR)

_NOT_OPERATIONS = frozenset({"true", "false", *STATUS_WORDS, *FLAG_WORDS})


@dataclass(frozen=True, kw_only=True)
class RunQuery:
    """A query for the runs that a source can use.

    Attributes
    ----------
    wanted
        A description for messages: names of operations, or the expression.
    operation
        The clause for the operation; None if only an expression selects runs.
    chosen
        The clause that a user wrote, or None.
    eligible
        The statuses in which runs can be used.
    """

    wanted: str
    operation: str | None = None
    chosen: str | None = None
    eligible: tuple[RunStatus, ...] = ELIGIBLE

    @property
    def expression(self) -> str:
        """The whole query as an expression."""
        return _all_of(self.any_status, f"({' or '.join(map(str, self.eligible))})")

    @property
    def any_status(self) -> str:
        """The expression without the test of the status."""
        chosen = f"({self.chosen})" if self.chosen else ""
        return _all_of(self.operation or "", chosen)

    def with_expression(self, text: str, names: Names | None) -> RunQuery:
        """Return the query with the user's expression in place of the declared one; SelectError if it is invalid."""
        wanted = f"{self.wanted} {text}" if self.operation else text
        return replace(self, wanted=wanted, chosen=text, eligible=_statuses_beside(text, names))


def make_query(source: Source, names: Names | None = None) -> RunQuery:
    """Make the query for the runs of a source.

    Parameters
    ----------
    source
        One of kind ``operation``, ``run`` or ``multi-run``.
    names
        The names that runs have, by which the names in an expression are checked.

    Raises
    ------
    SelectError
        If its expression is invalid.

    Examples
    --------
    >>> train = Source(kind=SourceKind.OPERATION, value="train")
    >>> make_query(train).expression
    'operation = "train" and (completed or running or terminated)'
    >>> failed = Source(kind=SourceKind.MULTI_RUN, value="op = train and failed")
    >>> make_query(failed).expression
    '(op = train and failed) and (completed or running or terminated or error)'
    """
    if _names_operations(source):
        query = RunQuery(wanted=source.value, operation=_operation_clause(source.value))
        return query if source.expression is None else _narrowed(query, source.expression, names)
    return RunQuery(wanted=source.value).with_expression(source.value, names)


def has_expression(source: Source) -> bool:
    """Whether a source selects runs by more than the names of their operations."""
    return source.expression is not None or not _names_operations(source)


def is_operation_alone(text: str) -> bool:
    """Whether an expression is nothing but the name of an operation: ``train`` is short for ``op = train``."""
    return is_plain_name(text) and text.lower() not in _NOT_OPERATIONS


def quote(text: str) -> str:
    """Write a text as a string of the select language."""
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def _names_operations(source: Source) -> bool:
    return source.kind is SourceKind.OPERATION or is_operation_alone(source.value)


def _narrowed(query: RunQuery, text: str, names: Names | None) -> RunQuery:
    return replace(query, chosen=text, eligible=_statuses_beside(text, names))


def _statuses_beside(text: str, names: Names | None) -> tuple[RunStatus, ...]:
    """Return the statuses that runs must have as well as pass an expression, which may test the status itself."""
    places = Select.parse(text, PlanScope(names=names)).places()
    says_which = any(place.kind is Kind.ATTR and place.name == "status" for place in places)
    return _BEGUN if says_which else ELIGIBLE


def _operation_clause(value: str) -> str:
    """Return the clause for the operation, which is one of several names separated by commas."""
    names = [quote(required_name(name)) for name in value.split(",")]
    return f"operation = {names[0]}" if len(names) == 1 else f"operation in [{', '.join(names)}]"


def _all_of(*clauses: str) -> str:
    return " and ".join(clause for clause in clauses if clause)
