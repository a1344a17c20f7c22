"""How comments are shown: each with its number, author and time."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from guild_ipy.printable import printable, printable_lines
from guild_ipy.session.run_handle import Run
from guild_ipy.store.files.attr_types import Comment
from guild_ipy.view.changed_runs import name_runs
from guild_ipy.view.run_lines import LineList, format_time


class CommentList(LineList[tuple[str, tuple[Comment, ...]]]):
    """The comments of some runs: for each its name and its comments, the first of which has number 1."""

    def __str__(self) -> str:
        return "\n".join(line for name, comments in self for line in _lines(name, comments))

    __repr__ = __str__


def list_comments(runs: Iterable[Run]) -> CommentList:
    """Return the comments of runs, with their numbers."""
    return CommentList((name_runs([run]), run.comments) for run in runs)


def comment_heading(number: int, comment: Comment) -> str:
    """Write number, author and time of a comment: ``1 ada@lab 2026-11-30 10:15:00``."""
    author = "@".join(filter(None, (comment.user, comment.host)))
    return " ".join(filter(None, (str(number), author, _moment(comment.time))))


def _lines(name: str, comments: Sequence[Comment]) -> Iterator[str]:
    yield printable(name)
    for number, comment in enumerate(comments, start=1):
        yield f"  {printable(comment_heading(number, comment))}"
        yield "    " + printable_lines(comment.body.strip()).replace("\n", "\n    ")
    if not comments:
        yield "  no comments"


def _moment(microseconds: int | None) -> str:
    if microseconds is None:
        return ""
    try:
        return format_time(microseconds)
    except (OverflowError, ValueError, OSError):  # a number that is not a time
        return str(microseconds)
