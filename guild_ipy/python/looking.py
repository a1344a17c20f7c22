"""``get_run``, ``info``, ``ls``, ``cat`` and ``operations`` from Python."""

from __future__ import annotations

from guild_ipy.api.context import get_context
from guild_ipy.api.files import list_files
from guild_ipy.api.handle import Run
from guild_ipy.api.info import RunInfo, get_info
from guild_ipy.api.operations import OperationInfo, list_operations
from guild_ipy.api.selection import RunRef, select_run
from guild_ipy.arguments.apply import read_text


def get_run(run: RunRef | None = None) -> Run:
    """Give a run to hold: the one that is named by id, beginning of an id or index, else the newest.

    Examples
    --------
    >>> guild_ipy.get_run("3f2a1b4c").result                   # doctest: +SKIP
    """
    return select_run(get_context(), run)


def info(run: RunRef | None = None) -> RunInfo:
    """Give what is known of a run, at this moment: the one that is named, else the newest."""
    return get_info(select_run(get_context(), run))


def ls(run: RunRef | None = None, *, all: bool = False) -> list[str]:  # noqa: A002 - the option's name at a shell
    """List the files of a run, relative to its directory; with `all` also those in ``.guild``."""
    return list_files(select_run(get_context(), run), everything=all)


def cat(run: RunRef | None = None, path: str | None = None) -> str:
    """Give what a run printed, or with `path` the text of one of its files."""
    return read_text(select_run(get_context(), run), path)


def operations() -> list[OperationInfo]:
    """List what can be run here: functions of the notebook, scripts of its folder."""
    return list_operations(get_context())
