"""A run as listings show it: read from its directory in one go, damaged or not."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Any

from guild_ipy.domain.opref import OpRef
from guild_ipy.domain.status import RunStatus
from guild_ipy.domain.values.flags import FlagValue
from guild_ipy.domain.values.origin import ORIGIN, Origin
from guild_ipy.errors import DamagedRun
from guild_ipy.store.files.attr_types import PARSERS, Comment
from guild_ipy.store.files.attrs import list_attrs, read_attr
from guild_ipy.store.files.whole_file import read_bytes
from guild_ipy.store.run_dir import RunDir
from guild_ipy.store.state.error_line import ERROR, find_error
from guild_ipy.store.state.settled_state import settle_state, state_if_settled
from guild_ipy.store.state.state import RunState, read_state

_FRESH_SECONDS = 2.0
_OPREF_BYTES = 65536
#: The types of operations that are batches: those of Guild AI and ours, and optimizers that a Guild file declares.
_BATCH_TYPES = frozenset({"builtin", "guildfile"})


@dataclass(frozen=True, kw_only=True)
class RunRecord:
    """A run directory at one moment; times are microseconds since 1970."""

    dir: RunDir
    opref: OpRef | None
    trial_opref: OpRef | None = None
    """For a batch that Guild AI made: the operation of its trials."""
    status: RunStatus
    initialized: int | None = None
    started: int | None = None
    stopped: int | None = None
    exit_status: int | None = None
    label: str | None = None
    tags: tuple[str, ...] = ()
    comments: tuple[Comment, ...] = ()
    marked: bool = False
    flags: dict[str, FlagValue] = field(default_factory=dict)
    sourcecode_digest: str | None = None
    batch: str | None = None
    """The id of the batch that it is a trial of."""
    error: str | None = None
    """Why it failed, in a line; None if it did not fail, was stopped, or has not told."""
    notebook: str | None = None
    """The notebook that it was started in."""
    project: str | None = None
    """The folder that it was started in."""
    damage: str | None = None
    """Why the status is :attr:`RunStatus.DAMAGED`: the file, and what is wrong with it."""

    @property
    def is_batch(self) -> bool:
        """Whether it is a batch, which has no flags and results of its own."""
        return self.trial_opref is not None

    @property
    def operation(self) -> str | None:
        """Its operation's name in listings; a batch has that of its trials before its own: ``train.py+``."""
        own = self.opref.display_name if self.opref else None
        if own is None or self.trial_opref is None:
            return own
        return f"{self.trial_opref.display_name}{'' if own.startswith('+') else '+'}{own}"

    @property
    def started_at(self) -> datetime | None:
        """When it started, in local time."""
        return None if self.started is None else _to_local(self.started)

    @property
    def stopped_at(self) -> datetime | None:
        """When it ended, in local time; None while it is at work."""
        return None if self.stopped is None or self.status.is_active else _to_local(self.stopped)

    @property
    def duration(self) -> timedelta | None:
        """How long it took, or has been at work; None if that is not known."""
        if self.started is None or self.status is RunStatus.STAGED:
            return None
        end = time.time_ns() // 1000 if self.status.is_active else self.stopped
        return None if end is None else timedelta(microseconds=max(0, end - self.started))


def read_run(run_dir: RunDir, attrs: Collection[str] = PARSERS) -> RunRecord:
    """Read a run, and write nothing: a run that was killed has the end that settling would write.

    If anything cannot be read, the status is DAMAGED and `damage` names it; the rest is still there. Only the
    attributes `attrs` are read.
    """
    return _read(run_dir, attrs, state_if_settled)


def settle_and_read_run(run_dir: RunDir, attrs: Collection[str] = PARSERS) -> RunRecord:
    """Read a run; if it was killed, its end is written first, so that `guild` sees it, too."""
    return _read(run_dir, attrs, _settle_if_lost)


