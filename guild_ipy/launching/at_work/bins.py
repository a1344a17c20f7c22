"""What a queue has for its runs: they take of it what they ask for, and give it back when they end, however they do.

What is taken is known by the runs at work on this machine, whose life is a lock: what a run that was killed had is free
at once. GPUs have numbers, and each run is told its own. What a run was given is its attribute ``slot``: the host, and
its GPUs.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import re
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property

from guild_ipy.domain.choosing.run_filter import RunFilter
from guild_ipy.domain.status import RunStatus
from guild_ipy.domain.values.resource_amounts import CPUS, GPUS, MEMORY, ResourceAmounts, format_amount, parse_resources
from guild_ipy.engine.run_files.provenance import host_name
from guild_ipy.linux import usable_processors
from guild_ipy.session.run_handle import Run
from guild_ipy.session.session import Session
from guild_ipy.settings import read_variable
from guild_ipy.store.files.attrs import find_attr, write_attr
from guild_ipy.store.files.folders import make_folders
from guild_ipy.store.files.regular_file import open_regular
from guild_ipy.store.guild_home import Home
from guild_ipy.store.state.lock import is_alive, lock_if_possible

RESOURCES = "resources"
_SLOT = "slot"
_CUDA = "CUDA_VISIBLE_DEVICES"
#: What numerical libraries read for how many threads they start.
_THREADS = ("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS", "NUMEXPR_NUM_THREADS")


def asked_by(run: Run) -> ResourceAmounts:
    """Return what a run asks for; what is malformed counts as nothing.

    Raises
    ------
    DamagedRun
        If that cannot be read.
    """
    return _amounts(run.get(RESOURCES))


@dataclass(frozen=True, kw_only=True)
class Slot:
    """What one run gets."""

    resources: ResourceAmounts
    gpus: tuple[str, ...] = ()
    """The GPUs, as CUDA names them."""

    @property
    def env(self) -> Mapping[str, str]:
        """The variables by which libraries know it; none for a run that has asked for nothing."""
        threads = {name: str(max(1, int(self.resources[CPUS]))) for name in _THREADS if CPUS in self.resources}
        return {**threads, _CUDA: ",".join(self.gpus)} if self.resources else {}


@dataclass(frozen=True, kw_only=True)
class Bins:
    """What there is, and what of it is taken."""

    whole: ResourceAmounts
    gpus: tuple[str, ...]
    """The GPUs, as CUDA names them."""
    taken: tuple[Slot, ...] = ()

    @cached_property
    def free(self) -> ResourceAmounts:
        """What is not taken."""
        used = [each.resources for each in self.taken]
        return {name: amount - sum(each.get(name, 0) for each in used) for name, amount in self.whole.items()}

    def find_slot(self, asked: ResourceAmounts) -> Slot | None:
        """Return what a run gets; None while it is not free."""
        if self.missing(asked):
            return None
        given = {name for each in self.taken for name in each.gpus}
        free = [name for name in self.gpus if name not in given]
        return Slot(resources=asked, gpus=tuple(free[: int(asked.get(GPUS, 0))]))

    def missing(self, asked: ResourceAmounts) -> str:
        """Say what of it is not free: ``gpus=1, 0 of 1 free``; empty where all is."""
        return _compare(
            asked, self.free, lambda name: f"{_amount(name, self.free)} of {_amount(name, self.whole)} free"
        )

    def lacking(self, asked: ResourceAmounts) -> str:
        """Say what of it there never is: ``gpus=2, and there is 1``; empty where there is enough."""
        return _compare(asked, self.whole, lambda name: f"and there is {_amount(name, self.whole)}")


def read_bins(text: str | None, at_work: Iterable[Run]) -> Bins:
    """Return what a queue has that was told `text`, or where that is None what the machine has.

    `at_work` are the runs at work of the home, of which those on this machine have taken something.
    """
    whole = parse_resources(text) if text else machine_resources()
    taken = [slot for run in at_work if (slot := read_slot(run)) is not None]
    names = _gpu_names()
    count = int(whole.get(GPUS, 0))
    gpus = (*names, *(str(number) for number in range(len(names), count)))[:count]
    return Bins(whole=whole, gpus=gpus, taken=tuple(taken))


def read_slot(run: Run) -> Slot | None:
    """Return what a run at work has; None for one that has taken nothing, or is on another machine.

    What is damaged counts as nothing: a run at work is not in the way of all others.
    """
    slot = find_attr(run.dir, _SLOT)
    if not isinstance(slot, dict) or slot.get("host") != host_name():
        return None
    gpus = slot.get(GPUS)
    resources = _amounts(find_attr(run.dir, RESOURCES))
    return Slot(resources=resources, gpus=tuple(map(str, gpus)) if isinstance(gpus, list) else ())


def find_at_work(session: Session) -> list[Run]:
    """Return the runs of the home that have a process now, or are being given one."""
    active = RunFilter(statuses=frozenset({RunStatus.RUNNING, RunStatus.PENDING}))
    runs = (Run(session.home.run_dir(each)) for each in session.index.ids(active))
    return [run for run in runs if is_alive(run.dir)]


@contextmanager
def choosing_slot(home: Home) -> Iterator[None]:
    """Hold what one process at a time holds that chooses what a run gets, so that no two see the same as free."""
    make_folders(home.locks, inside=home.path)
    descriptor = open_regular(f"{home.locks}/guild_ipy-queue", os.O_RDWR | os.O_CREAT)
    try:
        lock_if_possible(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


def note_slot(run: Run, slot: Slot) -> None:
    """Write what a run gets that is about to be started; nothing for one that has asked for nothing."""
    if slot.resources:
        write_attr(run.dir, _SLOT, {"host": host_name(), GPUS: list(slot.gpus)})


def machine_resources() -> dict[str, float]:
    """Return what this machine has."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    cpus = len(usable_processors()) or os.cpu_count() or 1
    return {CPUS: float(cpus), MEMORY: float(memory), GPUS: float(len(_gpu_names()))}


def _amounts(asked: object) -> ResourceAmounts:
    if not isinstance(asked, dict):
        return {}
    return {str(name): float(amount) for name, amount in asked.items() if _is_amount(amount)}


def _is_amount(value: object) -> bool:
    return isinstance(value, int | float) and 0 <= value <= sys.float_info.max  # not of NaN, nor infinity


def _gpu_names() -> tuple[str, ...]:
    """Return the GPUs that this process may use, as CUDA names them: those of the variable, else all."""
    visible = read_variable(_CUDA)
    if visible is not None:
        return tuple(filter(None, map(str.strip, visible.split(","))))
    with contextlib.suppress(OSError):
        numbers = [match[1] for name in os.listdir("/dev") if (match := re.fullmatch(r"nvidia(\d+)", name))]
        return tuple(sorted(numbers, key=int))
    return ()


def _compare(asked: ResourceAmounts, there: ResourceAmounts, describe: Callable[[str], str]) -> str:
    short = [name for name, amount in asked.items() if amount > there.get(name, 0)]
    return "; ".join(f"{name}={format_amount(name, asked[name])}, {describe(name)}" for name in short)


def _amount(name: str, resources: ResourceAmounts) -> str:
    return format_amount(name, max(0, resources.get(name, 0)))
