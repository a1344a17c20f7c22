"""Chooses one trial after another, and tells the optimizer what came of each.

A restart tells again first what was asked and told before, in the same order, so that the optimizer goes on as if the
batch had never ended. Trials that are run again keep their flags: the optimizer is asked when each begins, and if it
would choose otherwise by now, it is told of that trial as of one by somebody else.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from guild_ipy.batch.search.objective import ReportedPoints, read_values
from guild_ipy.batch.search.optimizer import Optimizer, Outcome
from guild_ipy.batch.search.search_log import Entry, SearchLog, SearchRecord
from guild_ipy.batch.search.search_options import SearchOptions
from guild_ipy.domain.status import RunStatus
from guild_ipy.domain.values.flags import flags_key
from guild_ipy.errors import NoObjective
from guild_ipy.launching.at_work.run_messages import say
from guild_ipy.session.run_handle import Run
from guild_ipy.store.files.attrs import delete_attr
from guild_ipy.store.state.signals import PRUNED, note_pruned, why_pruned


@dataclass(frozen=True, kw_only=True)
class RecordedTrial:
    """A trial of an earlier start of the batch."""

    run: Run
    is_done: bool
    """Whether it is not run again."""


@dataclass(frozen=True, kw_only=True)
class _AtWork:
    """A trial of which the optimizer has not been told yet."""

    number: int
    flags: Mapping[str, Any]
    points: ReportedPoints


class Searcher:
    """Chooses trials.

    Parameters
    ----------
    optimizer
        The optimizer, as it was made.
    options
        What is minimized or maximized, and whether poor trials are stopped.
    log
        Where it is written what the optimizer is asked and told.
    """

    def __init__(self, optimizer: Optimizer, options: SearchOptions, log: SearchLog) -> None:
        self._optimizer = optimizer
        self._options = options
        self._log = log
        self._asked: set[int] = set()
        self._at_work: dict[str, _AtWork] = {}
        self._reported: set[tuple[int, int]] = set()
        """Trials and steps of which the optimizer knows a number."""
        self._has_values = False
        self._has_drifted = False

    def replay(self, record: SearchRecord, trials: Mapping[int, RecordedTrial]) -> None:
        """Ask again what was asked, and tell what came of the trials that are not run again, in the same order.

        If all are run again, each is asked for when it begins, as it was the first time.
        """
        done = {number for number, trial in trials.items() if trial.is_done}
        told = set[int]()
        for entry in record.entries:
            if "prior" in entry:
                self._optimizer.tell(entry["flags"], Outcome(values=tuple(entry["values"])))
            elif "ask" in entry and done and entry["ask"] in record.asked:
                self._ask_again(entry["ask"], entry["flags"])
            elif entry.get("report") in done:
                self._report_once(entry["report"], record.asked[entry["report"]], entry["step"], entry["value"])
                continue
            elif (number := entry.get("tell")) in done | self._asked:  # one that failed is run again, and told again
                told |= {number} & done
                self._tell(record.asked[number], _outcome_of(entry) if number in done else Outcome(values=None))
            else:
                continue
            self._log.write(entry)
        for number, flags in record.asked.items():
            if number not in self._asked:
                self._log.write({"again": number, "flags": flags})
        for number in sorted(done - told):  # a start was killed before it could tell
            self._begin(number, self._flags_of(number, record.asked) or {}, trials[number].run)
            self.ended(trials[number].run)

    def choose(
        self,
        recorded: Mapping[int, Mapping[str, Any]],
        trials: Mapping[int, RecordedTrial],
        numbers: Iterable[int],
        make: Callable[[int, Mapping[str, Any]], Run],
    ) -> Iterator[Run]:
        """Return the trials to run, in their order.

        Parameters
        ----------
        recorded, trials
            The flags of the trials of an earlier start, and their runs, by number.
        numbers
            Which trials to run; the others are done.
        make
            Makes the trial of a number with some flags.
        """
        for number in numbers:
            known = trials.get(number)
            flags = self._flags_of(number, recorded)
            if flags is None:
                say(f"There are no more flags to try; the search ends with {number} trials")
                return
            trial = make(number, flags) if known is None else known.run
            self._begin(number, flags, trial)
            yield trial

    # -- what a queue of trials tells

    def is_poor(self, trial: Run) -> bool:
        """Look at what a trial at work has reported; return whether the pruner stops it."""
        at_work = self._at_work.get(trial.id)
        if at_work is None or self._options.prune is None:
            return False
        for step, value in at_work.points.new():
            if self._report(at_work, step, value):
                note_pruned(trial.dir, f"at step {step}: {self._options.wanted[0].name} {value:.6g}")
                return True
        return False

    def ended(self, trial: Run) -> None:
        """Tell the optimizer what came of a trial.

        Raises
        ------
        NoObjective
            If the first trial that completes does not report what is searched for.
        """
        at_work = self._at_work.pop(trial.id, None)
        if at_work is None:
            return
        outcome = self._outcome(trial)  # first, since it reads output that a killed supervisor has left
        if self._options.prune is not None:
            for step, value in at_work.points.new():
                self._report(at_work, step, value)
        entry: dict[str, Any] = {"tell": at_work.number}
        if outcome.values is not None:
            entry["values"] = list(outcome.values)
        elif outcome.is_pruned:
            entry["pruned"] = True
        self._log.write(entry)
        self._tell(at_work.flags, outcome)

    # -- details

    def _flags_of(self, number: int, recorded: Mapping[int, Mapping[str, Any]]) -> Mapping[str, Any] | None:
        """Return the flags of a trial, asking for them if that was not done by this start."""
        if number in self._asked:
            return recorded[number]
        flags = recorded.get(number)
        if flags is not None:
            self._ask_again(number, flags)
        else:
            self._asked.add(number)
            flags = self._optimizer.ask()
        if flags is not None:
            self._log.write({"ask": number, "flags": dict(flags)})
        return flags

    def _ask_again(self, number: int, flags: Mapping[str, Any]) -> None:
        """Ask for a trial whose flags are known."""
        self._asked.add(number)
        chosen = self._optimizer.ask()
        if chosen is None or flags_key(chosen) == flags_key(flags):
            return
        self._optimizer.tell(chosen, Outcome(values=None))
        if not self._has_drifted:
            say("The search would choose other trials by now; those that are there count as knowledge", "WARNING")
        self._has_drifted = True

    def _begin(self, number: int, flags: Mapping[str, Any], trial: Run) -> None:
        points = ReportedPoints(trial.dir, self._options.wanted[0])
        self._at_work[trial.id] = _AtWork(number=number, flags=flags, points=points)

    def _report(self, at_work: _AtWork, step: int, value: float) -> bool:
        if step < 0 or math.isnan(value):
            return False
        return self._report_once(at_work.number, at_work.flags, step, value)

    def _report_once(self, number: int, flags: Mapping[str, Any], step: int, value: float) -> bool:
        """Report a number; of several for a step the first counts."""
        if (number, step) in self._reported:
            return False
        self._reported.add((number, step))
        self._log.write({"report": number, "step": step, "value": value})
        return self._optimizer.report(flags, step, value)

    def _tell(self, flags: Mapping[str, Any], outcome: Outcome) -> None:
        self._has_values = self._has_values or outcome.values is not None
        self._optimizer.tell(flags, outcome)

    def _outcome(self, trial: Run) -> Outcome:
        status = trial.status
        if status is RunStatus.TERMINATED:
            return Outcome(values=None, is_pruned=why_pruned(trial.dir) is not None)
        if status is not RunStatus.COMPLETED:
            return Outcome(values=None)
        if why_pruned(trial.dir) is not None:  # it was quicker than its stop
            delete_attr(trial.dir, PRUNED)
        try:
            values = read_values(self._options.wanted, trial.scalar_summaries)
        except NoObjective as error:
            if not self._has_values:
                raise
            say(f"Trial {trial.id} counts as failed: {error}", "WARNING")
            return Outcome(values=None)
        if any(map(math.isnan, values)):
            say(f"Trial {trial.id} counts as failed: what it reports is not a number", "WARNING")
            return Outcome(values=None)
        return Outcome(values=values)


def _outcome_of(entry: Entry) -> Outcome:
    values = entry.get("values")
    return Outcome(values=None if values is None else tuple(values), is_pruned=entry.get("pruned") is True)
