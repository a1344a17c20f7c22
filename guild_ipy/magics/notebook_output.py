"""Verbs whose result a notebook shows in a way of its own: as a DataFrame, a picture, a page below the cell."""

from __future__ import annotations

import os
import shlex
import sys
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from guild_ipy.arguments.verb import Searching
from guild_ipy.errors import UsageError
from guild_ipy.session.session import Session
from guild_ipy.session.unmatched import describe_unmatched
from guild_ipy.view.changed_runs import ChangedRuns
from guild_ipy.view.chosen_viewer import find_kernel
from guild_ipy.view.run_lines import LineList

if TYPE_CHECKING:
    from guild_ipy.arguments.run_selection import RunSelection
    from guild_ipy.verbs.looking.cat import ShowFile
    from guild_ipy.verbs.looking.compare import CompareRuns
    from guild_ipy.verbs.looking.home import UseHome
    from guild_ipy.verbs.looking.lineage import TraceLineage
    from guild_ipy.verbs.looking.runs import ListRuns
    from guild_ipy.verbs.looking.select import SelectRuns
    from guild_ipy.verbs.looking.tensorboard import ShowTensorboard
    from guild_ipy.verbs.running.queue import ManageQueue


def list_runs(wanted: ListRuns, session: Session) -> object:
    """Return a frame of all runs."""
    if wanted.json:
        return wanted.carry_out(session)
    from guild_ipy.frame.runs_frame import frame_runs  # start-up cost: pandas, as below

    frame = frame_runs(wanted.filter, details=wanted.details, stale=wanted.stale, fold=wanted.fold)
    _explain_nothing(frame, wanted, session)
    return frame.drop(columns=["started", "time", "notebook", "project"]) if wanted.simplified else frame


def select_runs(wanted: SelectRuns, session: Session) -> object:
    """Return ids or other values, or a frame."""
    return _explain_nothing(_find_selected(wanted, session), wanted, session)


def _find_selected(wanted: SelectRuns, session: Session) -> Any:  # noqa: ANN401 - attributes are of any type
    if wanted.frame:
        from guild_ipy.frame.selected import frame_wanted

        return frame_wanted(wanted)
    if wanted.explain:
        return wanted.carry_out(session) if wanted.json else LineList(wanted.find(session))
    return wanted.find(session)


def compare_runs(wanted: CompareRuns, session: Session) -> object:
    """Return a frame; print CSV, or a note on the file that was written."""
    if wanted.csv is not None:
        done = wanted.carry_out(session)
        print(str(done) or getattr(done, "note", ""))
        return None
    if wanted.json:
        return wanted.carry_out(session)
    from guild_ipy.frame.runs_frame import compare_selected

    return _explain_nothing(compare_selected(wanted.selection, wanted.columns), wanted, session)


def _explain_nothing(found: Any, wanted: Searching, session: Session) -> Any:  # noqa: ANN401 - a frame or a list
    """Where nothing was found, say which name in the filter may be a slip; return what was found."""
    if wanted.sought is not None and not len(found) and (hint := describe_unmatched(session.index, wanted.sought)):
        print(hint)
    return found


def trace_lineage(wanted: TraceLineage, session: Session) -> object:
    """Return a picture, with a frame."""
    if wanted.json:
        return wanted.carry_out(session)
    from guild_ipy.tables.pictures.lineage_view import Lineage

    return Lineage(session, wanted.trace(session))


def show_tensorboard(wanted: ShowTensorboard, session: Session) -> None:
    """Show the runs below the cell."""
    from guild_ipy.verbs.looking.tensorboard import (  # start-up cost: each verb is loaded when it is used
        MISSING,
        LinkFolder,
    )

    runs = wanted.find(session)
    try:
        from tensorboard import notebook  # optional
    except ImportError as error:
        raise UsageError(MISSING) from error
    beside = os.path.join(os.path.dirname(sys.executable), "tensorboard")
    if os.path.exists(beside):  # a kernel need not have it on its path; TensorBoard itself asks for this variable
        os.environ.setdefault("TENSORBOARD_BINARY", beside)
    folder = LinkFolder(runs)
    folder.keep_fresh()
    notebook.start(shlex.join(["--logdir", folder.path, *wanted.options]))


def use_home(wanted: UseHome, session: Session) -> object:
    """Return the path of Guild home; say so where a new one is not there yet."""
    found = wanted.carry_out(session)
    if wanted.path is not None and not wanted.json and not os.path.isdir(str(found)):
        print("It is not there yet; the first run makes it")
    return found


def show_file(wanted: ShowFile, session: Session) -> object:
    """Return the text of a file; the output of a run is shown with what the run displayed."""
    shown, kernel = wanted.carry_out(session), find_kernel()
    if wanted.path is not None or kernel is None:
        return shown
    from guild_ipy.view.cell.run_output import RunOutput  # start-up cost

    return RunOutput(shown, wanted.selection.find_one(session).dir, kernel)


def show_table(selection: RunSelection, session: Session) -> object:
    """Return the table of some runs as a widget."""
    from guild_ipy.widgets.runs_table import table_of  # start-up cost: pandas and ipywidgets

    return table_of(selection, session)


def show_queue(wanted: ManageQueue, session: Session) -> object:
    """Return a frame of what waits, below a line for each queue; for another action what it returns."""
    from guild_ipy.scheduling.queue_status import QueueStatus  # start-up cost
    from guild_ipy.widgets.live_run.run_viewer import make_viewer

    done = wanted.follow(session, make_viewer("%guild_start {}", previews=False))
    if isinstance(done, ChangedRuns):
        done.show()
        return None
    if not isinstance(done, QueueStatus):
        return done
    from guild_ipy.tables.contents.queue_frame import frame_queue

    print("\n".join(map(str, done.queues)) or "no queue is at work; %guild_queue start starts one")
    return frame_queue(done)


OWN_WAYS: Mapping[str, Callable[[Any, Session], object]] = {
    "runs": list_runs,
    "select": select_runs,
    "compare": compare_runs,
    "lineage": trace_lineage,
    "tensorboard": show_tensorboard,
    "home": use_home,
    "cat": show_file,
    "queue": show_queue,
}
