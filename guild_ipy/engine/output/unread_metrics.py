"""A run that has printed something like a metric, of which no scalar was made, says so at its end.

The line is kept in the attribute ``_unread_metric``; Guild AI shows no attributes that begin with ``_``.
"""

from __future__ import annotations

from guild_ipy.errors import DamagedRun
from guild_ipy.printable import printable
from guild_ipy.store.events.events import find_event_files
from guild_ipy.store.files.attrs import read_attr, write_attr
from guild_ipy.store.run_dir import RunDir

#: The attribute that holds a printed line of which nothing was read.
UNREAD_METRIC = "_unread_metric"


def note_unread_metric(run_dir: RunDir, line: str) -> None:
    """Keep a line that looks like a metric, if there is one and the run has no scalars from elsewhere."""
    if line and not find_event_files(run_dir):
        write_attr(run_dir, UNREAD_METRIC, line)


def describe_unread_metric(run_dir: RunDir) -> str:
    """Say that a run has no scalars although it printed something like a metric, and what to do; mostly empty.

    Examples
    --------
    >>> describe_unread_metric(run.dir)  # doctest: +SKIP
    "no scalars were found in its output, as in 'the loss is now 0.53'; guild_ipy.log(name=value) records them, ..."
    """
    try:
        line = read_attr(run_dir, UNREAD_METRIC)
    except DamagedRun:
        return ""
    if not isinstance(line, str):
        return ""
    return (
        f"no scalars were found in its output, as in {printable(line)!r}; guild_ipy.log(name=value) records them, "
        "or --output-scalar says how they are printed"
    )
