"""A run below a cell of a notebook: a head that tells how it goes, and its output at its places.

It needs no front end of its own: what is shown are mimebundles and text, some of them updated in place.
"""

from __future__ import annotations

import os
import time
from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from guild_ipy.domain.status import RunStatus
from guild_ipy.engine.output.unread_metrics import describe_unread_metric
from guild_ipy.session.run_handle import Run, format_duration
from guild_ipy.session.viewer import Preview, SilentViewer
from guild_ipy.store.displays.display import Display
from guild_ipy.store.run_record import RunRecord
from guild_ipy.view.cell.background import follow_in_background
from guild_ipy.view.cell.cell_output import CellOutput
from guild_ipy.view.cell.head_place import GoingRun, HeadPlace
from guild_ipy.view.cell.live_scalars import LiveScalars
from guild_ipy.view.cell.publisher import Publisher
from guild_ipy.view.cell.run_head import DONE, FAILED, GOING, STOPPED, WAITING, HeadLook, RunFoot, RunHead
from guild_ipy.view.live import describe_state

if TYPE_CHECKING:
    from guild_ipy.view.cell.batch_in_cell.batch_view import BatchView

_SECONDS_BETWEEN_LOOKS = 0.5
#: A look at very many trials is followed by a pause that is longer.
_PAUSE = 5
_MOST_FILES = 1000
_FEW_LINES = 15
_NOT_OF_THE_RUN = frozenset({".guild", "__pycache__"})
_LOOKS = {
    RunStatus.COMPLETED: DONE,
    RunStatus.ERROR: FAILED,
    RunStatus.DAMAGED: FAILED,
    RunStatus.TERMINATED: STOPPED,
    RunStatus.RUNNING: GOING,
}


