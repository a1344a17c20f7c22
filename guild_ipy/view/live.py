"""A run while it goes, as a stream of text, and how it ended, in one line."""

from __future__ import annotations

import os
import sys
import threading

from guild_ipy.domain.status import RunStatus
from guild_ipy.engine.output.unread_metrics import describe_unread_metric
from guild_ipy.printable import printable
from guild_ipy.session.run_handle import Run, format_duration
from guild_ipy.session.viewer import Preview, SilentViewer, format_notes
from guild_ipy.store.displays.display import Display
from guild_ipy.store.run_record import RunRecord
from guild_ipy.store.state.signals import describe_signal, is_stop


class StreamViewer(SilentViewer):
    """Writes to standard output as the run goes; shows only the notes of the preview, and agrees to it.

    In another thread than the main one it writes whole lines only, since runs of other threads write there, too.

    Parameters
    ----------
    start_command
        How a staged run is started from here, with ``{}`` for its id.
    """

    def __init__(self, start_command: str) -> None:
        self._start_command = start_command
        self._at_line_start = True
        self._waits = False
        self._unfinished = ""

    def preview(self, preview: Preview) -> bool:
        """Write the notes, and agree."""
        if notes := format_notes(preview):
            self.write(notes)
        return True

    def waiting(self, what: str) -> None:
        """Write it to a terminal, on a line that what follows takes."""
        if sys.stdout.isatty():
            self._waits = True
            self.write(f"{what} …\r")

    def began(self, run: Run) -> None:  # noqa: ARG002 - the protocol's
        """Erase that line."""
        if self._waits:
            self._waits = False
            self.write("\x1b[K")

    def output(self, text: str) -> None:
        """Write new output; of each line only the text after its last carriage return."""
        if threading.current_thread() is not threading.main_thread():
            lines, newline, rest = (self._unfinished + text).rpartition("\n")
            text, self._unfinished = lines + newline, rest
        if text:
            self.write(self.collapse(text))
            self._at_line_start = text.endswith("\n")

    def display(self, display: Display) -> None:
        """Write its text."""
        if display.length:
            self.output(display.text)

    def left(self, run: Run) -> None:
        """Write that it goes on."""
        self.ended(run)

    def not_watched(self, run: Run) -> None:
        """Write that it goes on."""
        self.output(f"\nNo longer watching {run.short_id}; the run goes on\n")

    def ended(self, run: Run) -> None:
        """Write how it ended, on a line of its own."""
        record = run.ending
        line = describe_end(record)
        if record.status is RunStatus.STAGED:
            line += f"; start it with {self._start_command.format(run.short_id)}"
        if below := describe_batch(record) or describe_unread_metric(record.dir):
            line += f"\n{below}"
        if self._unfinished:
            line = f"{self.collapse(self._unfinished)}\n{line}"
            self._unfinished = ""
        self.write(line + "\n" if self._at_line_start else f"\n{line}\n")

    def collapse(self, text: str) -> str:
        """Leave out text that would be overwritten at once: a page shows twenty portions a second."""
        return collapse_returns(text)

    def write(self, text: str) -> None:
        """Write to standard output as it is at this moment: in a notebook it changes with the cell."""
        sys.stdout.write(text)
        sys.stdout.flush()


class PreviewingViewer(StreamViewer):
    """Writes the preview above the output, and agrees to it: a notebook that runs unattended cannot be asked."""

    def preview(self, preview: Preview) -> bool:
        """Write the preview, and agree."""
        self.write(f"{preview}\n")
        return True


def describe_end(record: RunRecord) -> str:
    """Return one line on how a run ended, or that it is staged or goes on.

    Examples
    --------
    >>> describe_end(run.ending)                             # doctest: +SKIP
    'train() completed in 0.32 s · 3f2a1b4c'
    """
    name = printable(record.operation or "an unknown operation")
    if record.status is RunStatus.STAGED:
        return f"{name} staged as {record.dir.id}"
    if record.status.is_active:
        return f"{name} goes on in the background · {record.dir.short_id}"
    took = format_duration(record.duration)
    return f"{name} {describe_state(record)}{f' in {took}' if took else ''} · {record.dir.short_id}"


def describe_batch(record: RunRecord) -> str:
    """Return how the trials of a batch ended, in a line; nothing for another run."""
    if not record.status.is_finished or not os.path.isdir(record.dir.proto):
        return ""
    from guild_ipy.view.trials.batch_progress import describe_trials  # start-up cost: for batches

    return describe_trials(record.dir)


def describe_state(record: RunRecord) -> str:
    """Return the status; where a signal ended the run and nobody stopped it, the signal."""
    if record.status is not RunStatus.TERMINATED or record.exit_status is None:
        return str(record.status)
    is_usual = is_stop(record.dir, record.exit_status)
    return str(record.status) if is_usual else describe_signal(record.dir, record.exit_status)


def collapse_returns(text: str) -> str:
    r"""Keep of each line only the text that its last carriage return leaves visible.

    The return itself stays: an earlier portion may have written on that line.

    Examples
    --------
    >>> collapse_returns("\r 1%\r 2%\r 3%")
    '\r 3%'
    >>> collapse_returns("a\r\nb\n")
    'a\nb\n'
    """
    if "\r" not in text:
        return text
    *lines, rest = text.split("\n")
    return "".join(_collapse(line.rstrip("\r")) + "\n" for line in lines) + _collapse(rest)


def _collapse(line: str) -> str:
    body = line.rstrip("\r")
    _, returned, last = body.rpartition("\r")
    return returned + last + line[len(body) :][:1]
