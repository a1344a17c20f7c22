"""Which runs a source can use, as an expression of the select language."""

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
    """What a run must be to be used.

    Attributes
    ----------
    wanted
        What is looked for, for messages: names of operations, or the expression.
    operation
        The clause on the operation; None if the expression alone decides.
    chosen
        The clause that a user wrote; None for none.
    eligible
        Statuses of runs that are used.
    """

    wanted: str
    operation: str | None = None
    chosen: str | None = None
    eligible: tuple[RunStatus, ...] = ELIGIBLE

    @property
    def expression(self) -> str:
        """The whole of it."""
        return _all_of(self.any_status, f"({' or '.join(map(str, self.eligible))})")

    @property
    def any_status(self) -> str:
        """The same, whatever the status of the run."""
        chosen = f"({self.chosen})" if self.chosen else ""
        return _all_of(self.operation or "", chosen)

    def with_expression(self, text: str, names: Names | None) -> RunQuery:
        """Put the user's expression in place of that of the declaration; SelectError if it cannot be understood."""
        wanted = f"{self.wanted} {text}" if self.operation else text
        return replace(self, wanted=wanted, chosen=text, eligible=_statuses_beside(text, names))


def make_query(source: Source, names: Names | None = None) -> RunQuery:
    """Read what a source says about its runs.

    Parameters
    ----------
    source
        One of kind ``operation``, ``run`` or ``multi-run``.
    names
        The names that runs have, by which the names in an expression are checked.

    Raises
    ------
    SelectError
        If its expression cannot be understood.

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
    """Write a text as the select language reads it."""
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
    """Test the operation: one of several names with commas between."""
    names = [quote(required_name(name)) for name in value.split(",")]
    return f"operation = {names[0]}" if len(names) == 1 else f"operation in [{', '.join(names)}]"


def _all_of(*clauses: str) -> str:
    return " and ".join(clause for clause in clauses if clause)
