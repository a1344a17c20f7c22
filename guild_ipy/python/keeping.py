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
from guild_ipy.errors import UsageError


def mark(*runs: RunRef, clear: bool = False) -> None:
    """Mark runs as the ones to use, or with `clear` take the mark away, and say so.

    Without runs the newest unmarked one, or with `clear` all that are marked.
    """
    selection = mark_selection(RunSelection(refs=flatten_refs(runs)), clear=clear)
    print(apply_mark(get_context(), MarkArguments(selection=selection, clear=clear)))


def label(
    *runs: RunRef,
    set: str | None = None,  # noqa: A002 - the option's name at a shell
    append: str | None = None,
    prepend: str | None = None,
    remove: str | None = None,
    clear: bool = False,
) -> None:
    """Change the label of runs, or of the newest, and say so; exactly one change is given."""
    edit = LabelEdit(set=set, append=append, prepend=prepend, remove=remove, clear=clear)
    if [set, append, prepend, remove].count(None) != (4 if clear else 3):
        raise UsageError("label takes one of set, append, prepend, remove and clear")
    print(apply_label(get_context(), LabelArguments(selection=RunSelection(refs=flatten_refs(runs)), edit=edit)))


def delete(*runs: RunRef) -> None:
    """Move runs to the trash of Guild home, and say so."""
    selection = delete_selection(RunSelection(refs=flatten_refs(runs)))
    print(apply_delete(get_context(), DeleteArguments(selection=selection)))
