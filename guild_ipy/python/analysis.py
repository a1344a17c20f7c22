"""``compare``, ``diff`` and ``tensorboard`` from Python."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from guild_ipy.api.context import get_context
from guild_ipy.api.run_diff import Aspect, RunDiff
from guild_ipy.api.selection import RunRef, select_runs
from guild_ipy.api.tensorboard import serve
from guild_ipy.arguments.analysis import DiffArguments
from guild_ipy.arguments.apply_analysis import apply_diff
from guild_ipy.arguments.selection import RunSelection, flatten_refs
from guild_ipy.domain.run_filter import RunFilter
from guild_ipy.errors import UsageError, suggest

if TYPE_CHECKING:
    import pandas as pd


def compare(*runs: RunRef, columns: str | Iterable[str] | None = None, where: str | None = None) -> pd.DataFrame:
    """Put runs beside each other, one row a run: the ones that are named, else all (that `where` selects).

    Parameters
    ----------
    *runs
        Which, in this order; also a frame with a column ``run``.
    columns
        Only these beside ``run``; see ``df.guild.compare``. Without them it is who a run is, its flags and
        attributes, ``step``, and the last values of its scalars.
    where
        An expression of the select language.

    Examples
    --------
    >>> guild_ipy.compare(columns="=lr, min loss", where="completed")                     # doctest: +SKIP
    """
    from guild_ipy.frame.runs import compare_filtered, compare_runs  # start-up cost: pandas

    run_filter = RunFilter(where=where)
    refs = flatten_refs(runs)
    if not refs:
        return compare_filtered(run_filter, columns)
    return compare_runs(select_runs(get_context(), refs, run_filter), columns)


def diff(*runs: RunRef, aspects: Sequence[str] = (), where: str | None = None) -> RunDiff:
    """Say what two runs differ in: the two that are named, else the two newest (that `where` selects).

    Parameters
    ----------
    *runs
        Two runs, or none: the two newest then, the older one first.
    aspects
        Some of ``attributes flags scalars environment files source``; all of them by default.
    where
        An expression of the select language.

    Examples
    --------
    >>> guild_ipy.diff(2, 1, aspects=["flags", "source"])                                 # doctest: +SKIP
    """
    selection = RunSelection(refs=flatten_refs(runs), filter=RunFilter(where=where), default="all")
    chosen = tuple(map(_aspect, [aspects] if isinstance(aspects, str) else aspects)) or tuple(Aspect)
    return apply_diff(get_context(), DiffArguments(selection=selection, aspects=chosen))


def tensorboard(*runs: RunRef, where: str | None = None, port: int | None = None) -> None:
    """Show runs in a TensorBoard that goes on until it is interrupted; a notebook has ``%guild_tensorboard``."""
    found = select_runs(get_context(), flatten_refs(runs), RunFilter(where=where), default="all")
    serve(found, [] if port is None else ["--port", str(port)])


def _aspect(name: str) -> Aspect:
    try:
        return Aspect(name)
    except ValueError as error:
        known = [aspect.value for aspect in Aspect]
        hint = suggest(name, known) or f"; it has {', '.join(known)}"
        raise UsageError(f"diff has no aspect {name!r}{hint}") from error
