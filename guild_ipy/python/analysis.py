"""``compare``, ``diff`` and ``tensorboard`` from Python."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from guild_ipy.arguments.run_selection import RunSelection
from guild_ipy.session.run_refs import RunRef
from guild_ipy.session.session import get_session
from guild_ipy.verbs.looking.diff import DiffRuns
from guild_ipy.verbs.looking.tensorboard import ShowTensorboard
from guild_ipy.view.run_diff import RunDiff, parse_aspects

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
    from guild_ipy.frame.runs_frame import compare_selected  # start-up cost: pandas

    return compare_selected(RunSelection.of(*runs, where=where), columns)


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
    selection = RunSelection.of(*runs, where=where, default="all")
    return DiffRuns(selection=selection, aspects=parse_aspects(aspects)).compare(get_session())


def tensorboard(*runs: RunRef, where: str | None = None, port: int | None = None) -> None:
    """Show runs in a TensorBoard that goes on until it is interrupted; a notebook has ``%guild_tensorboard``."""
    selection = RunSelection.of(*runs, where=where, default="all")
    ShowTensorboard(selection=selection, port=port).carry_out(get_session())
