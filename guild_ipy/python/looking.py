"""``get_run``, ``select``, ``info``, ``lineage``, ``ls``, ``cat`` and ``operations`` from Python."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from guild_ipy.arguments.expression_words import read_which
from guild_ipy.arguments.run_selection import RunSelection
from guild_ipy.domain.choosing.run_filter import RunFilter
from guild_ipy.python.batch_handle import as_batch
from guild_ipy.session.file_access import list_files
from guild_ipy.session.run_handle import Run
from guild_ipy.session.run_refs import RunRef, select_run
from guild_ipy.session.session import get_session
from guild_ipy.verbs.looking.cat import ShowFile
from guild_ipy.verbs.looking.info import RunInfo, get_info
from guild_ipy.verbs.looking.lineage import TraceLineage
from guild_ipy.verbs.looking.operations import OperationInfo, get_operations, list_operations
from guild_ipy.verbs.looking.select import SelectRuns

if TYPE_CHECKING:
    from guild_ipy.tables.pictures.lineage_view import Lineage


def get_run(run: RunRef | None = None, *, where: str | None = None, deleted: bool = False) -> Run:
    """Return a run to hold: the one that is named by id, beginning of an id or index, else the newest.

    With `where` indexes count among those that the expression selects, and the newest of them is meant; with `deleted`
    all of this is about the runs in the trash.

    Examples
    --------
    >>> guild_ipy.get_run("3f2a1b4c").result                   # doctest: +SKIP
    """
    return as_batch(select_run(get_session(), run, RunFilter(where=where, deleted=deleted)))


def select(  # noqa: PLR0913 - the options are keywords
    *which: str | RunRef | None,
    expr: str | None = None,
    min: str | None = None,  # noqa: A002 - the option's name at a shell, as the next
    max: str | None = None,  # noqa: A002
    limit: int | None = None,
    attr: str | None = None,
    path: bool = False,
    frame: bool = False,
    explain: bool = False,
) -> Any:  # noqa: ANN401 - attributes are of any type
    """Return the ids of the runs that an expression selects, newest first, or of those that are named.

    Parameters
    ----------
    *which
        An expression: a test of names of runs, or several with ``and``, ``or`` and ``not``. Or runs: ids, beginnings
        of ids, indexes, ranges such as ``"2:4"``, or frames; of one run it is its id. Without it all are selected.
    expr
        The expression, by its name.
    min, max
        A name such as ``loss``, ``max val#acc``, ``=FLAG`` or ``.ATTRIBUTE``: give the one id of the run that has the
        least or the greatest.
    limit
        At most that many; with `min` or `max` a list of that many ids, the best first.
    attr, path
        Give this attribute, or the directory, of each run in place of its id.
    frame
        Give a DataFrame, as :func:`guild_ipy.runs` does, in place of ids.
    explain
        Give for each run why it is selected or not, in place of ids.

    Raises
    ------
    SelectError
        If the expression or a name cannot be understood; it points at the place.
    RunNotFound
        If there is no best run.

    Examples
    --------
    >>> guild_ipy.select("op = train and lr < 0.1 and not marked")                       # doctest: +SKIP
    >>> guild_ipy.get_run(guild_ipy.select("completed", min="loss"))                     # doctest: +SKIP
    """
    refs, where = read_which(which, expr)
    chosen = RunFilter(where=where, limit=limit)
    wanted = SelectRuns(refs=refs, filter=chosen, min=min, max=max, frame=frame, explain=explain, attr=attr, path=path)
    if frame:
        from guild_ipy.frame.selected import frame_wanted  # start-up cost: pandas

        return frame_wanted(wanted)
    return wanted.find(get_session())


def info(
    run: RunRef | None = None, *, where: str | None = None, output: bool = False, deleted: bool = False
) -> RunInfo:
    """Return what is known of a run, at this moment: the one that is named, else the newest (that `where` selects).

    With `output` there is also what it has printed; with `deleted` the run is in the trash.
    """
    return get_info(select_run(get_session(), run, RunFilter(where=where, deleted=deleted)), output=output)


def lineage(  # noqa: PLR0913 - the options are keywords
    run: RunRef | None = None,
    *,
    up: bool = False,
    down: bool = False,
    depth: int | None = None,
    where: str | None = None,
    deleted: bool = False,
) -> Lineage:
    """Return what a run was made of, and what was made of it: the run named, else the newest (that `where` selects).

    Parameters
    ----------
    run
        An id, the beginning of one, an index or a run.
    up, down
        Only one way: to what it was made of, or to what was made of it.
    depth
        At most that many steps from the run.
    where
        An expression of the select language.
    deleted
        The run is in the trash.

    Returns
    -------
    Lineage
        A picture in a notebook, with ``frame``, a DataFrame; iterating gives the runs.

    Examples
    --------
    >>> guild_ipy.lineage("3f2a1b4c", up=True).frame                     # doctest: +SKIP
    """
    from guild_ipy.tables.pictures.lineage_view import Lineage  # start-up cost: pandas

    selection = RunSelection.of_one(run, where=where, deleted=deleted)
    wanted = TraceLineage(selection=selection, up=up, down=down, depth=depth)
    return Lineage(get_session(), wanted.trace(get_session()))


def ls(run: RunRef | None = None, *, all: bool = False, deleted: bool = False) -> list[str]:  # noqa: A002 - the option's name at a shell
    """List the files of a run, relative to its directory; with `all` also those in ``.guild``.

    With `deleted` the run is in the trash.
    """
    return list_files(select_run(get_session(), run, RunFilter(deleted=deleted)).dir, everything=all)


def cat(run: RunRef | None = None, path: str | None = None, *, deleted: bool = False) -> str:
    """Return the output of a run, or with `path` the text of a file of it; with `deleted` the run is in the trash.

    A notebook shows an image, a table, JSON, Markdown or a page as such; of other files that are not text the value is
    a line with their type and size.
    """
    return str(ShowFile(selection=RunSelection.of_one(run, deleted=deleted), path=path).carry_out(get_session()))


def operations(*names: str) -> list[OperationInfo]:
    """List what can be run here: functions of the notebook, operations of the Guild file, scripts and notebooks.

    With `names` only these, each of which must be there.
    """
    return get_operations(get_session(), names) if names else list_operations(get_session())