def _read(run_dir: RunDir, attrs: Collection[str], get_state: Callable[[RunDir], RunState]) -> RunRecord:
    damage: list[str] = []
    state = _read_state(run_dir, damage, get_state)
    opref = _read_opref(run_dir, damage)
    values = _read_attrs(run_dir, attrs, damage)
    if ERROR in attrs:
        values[ERROR] = find_error(run_dir, state.exit_status, values.get(ERROR))
    origin = values.pop(ORIGIN, Origin())
    return RunRecord(
        dir=run_dir,
        opref=opref,
        trial_opref=_read_trial_opref(run_dir, opref),
        status=RunStatus.DAMAGED if damage else state.status,
        exit_status=state.exit_status,
        notebook=origin.notebook or None,
        project=origin.project or None,
        damage=damage[0] if damage else None,
        **values,
    )


def read_status(run_dir: RunDir) -> RunStatus:
    """Read the status alone, without PyYAML, and write nothing; see :func:`read_run`."""
    try:
        return state_if_settled(run_dir).status
    except DamagedRun:
        return RunStatus.DAMAGED


def settle_and_read_status(run_dir: RunDir) -> RunStatus:
    """Return the status alone; if the run was killed, its end is written first."""
    try:
        return _settle_if_lost(run_dir).status
    except DamagedRun:
        return RunStatus.DAMAGED


def read_opref(run_dir: RunDir) -> OpRef:
    """Read which operation a run is of.

    Raises
    ------
    DamagedRun
        If the reference is missing or cannot be read.
    """
    content = read_bytes(run_dir.opref, _OPREF_BYTES)
    if content is None:
        raise DamagedRun(run_dir.opref, "it is missing")
    try:
        return _parse_opref(content.decode("utf-8"))
    except ValueError as error:
        raise DamagedRun(run_dir.opref, str(error)) from error


# -- parts of a record; damage is noted


def _settle_if_lost(run_dir: RunDir) -> RunState:
    state = read_state(run_dir)
    return settle_state(run_dir) if state.is_lost else state


def _read_state(run_dir: RunDir, damage: list[str], get_state: Callable[[RunDir], RunState]) -> RunState:
    try:
        return get_state(run_dir)
    except DamagedRun as error:
        damage.append(_name(error, run_dir))
        return RunState(status=RunStatus.DAMAGED)


def _read_opref(run_dir: RunDir, damage: list[str]) -> OpRef | None:
    try:
        return read_opref(run_dir)
    except DamagedRun as error:
        seconds = _empty_seconds(run_dir.opref)
        if seconds is None or seconds > _FRESH_SECONDS:
            damage.append(_name(error, run_dir))
        return None


def _read_trial_opref(run_dir: RunDir, opref: OpRef | None) -> OpRef | None:
    if opref is None or opref.type not in _BATCH_TYPES:
        return None
    try:
        return read_opref(RunDir(run_dir.proto))
    except DamagedRun:
        return None


def _read_attrs(run_dir: RunDir, attrs: Iterable[str], damage: list[str]) -> dict[str, Any]:
    values = {}
    for name in _there(run_dir, attrs, damage):
        try:
            value = read_attr(run_dir, name)
            if value is not None:
                values[name] = PARSERS[name](value)
            elif (_empty_seconds(run_dir.attr(name)) or 0) > _FRESH_SECONDS:
                damage.append(f"attrs/{name}: it is empty")
        except DamagedRun as error:
            damage.append(_name(error, run_dir))
        except (TypeError, ValueError) as error:
            damage.append(f"attrs/{name}: {error}")
    damage.sort()
    return values


def _there(run_dir: RunDir, attrs: Iterable[str], damage: list[str]) -> set[str]:
    """Return the attributes that are there."""
    try:
        return set(attrs).intersection(list_attrs(run_dir))
    except DamagedRun as error:
        damage.append(_name(error, run_dir))
        return set()


def _name(error: DamagedRun, run_dir: RunDir) -> str:
    return f"{error.path.removeprefix(run_dir.guild + '/')}: {error.why}"


def _empty_seconds(path: str) -> float | None:
    """Return for how long a file has been empty, None if it is not: Guild AI truncates a file before it writes it."""
    try:
        info = os.stat(path)
    except OSError:
        return None
    return abs(time.time() - info.st_mtime) if info.st_size == 0 else None


_parse_opref = lru_cache(maxsize=1024)(OpRef.parse)


def _to_local(microseconds: int) -> datetime:
    return datetime.fromtimestamp(microseconds / 1_000_000, tz=UTC).astimezone()
