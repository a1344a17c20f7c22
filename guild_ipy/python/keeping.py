"""``mark``, ``label`` and ``delete`` from Python."""

from __future__ import annotations

from guild_ipy.api.context import get_context
from guild_ipy.api.label import LabelEdit
from guild_ipy.api.selection import RunRef
from guild_ipy.arguments.apply import apply_delete, apply_label, apply_mark
from guild_ipy.arguments.change import (
    DeleteArguments,
    LabelArguments,
    MarkArguments,
    delete_selection,
    mark_selection,
)
from guild_ipy.arguments.selection import RunSelection, flatten_refs
from guild_ipy.domain.run_filter import RunFilter
from guild_ipy.errors import UsageError


def mark(*runs: RunRef, clear: bool = False, where: str | None = None) -> None:
    """Mark runs as the ones to use, or with `clear` take the mark away, and say so.

    Without runs the newest unmarked one, or with `clear` all that are marked; of those that `where` selects.
    """
    selection = mark_selection(_selection(runs, where), clear=clear)
    print(apply_mark(get_context(), MarkArguments(selection=selection, clear=clear)))


def label(  # noqa: PLR0913 - the options are keywords
    *runs: RunRef,
    set: str | None = None,  # noqa: A002 - the option's name at a shell
    append: str | None = None,
    prepend: str | None = None,
    remove: str | None = None,
    clear: bool = False,
    where: str | None = None,
) -> None:
    """Change the label of runs, or of the newest (that `where` selects), and say so; exactly one change is given."""
    edit = LabelEdit(set=set, append=append, prepend=prepend, remove=remove, clear=clear)
    if [set, append, prepend, remove].count(None) != (4 if clear else 3):
        raise UsageError("label takes one of set, append, prepend, remove and clear")
    print(apply_label(get_context(), LabelArguments(selection=_selection(runs, where), edit=edit)))


def delete(*runs: RunRef, where: str | None = None) -> None:
    """Move runs, or all that `where` selects, to the trash of Guild home, and say so."""
    selection = delete_selection(_selection(runs, where))
    print(apply_delete(get_context(), DeleteArguments(selection=selection)))


def _selection(runs: tuple[RunRef, ...], where: str | None) -> RunSelection:
    return RunSelection(refs=flatten_refs(runs), filter=RunFilter(where=where))
