"""``mark``, ``label`` and ``delete`` from Python."""

from __future__ import annotations

from guild_ipy.api.context import get_context
from guild_ipy.api.selection import RunRef
from guild_ipy.arguments.selection import RunSelection
from guild_ipy.errors import UsageError
from guild_ipy.verbs.delete import Delete
from guild_ipy.verbs.label import Label
from guild_ipy.verbs.mark import Mark


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
    wanted = Mark(
        selection=RunSelection.of(*runs, where=where), clear=clear, reason=reason, undo=undo, min=best, max=max
    )
    print(wanted.carry_out(get_context()))


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
    if [set, append, prepend, remove].count(None) != (4 if clear else 3):
        raise UsageError("label takes one of set, append, prepend, remove and clear: label(run, set='wide net')")
    wanted = Label(
        selection=RunSelection.of(*runs, where=where),
        set=set,
        append=append,
        prepend=prepend,
        remove=() if remove is None else (remove,),
        clear=clear,
    )
    print(wanted.carry_out(get_context()))


def delete(*runs: RunRef, where: str | None = None) -> None:
    """Move runs, or all that `where` selects, to the trash of Guild home, and say so."""
    print(Delete(selection=RunSelection.of(*runs, where=where, default="all")).carry_out(get_context()))
