"""The names in a ``run`` column: the beginning of an id, long enough to mean one run.

Plain text that one can read, type and compare, and that survives sorting, joining and saving. It has 8
digits as everywhere; where two runs of the home share these, both get as many as are needed. A later run can
still come to share them: then the name is refused, never taken for one of the two. Of a run that was deleted several
times, the trash has older deletions as ``<id>_<word>``; a name that may be the id and these means the id.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from collections.abc import Collection, Container, Iterable, Sequence

import pandas as pd

from guild_ipy.domain.ids import SHORT_ID_LENGTH
from guild_ipy.errors import NoRunColumn, RunNotFound, UsageError

RUN = "run"
_SHOWN = 3


def short_names(ids: Sequence[str], among: Iterable[str]) -> list[str]:
    """Name each of `ids` by its shortest beginning, of 8 digits or more, that no other of `among` has.

    Examples
    --------
    >>> short_names(["0123456789ab", "cdef01234567"], ["0123456789ab", "0123456788ab", "cdef01234567"])
    ['0123456789', 'cdef0123']
    """
    names = list(map(beginning_of, ids))
    others = set(among).difference(ids)
    counts = Counter([*names, *map(beginning_of, others)])
    shared = {name for name, count in counts.items() if count > 1}
    alike = sorted(each for each in (*ids, *others) if beginning_of(each) in shared)
    return [_short_name(each, alike) if name in shared else name for each, name in zip(ids, names, strict=True)]


def beginning_of(id: str) -> str:  # noqa: A002 - the word of the field
    """Return the digits that name a run, where no other has them."""
    return id[:SHORT_ID_LENGTH]


def find_name(run_id: str, names: Container[str]) -> str | None:
    """Return the one of some names that means a run, of 8 digits or more; None where none does.

    Examples
    --------
    >>> find_name("0123456789ab", {"0123456789", "cdef0123"})
    '0123456789'
    """
    lengths = range(SHORT_ID_LENGTH, len(run_id) + 1)
    return next((run_id[:length] for length in lengths if run_id[:length] in names), None)


def find_ids(names: Iterable[str], ids: Collection[str]) -> dict[str, str]:
    """Return the id that each name means; a name that means none is left out.

    Raises
    ------
    RunNotFound
        For a name that is the beginning of several ids and none of them whole.
    """
    ordered = sorted(ids)
    found = ((name, _find_id(name, ordered)) for name in dict.fromkeys(names))
    return {name: each for name, each in found if each is not None}


def run_column(frame: pd.DataFrame) -> pd.Series:
    """Return the ``run`` column, or the index level of that name.

    Raises
    ------
    NoRunColumn
        If there is none, or several.
    """
    if list(frame.columns).count(RUN) == 1:
        return frame[RUN]
    if RUN not in frame.columns and RUN in frame.index.names:
        return frame.index.get_level_values(RUN).to_series()
    raise NoRunColumn(map(str, frame.columns))


def read_names(frame: pd.DataFrame) -> list[str]:
    """Read the names in the ``run`` column of any frame: each run once, rows without a run left out.

    Raises
    ------
    UsageError
        If there is no such column, or it holds a value that cannot be a run id.
    """
    column = run_column(frame).dropna()
    if isinstance(column.dtype, pd.StringDtype):
        names = list(dict.fromkeys(column.to_list()))
        return names if "" not in names else [_name(name) for name in names]
    return list(dict.fromkeys(_name(value) for value in column))


def take_runs(frame: pd.DataFrame, names: Sequence[str]) -> pd.DataFrame:
    """Return the first row of each of these runs, in this order; all of them are in the frame."""
    column = run_column(frame)
    places: dict[str, int] = {}
    for place, (value, missing) in enumerate(zip(column, column.isna(), strict=True)):
        if not missing:
            places.setdefault(_name(value), place)
    return frame.iloc[[places[name] for name in names]]


def _short_name(each: str, ordered: Sequence[str]) -> str:
    at = after = bisect_left(ordered, each)
    while after < len(ordered) and (ordered[after] == each or _is_older(ordered[after], each)):
        after += 1
    beside = (*ordered[max(0, at - 1) : at], *ordered[after : after + 1])  # no other id shares more digits with it
    alike = [other for other in beside if other.startswith(each[:SHORT_ID_LENGTH])]
    length = SHORT_ID_LENGTH
    while any(other.startswith(each[:length]) for other in alike) and length < len(each):
        length += 1
    return each[:length]


def _find_id(name: str, ordered: Sequence[str]) -> str | None:
    start = bisect_left(ordered, name)
    if start < len(ordered) and ordered[start] == name:
        return name
    end = bisect_left(ordered, name + "\U0010ffff", start)
    if end - start > 1 and not all(_is_older(other, ordered[start]) for other in ordered[start + 1 : end]):
        some = ", ".join(ordered[start : min(end, start + _SHOWN)])
        raise RunNotFound(name, f"it is the beginning of {end - start} runs ({some}); give more digits")
    return ordered[start] if end > start else None


def _is_older(other: str, each: str) -> bool:
    """Return whether a name is that of an older deletion of a run."""
    return other.startswith(f"{each}_")


def _name(value: object) -> str:
    """Undo what reading a CSV file does to an id of digits only."""
    if isinstance(value, str) and value:
        return value
    if isinstance(value, int) and not isinstance(value, bool) and value >= 0:
        return f"{value:0{SHORT_ID_LENGTH}d}"
    raise UsageError(f"{value!r} in column 'run' is no run id; read the column as text: dtype={{'run': 'string'}}")
