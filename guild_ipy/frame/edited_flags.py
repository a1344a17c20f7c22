"""The flags that a user has changed in a frame of runs."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import pandas as pd

from guild_ipy.domain.values.flags import FlagValue
from guild_ipy.errors import UsageError
from guild_ipy.session.run_handle import Run


def edited_flags(
    rows: pd.DataFrame, runs: Sequence[Run], columns: Iterable[str] | None
) -> Iterator[tuple[Run, dict[str, Any]]]:
    """Return each run with the flags whose cells in its row differ from what is recorded.

    Parameters
    ----------
    rows
        A row for each of `runs`, in their order.
    columns
        The columns that are flags; without them those that are called like a flag of the run. An empty cell changes
        nothing.

    Raises
    ------
    UsageError
        If there is no such column.
    """
    named = None if columns is None else list(columns)
    missing = [name for name in named or () if name not in rows.columns]
    if missing:
        raise UsageError(f"the frame has no column {missing[0]!r}; its columns are {', '.join(map(str, rows.columns))}")
    for run, (_, row) in zip(runs, rows.iterrows(), strict=True):
        recorded = run.flags
        names = [name for name in rows.columns if name in recorded] if named is None else named
        cells = {name: _plain(row[name], recorded.get(name)) for name in names}
        yield run, {name: value for name, value in cells.items() if value is not None and value != recorded.get(name)}


def _plain(cell: Any, recorded: FlagValue) -> Any:  # noqa: ANN401 - the cells of a frame are of any type
    """Return a cell as Python has it, None for an empty one; a whole number in a column of floats is whole again."""
    if pd.api.types.is_scalar(cell) and pd.isna(cell):
        return None
    value = cell.item() if hasattr(cell, "item") else cell
    is_whole = isinstance(recorded, int) and isinstance(value, float) and value.is_integer()
    return int(value) if is_whole else value