class CellViewer(SilentViewer):
    """Shows a run below the cell that starts or watches it.

    Parameters
    ----------
    publisher
        Shows mimebundles there.
    start_command
        How a staged run is started from here, with ``{}`` for its id.
    place
        Where the head is shown.
    """

    def __init__(self, publisher: Publisher, start_command: str, place: HeadPlace) -> None:
        self._publisher = publisher
        self._start_command = start_command
        self._place = place
        self._preview: Preview | None = None
        self._run: Run | None = None
        self._scalars: LiveScalars | None = None
        self._batch: BatchView | None = None
        self._output = CellOutput(publisher, self._how_to_see_all)
        self._early_text: list[str] = []
        """What was written before the run began; it is shown below the head."""
        self._next_look = 0.0
        self._is_left = False

    # -- before it begins

    def preview(self, preview: Preview) -> bool:
        """Agree; the head shows the preview, if a run follows."""
        self._preview = preview
        if preview.is_all:
            self._output.text.write(f"{preview}\n")
        return True

    def waiting(self, what: str) -> None:
        """Show what is done before the user's code can begin."""
        self._place.show(replace(self._plain_head(), state=what, look=GOING))

    def gave_up(self) -> None:
        """Say in the head, if there is one, that nothing was started."""
        if self._place.is_used:
            self._place.show(replace(self._plain_head(), state="not started", look=STOPPED))

    def began(self, run: Run) -> None:
        """Show the head, and what was written before."""
        self._run = run
        self._scalars = LiveScalars(run_dir=run.dir)
        self._batch = _find_batch(run)
        self._place.show(self._head(GOING, "running", ()))
        self._next_look = time.monotonic() + _SECONDS_BETWEEN_LOOKS
        for text in self._early_text:
            self._output.text.write(text)
        self._early_text.clear()

    # -- while it goes

    def output(self, text: str) -> None:
        """Show text."""
        if self._run is None and self._preview is not None:
            self._early_text.append(text)
        else:
            self._output.text.write(text if self._batch is None else self._batch.take_output(text))

    def display(self, display: Display) -> None:
        """Show the bundle in the place of its text."""
        self._output.display(display)

    def look(self) -> None:
        """Show the time, and the scalars so far."""
        now = time.monotonic()
        if now >= self._next_look:
            self._output.text.flush()
            self.show_going()
            ended = time.monotonic()
            self._next_look = ended + max(_SECONDS_BETWEEN_LOOKS, (ended - now) * _PAUSE)

    def show_going(self) -> None:
        """Show in the head how far the run is."""
        assert self._run is not None
        assert self._scalars is not None
        if self._batch is None:
            self._scalars.update_in_turn()
        self._show_going(self._head(GOING, "running", (format_duration(self._run.duration),)))

    # -- when it ends

    def left(self, run: Run) -> None:
        """Show that the run goes on, and go on showing how far it is."""
        self._run = run
        self._is_left = True
        if self._batch is not None and self._preview is not None:
            self._batch.is_line = True
        self._show_going(self._head(GOING, "goes on in the background", ()))
        self._publisher.shows_already(run)
        follow_in_background(run, self.show_going, self.show_end)

    def not_watched(self, run: Run) -> None:
        """Show the same."""
        self._output.close()
        self.left(run)

    def ended(self, run: Run) -> None:
        """Show how it ended: in the head, and below its output."""
        if self._run is None:
            self.began(run)
        self._run = run
        if self._batch is not None:
            self._output.text.write(self._batch.take_rest())
        self._output.close()
        record = self.show_end()
        if record.status is RunStatus.STAGED:
            self._output.text.write(f"Start it with {self._start_command.format(run.short_id)}\n")
        elif self._output.has_displays or self._output.text.lines > _FEW_LINES:  # the head may be out of sight
            foot = RunFoot(look=_look(record), text=" · ".join(_ending(record, run)))
            self._publisher.publish(foot.bundle)
        self._publisher.shows_already(run)

    def show_end(self) -> RunRecord:
        """Show in the head how the run ended; return what is known of it."""
        run, scalars = self._run, self._scalars
        assert run is not None
        assert scalars is not None
        if self._batch is None:
            scalars.update()
        record = run.ending
        head = self._head(_look(record), "", _ending(record, run))
        has_failed = record.status.is_finished and record.status is not RunStatus.COMPLETED
        error = (run.error or "") if has_failed else ""
        unread = describe_unread_metric(run.dir) if self._batch is None else None
        details = (*head.details, *filter(None, [unread]))
        self._place.show(replace(head, left=_describe_files(run), error=error, details=details))
        return record

    # -- the head

    def _head(self, look: HeadLook, state: str, more: Sequence[str]) -> RunHead:
        scalars = self._scalars
        head = replace(
            self._plain_head(),
            state=" ".join(filter(None, [state, *more])),
            look=look,
            curves={} if scalars is None else {name: curve.values for name, curve in scalars.curves.items()},
        )
        return head if self._batch is None else self._batch.head(head)

    def _show_going(self, head: RunHead) -> None:
        assert self._run is not None
        assert self._scalars is not None
        if self._batch is None or self._batch.is_line:
            self._place.show_going(head, self._going(self._run, self._scalars))
        else:  # its table is kept up to date as it is
            self._place.show(head)

    def _going(self, run: Run, scalars: LiveScalars) -> GoingRun:
        is_watched = self._preview is None
        return GoingRun(run=run, scalars=scalars, is_interruptible=not (is_watched or self._is_left))

    def _plain_head(self) -> RunHead:
        """Return the head with what does not change while the run goes."""
        run, preview = self._run, self._preview
        operation, short_id = ("", "") if run is None else (run.operation, run.short_id)
        if preview is None:
            flags = {} if run is None else run.flags
            return RunHead(operation=operation, short_id=short_id, flags=flags, state="", look=WAITING)
        notes = [f"note: {note}" for note in filter(None, [*preview.notes, preview.unmet])]
        return RunHead(
            operation=operation or preview.operation,
            short_id=short_id,
            flags=preview.flags,
            details=(*preview.objects, *preview.dependencies, *notes),
            state="",
            look=WAITING,
        )

    # -- hints

    def _how_to_see_all(self) -> str:
        return f"%guild_cat {self._run.short_id} shows all" if self._run is not None else ""


def _find_batch(run: Run) -> BatchView | None:
    if not os.path.isdir(run.dir.proto):
        return None
    from guild_ipy.view.cell.batch_in_cell.batch_view import find_batch_view  # start-up cost: for batches

    return find_batch_view(run)


def _look(record: RunRecord) -> HeadLook:
    return _LOOKS.get(record.status, WAITING)


def _ending(record: RunRecord, run: Run) -> list[str]:
    if record.status is RunStatus.STAGED:
        return [f"staged as {run.id}"]
    took = format_duration(record.duration)
    return [f"{describe_state(record)}{f' in {took}' if took else ''}"]


def _describe_files(run: Run) -> str:
    """Say how many files the run has written, and how many of them are figures."""
    files = figures = 0
    root = run.dir.path
    for folder, folders, names in os.walk(root):
        folders[:] = [name for name in folders if name not in _NOT_OF_THE_RUN]
        own = [name for name in names if not os.path.islink(f"{folder}/{name}")]
        files += len(own)
        figures += len(own) if folder == f"{root}/figures" else 0
        if files > _MOST_FILES:
            return f"more than {_MOST_FILES} files"
    counts = ((files - figures, "file"), (figures, "figure"))
    return ", ".join(f"{count} {word}{'s' * (count != 1)}" for count, word in counts if count)
