"""``mark``, ``label``, ``tag``, ``comment``, ``delete``, ``restore`` and ``purge`` from Python."""

from __future__ import annotations

from collections.abc import Iterable

from guild_ipy.arguments.run_selection import RunSelection
from guild_ipy.session.run_refs import RunRef
from guild_ipy.session.session import get_session
from guild_ipy.verbs.changing.comment import CommentEdit, write_comments
from guild_ipy.verbs.changing.delete import Delete
from guild_ipy.verbs.changing.label import Label
from guild_ipy.verbs.changing.mark import Mark
from guild_ipy.verbs.changing.purge import Purge
from guild_ipy.verbs.changing.restore import Restore
from guild_ipy.verbs.changing.tag import Tag, several_tags


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
    selection = RunSelection.of(*runs, where=where)
    wanted = Mark(selection=selection, clear=clear, reason=reason, undo=undo, min=best, max=max)
    wanted.carry_out(get_session()).show()


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
    selection, words = RunSelection.of(*runs, where=where), () if remove is None else (remove,)
    wanted = Label(selection=selection, set=set, append=append, prepend=prepend, remove=words, clear=clear)
    wanted.carry_out(get_session()).show()


def tag(
    *runs: RunRef,
    add: str | Iterable[str] = (),
    remove: str | Iterable[str] = (),
    clear: bool = False,
    sync_labels: bool = False,
    where: str | None = None,
) -> None:
    """Change the tags of runs, or of the newest (that `where` selects), and say so.

    Parameters
    ----------
    *runs
        Ids, beginnings of ids, indexes or runs.
    add, remove
        One tag or several.
    clear
        Remove all tags; those in `add` are added then.
    sync_labels
        Put tags that are added before the label, and take those that are removed out of it.
    where
        An expression of the select language.

    Examples
    --------
    >>> guild_ipy.tag("3f2a1b4c", add=["best", "paper"])                                 # doctest: +SKIP
    >>> guild_ipy.runs(tags="best")                                                      # doctest: +SKIP
    """
    selection, new, gone = RunSelection.of(*runs, where=where), several_tags(add), several_tags(remove)
    wanted = Tag(selection=selection, add=new, remove=gone, clear=clear, sync_labels=sync_labels)
    wanted.change(get_session()).show()


def comment(  # noqa: PLR0913 - the options are keywords
    *runs: RunRef,
    add: str | None = None,
    edit: int | None = None,
    text: str | None = None,
    delete: int | None = None,
    clear: bool = False,
    user: str | None = None,
    where: str | None = None,
) -> None:
    """Write a comment on runs, or on the newest (that `where` selects), and say so; exactly one change is given.

    Parameters
    ----------
    *runs
        Ids, beginnings of ids, indexes or runs.
    add
        The text of a new comment.
    edit, text
        The number of a comment (the first has number 1; ``run.comments`` has them), and its new text.
    delete
        The number of a comment to delete.
    clear
        Delete all comments.
    user
        Who writes, also as ``"ada@lab"``; else who runs this process, on this machine.
    where
        An expression of the select language.

    Examples
    --------
    >>> guild_ipy.comment("3f2a1b4c", add="The loss is that of the validation set.")     # doctest: +SKIP
    >>> guild_ipy.comment("3f2a1b4c", edit=1, text="... of the test set.")               # doctest: +SKIP
    """
    change = CommentEdit(add=add, edit=edit, text=text, delete=delete, clear=clear, user=user)
    write_comments(get_session(), RunSelection.of(*runs, where=where), change).show()


def delete(*runs: RunRef, where: str | None = None, permanent: bool = False) -> None:
    """Move runs, or all that `where` selects, to the trash of Guild home, and say so; :func:`restore` undoes it.

    With `permanent` they are removed for good, as :func:`purge` does.
    """
    selection = RunSelection.of(*runs, where=where, default="all")
    Delete(selection=selection, permanent=permanent).carry_out(get_session()).show()


def restore(*runs: RunRef, where: str | None = None) -> None:
    """Move deleted runs, or all of them that `where` selects, back from the trash, and say so.

    Indexes count in the list of deleted runs, ``runs(deleted=True)``.

    Raises
    ------
    RunStateError
        If one of them could not be restored, as while there is a run of its id; the others are restored.

    Examples
    --------
    >>> guild_ipy.restore("3f2a1b4c")                                                    # doctest: +SKIP
    """
    selection = RunSelection.of(*runs, where=where, default="all", deleted=True)
    Restore(selection=selection).carry_out(get_session()).show()


def purge(*runs: RunRef, where: str | None = None) -> None:
    """Remove deleted runs, or all of them that `where` selects, for good, and say so. Nothing brings them back.

    Indexes count in the list of deleted runs, ``runs(deleted=True)``.

    Raises
    ------
    RunStateError
        If one of them could not be removed, as one that is running; the others are removed.
    """
    selection = RunSelection.of(*runs, where=where, default="all", deleted=True)
    Purge(selection=selection).carry_out(get_session()).show()
