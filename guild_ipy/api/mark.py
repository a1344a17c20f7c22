"""``mark``: say which runs dependencies shall use."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from guild_ipy.store.attrs import delete_attr, write_attr
from guild_ipy.store.changes import note_change

if TYPE_CHECKING:
    from guild_ipy.api.context import Context
    from guild_ipy.api.handle import Run


def mark(context: Context, runs: Sequence[Run], *, clear: bool = False) -> int:
    """Mark runs, or clear their marks; how many there were.

    The attribute ``marked`` is true, or its file is not there, as Guild AI has it.
    """
    try:
        for run in runs:
            if clear:
                delete_attr(run.dir, "marked")
            else:
                write_attr(run.dir, "marked", value=True)
    finally:
        note_change(context.home, *(run.id for run in runs))
    return len(runs)


def mark_message(count: int, *, clear: bool = False) -> str:
    """Give the line that says what was done."""
    return f"{'Unmarked' if clear else 'Marked'} {count} run(s)"
