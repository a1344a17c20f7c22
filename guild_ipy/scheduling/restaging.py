"""Restaging: runs with other flags are staged anew, and are the next to be started."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from guild_ipy.errors import RunStateError
from guild_ipy.launching.changed_flags import change_flags
from guild_ipy.launching.guild_runs import read_program
from guild_ipy.launching.launch import LaunchOptions
from guild_ipy.launching.restart import Change, restart
from guild_ipy.scheduling.queue_attrs import forget_not_started
from guild_ipy.scheduling.staged_order import move_first
from guild_ipy.session.run_handle import Run
from guild_ipy.session.session import Session
from guild_ipy.session.viewer import SilentViewer, Viewer


def restage(session: Session, run: Run, flags: Mapping[str, Any], viewer: Viewer) -> Run | None:
    """Stage a run again with other flags, before all other staged runs; None when the user declined.

    Raises
    ------
    RunStateError
        If it is at work, or Guild AI made it in a way that only that can repeat.
    FlagError
        For a flag that the operation does not take. Nothing has been changed then.
    """
    _check(run)
    staged = restart(session, run, Change(flags=flags, stage=True), LaunchOptions(), viewer)
    if staged is not None:
        forget_not_started(staged)
        move_first(session, [staged])
    return staged


def restage_all(session: Session, runs: Sequence[tuple[Run, Mapping[str, Any]]]) -> list[Run]:
    """Stage several runs again, each with other flags, in their order before all other staged runs; return them.

    Raises
    ------
    RunStateError, FlagError
        As for one; if that is known before any is changed, none is.
    """
    for run, flags in runs:
        _check(run)
        change_flags(read_program(run), run, flags)
    for run, flags in runs:
        restart(session, run, Change(flags=flags, stage=True), LaunchOptions(), SilentViewer())
        forget_not_started(run)
    staged = [run for run, _ in runs]
    move_first(session, staged)
    return staged


def _check(run: Run) -> None:
    if run.status.is_active:
        raise RunStateError(f"run {run.short_id} is {run.status}, and a run at work is not restaged; stop it first")
