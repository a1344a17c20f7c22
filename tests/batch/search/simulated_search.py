"""A search whose trials are directories without processes, so that it can be killed at each event in no time."""

from __future__ import annotations

import json
import math
import os
import random
import uuid
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from guild_ipy.batch.search.optuna_optimizer import OptunaOptimizer
from guild_ipy.batch.search.search_log import Entry, SearchLog, describe_search, read_search
from guild_ipy.batch.search.search_options import SearchOptions
from guild_ipy.batch.search.search_space import Space, choice, loguniform, step, uniform
from guild_ipy.batch.search.searcher import RecordedTrial, Searcher
from guild_ipy.domain.choosing.best import Best
from guild_ipy.domain.status import RunStatus
from guild_ipy.domain.values.flags import flags_key
from guild_ipy.session.run_handle import Run
from guild_ipy.store.events.event_writer import EventWriter
from guild_ipy.store.files.attrs import delete_attr, write_attr
from guild_ipy.store.guild_home import Home
from guild_ipy.store.run_dir import RunDir

SPACES: Mapping[str, Space] = {
    "kind": choice("a", "b", 1),
    "lr": loguniform(1e-5, 0.1, first=0.01),
    "n": step(16, 128, 16),
    "x": uniform(-2.0, 2.0),
}
#: Those of which `cmaes` can take all.
NUMBERS = {name: SPACES[name] for name in ("lr", "n", "x")}
LOSS = Best(name="loss")


class Killed(BaseException):
    """The process of the search is no more."""


def loss_of(flags: Mapping[str, Any]) -> float:
    """What a trial reports."""
    penalty = {"a": 0.0, "b": 0.5, 1: 0.25}.get(flags.get("kind", "a"), 0.0)
    return (flags["x"] - 0.7) ** 2 + abs(math.log10(flags["lr"]) + 3) + flags["n"] / 256 + penalty


class _MortalLog(SearchLog):
    """Kills its process before or after it writes the n-th line."""

    def __init__(self, *given: Any, lines: float, is_after: bool) -> None:
        super().__init__(*given)
        self._left = lines
        self._is_after = is_after
        self._is_put = False

    def put(self) -> None:
        super().put()
        self._is_put = True

    def write(self, entry: Entry) -> None:
        if not self._is_put:
            super().write(entry)
            return
        self._left -= 1
        if self._left < 0 and not self._is_after:
            raise Killed
        super().write(entry)
        if self._left < 0:
            raise Killed


@dataclass(kw_only=True)
class SimulatedSearch:
    """A search on a home, as the process of a batch carries it out.

    Trials end in an order that depends on the seed, as those of several jobs do.
    """

    home: Home
    optimizer: str = "tpe"
    spaces: Mapping[str, Space] = field(default_factory=lambda: SPACES)
    count: int = 16
    jobs: int = 1
    loss: Callable[[Mapping[str, Any]], float | None] = loss_of
    objectives: tuple[Best, ...] = (LOSS,)
    prune: str | None = None
    fixed: Mapping[str, Any] = field(default_factory=dict)
    survives: bool = True
    """Whether trials that are at work when the search is killed complete."""
    runs: dict[int, Run] = field(default_factory=dict)
    completed: list[int] = field(default_factory=list)
    """The trials in the order in which they completed, each as often as it did."""
    fails: Collection[int] = ()
    """The trials that fail."""

    def __post_init__(self) -> None:
        self.batch = self.home.run_dir(uuid.uuid4().hex)
        os.makedirs(self.batch.attrs)

    @property
    def options(self) -> SearchOptions:
        return SearchOptions(optimizer=self.optimizer, objectives=self.objectives, prune=self.prune)

    @property
    def flags(self) -> list[Mapping[str, Any]]:
        """The flags of all trials, in their order."""
        return [self.runs[number].get("flags") for number in sorted(self.runs)]

    @property
    def lines(self) -> list[dict[str, Any]]:
        """The lines of the log but the first."""
        with open(self.batch.trials_log) as file:
            return [json.loads(line) for line in file][1:]

    def search(self, *, lines: float = math.inf, is_after: bool = False, is_needed: bool = True) -> bool:
        """Search to the end, or until a line of the log; whether it has come to its end."""
        search = describe_search(self.options, self.spaces, self.fixed, 7)
        listed = [{name: flags[name] for name in self.spaces} for flags in self.flags]
        record = read_search(self.batch, search, listed)
        log = _MortalLog(self.batch, search, lines=lines, is_after=is_after)
        optimizer = OptunaOptimizer(self.optimizer, self.spaces, self.objectives, seed=7, pruner=self.prune)
        searcher = Searcher(optimizer, self.options, log)
        there = {number: run for number, run in self.runs.items() if number in record.asked}
        for number in record.asked.keys() - there.keys():
            there[number] = self._make(number, record.asked[number])
        done = {number for number, run in there.items() if is_needed and run.status is RunStatus.COMPLETED}
        trials = {number: RecordedTrial(run=run, is_done=number in done) for number, run in sorted(there.items())}
        searcher.replay(record, trials)
        log.put()
        numbers = [number for number in range(self.count) if number not in done]
        try:
            self._run(searcher, searcher.choose(record.asked, trials, numbers, self._make))
        except Killed:
            return False
        return True

    def _run(self, searcher: Searcher, trials: Iterable[Run]) -> None:
        waiting, active, generator = iter(trials), list[Run](), random.Random(5)
        try:
            while True:
                while len(active) < self.jobs and (trial := next(waiting, None)) is not None:
                    delete_attr(trial.dir, "exit_status")
                    active.append(trial)
                if not active:
                    return
                trial = active.pop(generator.randrange(len(active)))
                self._complete(trial)
                searcher.ended(trial)
        except Killed:
            for trial in active if self.survives else ():
                self._complete(trial)
            raise

    def _make(self, number: int, flags: Mapping[str, Any]) -> Run:
        run_dir = self.home.run_dir(uuid.uuid4().hex)
        os.makedirs(run_dir.attrs)
        write_attr(run_dir, "flags", dict(flags))
        with open(run_dir.opref, "w") as file:
            file.write("script: '' '' echo.py")
        self.runs[number] = Run(run_dir)
        return self.runs[number]

    def _complete(self, trial: Run) -> None:
        number = next(number for number, run in self.runs.items() if run.id == trial.id)
        if number in self.fails:
            write_attr(trial.dir, "exit_status", 1)
            return
        value = self.loss(trial.get("flags"))
        self.completed.append(number)
        if value is not None:
            report(trial.dir, loss=value)
        write_attr(trial.dir, "exit_status", 0)


def report(run_dir: RunDir, *, step: int = 0, **values: float) -> None:
    """Let a run report scalars."""
    writer = EventWriter(run_dir.guild)
    writer.write_values((name, value, step) for name, value in values.items())
    writer.close()


def keys(flags: Iterable[Mapping[str, Any]]) -> list[str]:
    """Flags as they are compared."""
    return list(map(flags_key, flags))


def again(search: SimulatedSearch, **changes: Any) -> SimulatedSearch:
    """The same search, on the same home and from the beginning."""
    return replace(search, runs={}, completed=[], **changes)
