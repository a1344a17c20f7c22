"""The switch by which a verb shows its runs in a table that can be clicked on, in a notebook."""

from __future__ import annotations

from typing import Any, Protocol, runtime_checkable

from guild_ipy.arguments.option import switch
from guild_ipy.arguments.run_selection import RunSelection
from guild_ipy.errors import UsageError


@runtime_checkable
class Tabled(Protocol):
    """Options of a verb that has the switch."""

    @property
    def tabled(self) -> RunSelection | None:
        """The runs to show in a table; None where none is asked for."""
        ...


def table_switch() -> Any:  # noqa: ANN401 - as `switch`
    """Declare the switch."""
    return switch("--table", help="a table to sort, filter and mark by hand, in a notebook")


def only_in_notebooks(verb: str) -> UsageError:
    """Return the error of a shell, where there is no such table."""
    return UsageError(f"{verb}: --table shows a table in a notebook: %guild_{verb} --table")
