"""The scalars that a run reports itself, by ``guild_ipy.log``.

They are written to an event file of their own in ``.guild``, one for each process, and count before what the run has
printed under the same name. Each call is one write, so what was logged is there even if the process is killed at once.

Light on imports: see :mod:`guild_ipy.engine.child.process`.
"""

from __future__ import annotations

import operator
import os
import sys
from _thread import RLock  # reentrant: a signal handler may log, too

from guild_ipy.errors import ScalarError
from guild_ipy.store.events.event_writer import LOGGED, EventWriter
from guild_ipy.store.run_dir import RunDir

TYPE_CHECKING = False  # typing.TYPE_CHECKING, without loading typing
if TYPE_CHECKING:
    from collections.abc import Mapping

_STEP = "step"
_MOST_STEP = 2**63


def log(scalars: Mapping[str, object] | None = None, /, *, step: object = None, **values: object) -> None:
    """Record scalars of the run that is at work.

    Outside of a run nothing is recorded, which is said once.

    Parameters
    ----------
    scalars
        Numbers by name, for names that cannot be keywords. A number is an int, float, bool, Decimal or Fraction, or an
        array or tensor with one value; it is kept with 64 bits.
    step
        When it was measured, a whole number; a scalar of this name is the same. Without it each name is counted: it
        gets the step after its last one, and 0 at first. Every process of a run counts for itself.
    **values
        Numbers by name.

    Raises
    ------
    ScalarError
        For anything else than numbers; nothing of the call is recorded then.
    StoreError
        If it cannot be written, since the disk is full.

    Examples
    --------
    >>> log(loss=0.3, step=7)  # doctest: +SKIP
    >>> log({"val/acc": 0.9})  # doctest: +SKIP
    """
    given = _join(scalars, values)
    step = given.pop(_STEP, None) if step is None else step
    numbers = {key: _number(key, value) for key, value in given.items()}
    whole = None if step is None else _whole_number(step)
    scalar_log = _find_log()
    if scalar_log is not None and numbers:
        scalar_log.write(numbers, whole)


def _join(scalars: Mapping[str, object] | None, values: dict[str, object]) -> dict[str, object]:
    if scalars is None:
        return values
    try:
        joined = {**scalars, **values}
    except TypeError as error:
        name = type(scalars).__name__
        raise ScalarError(key="scalars", type_name=name, wanted="a dict, or keywords") from error
    for key in joined:
        if not isinstance(key, str) or not key:
            raise ScalarError(key=key, type_name=type(key).__name__, wanted="names that are text")
    return joined


def _number(key: str, value: object) -> float:
    """Return a number as a float; ScalarError for anything else."""
    if isinstance(value, str | bytes):
        raise ScalarError(key=key, type_name=type(value).__name__)
    try:
        plain = value if isinstance(value, int | float) else _only_value(value)
        return float(plain)  # type: ignore[arg-type] # what has no number is refused below
    except OverflowError:  # an int or Fraction beyond floats
        return float("inf") if value > 0 else float("-inf")  # type: ignore[operator] # only numbers overflow
    except (TypeError, ValueError, RuntimeError) as error:  # RuntimeError: torch, for several values
        raise ScalarError(key=key, type_name=_describe(value)) from error


def _only_value(value: object) -> object:
    """Return the value of an array of one; other values as they are."""
    item = getattr(value, "item", None)
    plain = item() if callable(item) else value
    if isinstance(plain, str | bytes):
        raise TypeError("an array of text")
    return plain


def _describe(value: object) -> str:
    shape = getattr(value, "shape", None)
    return type(value).__name__ + (f" of shape {tuple(shape)}" if isinstance(shape, tuple) and shape else "")


def _whole_number(step: object) -> int:
    try:
        number = int(step) if isinstance(step, float) and step.is_integer() else operator.index(step)  # type: ignore[arg-type] # the same
    except TypeError as error:
        raise ScalarError(key=_STEP, type_name=type(step).__name__, wanted="a whole number") from error
    if not -_MOST_STEP <= number < _MOST_STEP:
        raise ScalarError(key=_STEP, type_name="one of more than 64 bits", wanted="a whole number")
    return number


class _ScalarLog:
    """The event file of one process of a run; it is made at the first scalar."""

    def __init__(self, run_dir: RunDir) -> None:
        self._run_dir = run_dir
        self._writer: EventWriter | None = None
        self._last_steps: dict[str, int] = {}
        self._lock = RLock()

    def write(self, numbers: dict[str, float], step: int | None) -> None:
        """Write numbers, at one step or each at its next."""
        with self._lock:
            if self._writer is None:
                self._writer = EventWriter(self._run_dir.guild, ending=LOGGED)
            last = self._last_steps
            steps = {key: last.get(key, -1) + 1 if step is None else step for key in numbers}
            self._writer.write_values([(key, number, steps[key]) for key, number in numbers.items()])
            last.update(steps)


#: By run and process: a fork begins a log of its own, whose lock no other thread holds. None outside of a run.
_LOGS: dict[tuple[str | None, int], _ScalarLog | None] = {}


def _find_log() -> _ScalarLog | None:
    """Return the log of the run that this process belongs to now; an inline run gives and takes the variable."""
    key = os.environ.get("RUN_DIR"), os.getpid()
    try:
        return _LOGS[key]
    except KeyError:
        return _LOGS.setdefault(key, _open_log(*key))


def _open_log(path: str | None, _: int) -> _ScalarLog | None:
    run_dir = RunDir(path or "")
    if path and run_dir.id == os.environ.get("RUN_ID") and os.path.isdir(run_dir.guild):
        return _ScalarLog(run_dir)
    sys.stderr.write("guild_ipy.log: no run is at work here, so nothing is recorded; %guild_run starts one\n")
    return None
