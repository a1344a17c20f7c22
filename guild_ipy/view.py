"""Runs and operations as text: a run while it goes, one line on how it ended, the line of an operation."""

from __future__ import annotations

import sys
import threading
from collections.abc import Iterator, Sequence

from guild_ipy.api.handle import Run, format_duration
from guild_ipy.api.operations import OperationInfo
from guild_ipy.api.viewer import Preview, format_notes
from guild_ipy.domain.flags import FlagDef, FlagType, format_flag
from guild_ipy.domain.shape_words import describe_shape
from guild_ipy.domain.status import RunStatus
from guild_ipy.printable import printable, printable_lines
from guild_ipy.store.run import RunRecord
from guild_ipy.store.signals import describe_signal, is_stop


class StreamViewer:
    """Writes to standard output as the run goes; of the preview it shows the notes, and agrees.

    In another thread than the main one it writes whole lines only, since runs of other threads write there, too.

    Parameters
    ----------
    start_command
        How a staged run is started from here, with ``{}`` for its id.
    """

    def __init__(self, start_command: str) -> None:
        self._start_command = start_command
        self._at_line_start = True
        self._unfinished = ""

    def preview(self, preview: Preview) -> bool:
        """Write what the user should know, and agree."""
        if notes := format_notes(preview):
            self.write(notes)
        return True

    def output(self, text: str) -> None:
        """Write new output, of each line only what its last carriage return leaves."""
        if threading.current_thread() is not threading.main_thread():
            lines, newline, rest = (self._unfinished + text).rpartition("\n")
            text, self._unfinished = lines + newline, rest
        if text:
            self.write(self.collapse(text))
            self._at_line_start = text.endswith("\n")

    def ended(self, run: Run) -> None:
        """Write how it ended, on a line of its own."""
        record = run.ending
        line = describe_end(record)
        if record.status is RunStatus.STAGED:
            line += f"; start it with {self._start_command.format(run.short_id)}"
        if self._unfinished:
            line = f"{self.collapse(self._unfinished)}\n{line}"
            self._unfinished = ""
        self.write(line + "\n" if self._at_line_start else f"\n{line}\n")

    def collapse(self, text: str) -> str:
        """Leave out what would be overwritten at once: a page shows twenty portions a second."""
        return collapse_returns(text)

    def write(self, text: str) -> None:
        """Write to what is standard output at this moment: in a notebook it changes with the cell."""
        sys.stdout.write(text)
        sys.stdout.flush()


class PreviewingViewer(StreamViewer):
    """Writes what would be run, too."""

    def preview(self, preview: Preview) -> bool:
        """Write it, and agree."""
        self.write(f"{preview}\n")
        return True


def describe_end(record: RunRecord) -> str:
    """Say how a run ended, or that it waits or goes on.

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
    return f"{name} {_ending(record)}{f' in {took}' if took else ''} · {record.dir.short_id}"


def _ending(record: RunRecord) -> str:
    """Give the status; of a run that a signal ended and nobody stopped, which signal."""
    if record.status is not RunStatus.TERMINATED or record.exit_status is None:
        return str(record.status)
    is_usual = is_stop(record.dir, record.exit_status)
    return str(record.status) if is_usual else describe_signal(record.dir, record.exit_status)


def format_operations(operations: Sequence[OperationInfo]) -> str:
    """Write one line for each operation: its name, its flags with their defaults, what it does."""
    width = max((len(info.name) for info in operations), default=0)
    lines = (f"{info.name:<{width}}  {_outline(info)}".rstrip() for info in operations)
    return "\n".join(map(printable, lines))


def format_details(operations: Sequence[OperationInfo]) -> str:
    """Write all that is known of operations: what each does, and a line for each of its flags and their choices."""
    return "\n\n".join(printable_lines("\n".join(_describe(info))) for info in operations)


def _describe(info: OperationInfo) -> Iterator[str]:
    yield f"{info.name} ({info.kind})"
    yield from (f"  {line}" for line in info.description.strip().splitlines())
    yield from (f"  {detail}" for detail in info.details)
    width = max((len(flag.name) for flag in info.flags), default=0)
    for flag in info.flags:
        yield f"  {flag.name:<{width}}  {describe_flag(flag)}".rstrip()
        described = [choice for choice in flag.choice_details if choice.description]
        yield from (f"  {'':<{width}}    {format_flag(choice.value)}: {choice.description}" for choice in described)


def describe_flag(flag: FlagDef) -> str:
    """Write what a flag takes.

    Examples
    --------
    >>> describe_flag(FlagDef(name="lr", type=FlagType.FLOAT, default=0.1, minimum=0, description="Learning rate"))
    '= 0.1  float, at least 0  Learning rate'
    """
    limits = [] if flag.type is FlagType.ANY else [flag.type.value]
    if flag.shape is not None:
        limits = [] if flag.choices else [describe_shape(flag.shape)]
    if flag.choices:
        limits.append(("such as " if flag.allows_other else "one of ") + " ".join(map(format_flag, flag.choices)))
    if flag.minimum is not None:
        limits.append(f"at least {flag.minimum}")
    if flag.maximum is not None:
        limits.append(f"at most {flag.maximum}")
    if flag.required:
        limits.append("required")
    default = "" if flag.required else f"= {format_flag(flag.default)}"
    return "  ".join(filter(None, (default, ", ".join(limits), flag.description.partition("\n")[0])))


def _outline(info: OperationInfo) -> str:
    return f"note: {info.error}" if info.error else f"{_flags(info)}  {_first_line(info)}"


def _flags(info: OperationInfo) -> str:
    return " ".join(f"{d.name}=" if d.required else f"{d.name}={format_flag(d.default)}" for d in info.flags)


def _first_line(info: OperationInfo) -> str:
    return info.description.strip().partition("\n")[0]


def collapse_returns(text: str) -> str:
    r"""Keep of each line only what its last carriage return leaves visible.

    The return itself stays, for what an earlier portion wrote on that line.

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
