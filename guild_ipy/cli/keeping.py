"""``label`` and ``stop`` at a shell."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from guild_ipy.api.context import Context
from guild_ipy.api.handle import Run
from guild_ipy.arguments import change
from guild_ipy.arguments.apply import apply_label, apply_stop, find_runs
from guild_ipy.arguments.selection import RunSelection
from guild_ipy.cli.tables import format_runs
from guild_ipy.cli.terminal import ask
from guild_ipy.cli.words import Words


def call_label(context: Context, words: Words) -> None:
    """Change labels."""
    print(apply_label(context, change.LABEL.parse(words)))


def call_stop(context: Context, words: Words) -> None:
    """Ask, and stop runs."""
    arguments = change.STOP.parse(words)
    found = _agreed(context, arguments.selection, "stop", yes=arguments.yes)
    if found is not None:
        print(apply_stop(context, replace(arguments, selection=found), print))


def _agreed(context: Context, selection: RunSelection, verb: str, *, yes: bool) -> RunSelection | None:
    """Fix the runs of a selection and ask for them; None when the user declines."""
    found = find_runs(context, selection)
    if not (yes or not found or ask(f"You are about to {verb}:\n{_indented(found)}")):
        return None
    return replace(selection, refs=tuple(found))


def _indented(runs: Sequence[Run]) -> str:
    return "\n".join(f"  {line}" for line in format_runs(runs).split("\n"))
