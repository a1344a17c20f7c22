"""The runs that dependencies on their operations would use now."""

from __future__ import annotations

from collections.abc import Iterable

from guild_ipy.errors import NothingToUse
from guild_ipy.operations.dependencies.run_choice import choose_run
from guild_ipy.operations.dependencies.run_query import RunQuery, quote
from guild_ipy.session.session import Session
from guild_ipy.verbs.changing.mark import describe_reason

#: Of more operations only the first are asked about.
_MOST = 100


def find_in_use(session: Session, operations: Iterable[str]) -> dict[str, str]:
    """Return the run that a dependency on each operation would use, by id, with the reason.

    Operations are named as they are listed; a dependency on a function is written without the ``()``.

    Examples
    --------
    >>> find_in_use(session, ["train()"])                             # doctest: +SKIP
    {'0c2f...': 'dependencies on train use it: it is the one marked last'}
    """
    found = {}
    for operation in list(dict.fromkeys(name.removesuffix("()") for name in operations))[:_MOST]:
        query = RunQuery(wanted=operation, operation=f"operation = {quote(operation)}")
        try:
            choice = choose_run(session.index, query)
        except NothingToUse:
            continue
        why = f"dependencies on {operation} use it: {describe_reason(choice)}"
        found[choice.records[0].dir.id] = why
    return found
