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
    make_mark,
)
from guild_ipy.arguments.select import make_best
from guild_ipy.arguments.selection import RunSelection, flatten_refs
from guild_ipy.domain.run_filter import RunFilter
from guild_ipy.errors import UsageError


def mark(  # noqa: PLR0913 - the options are keywords
    *runs: RunRef,
    clear: bool = False,
    where: str | None = None,
    reason: str | None = None,
    undo: bool = False,
    best: str | None = None,
    max: str | None = None,  # noqa: A002 - the option's name at a shell
) -> None:
    """Mark runs as the ones to use, or with `clear` take the mark away, and say so.

    Without runs the newest unmarked one, or with `clear` all that are marked; of those that `where` selects.

    Parameters
    ----------
    *runs
        Ids, beginnings of ids, indexes or runs.
    clear
        Take the mark away.
    where
        An expression of the select language.
    reason
        Why; ``run.marks`` has it, and :func:`guild_ipy.info` shows it.
    undo
        Take back the last mark or unmark of these runs; without runs the last action, with all runs that it touched.
    best, max
        A name such as ``loss``: mark the run that has the least, or the greatest, and take away the marks of other
        runs of its operation.

    Examples
    --------
    >>> guild_ipy.mark("3f2a1b4c", reason="best on the test set")                        # doctest: +SKIP
    >>> guild_ipy.mark(best="loss", where="op = train")                                  # doctest: +SKIP
    >>> guild_ipy.mark(undo=True)                                                        # doctest: +SKIP
    """
    arguments = MarkArguments(
        selection=_selection(runs, where),
        clear=clear,
        reason=reason,
        undo=undo,
        best=make_best(best, max, verb="mark"),
    )
    print(apply_mark(get_context(), make_mark(arguments)))


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
        raise UsageError("label takes one of set, append, prepend, remove and clear: label(run, set='wide net')")
    print(apply_label(get_context(), LabelArguments(selection=_selection(runs, where), edit=edit)))


def delete(*runs: RunRef, where: str | None = None) -> None:
    """Move runs, or all that `where` selects, to the trash of Guild home, and say so."""
    selection = delete_selection(_selection(runs, where))
    print(apply_delete(get_context(), DeleteArguments(selection=selection)))


def _selection(runs: tuple[RunRef, ...], where: str | None) -> RunSelection:
    return RunSelection(refs=flatten_refs(runs), filter=RunFilter(where=where))
