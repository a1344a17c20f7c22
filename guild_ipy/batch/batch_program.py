"""The process of a batch: it sees to its trials, and runs them.

What is to be done is found out anew each time, from the prototype and the trials that are there: a batch that was
killed at any moment goes on by a restart.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from functools import cached_property, partial
from itertools import islice
from typing import Any, NoReturn

from guild_ipy.batch.batch_options import BatchOptions, read_options
from guild_ipy.batch.grid import Grid
from guild_ipy.batch.listed_trials import read_trial_ids, read_trials
from guild_ipy.batch.prototype import Prototype, TrialFlags
from guild_ipy.batch.restart_plan import Fate, PlannedTrial, plan_later, plan_trials
from guild_ipy.batch.search.best_mark import mark_best_trial
from guild_ipy.batch.search.earlier_runs import find_earlier_runs
from guild_ipy.batch.search.optuna_optimizer import OptunaOptimizer
from guild_ipy.batch.search.search_log import Entry, SearchLog, SearchRecord, describe_search, read_search
from guild_ipy.batch.search.searcher import RecordedTrial, Searcher
from guild_ipy.batch.trial import (
    TrialMaker,
    as_there,
    delete_trial,
    forget_trial,
    list_trials,
    mark_trial,
    remove_half_made,
    write_trials,
)
from guild_ipy.batch.trial_queue import TrialQueue, TrialWatcher
from guild_ipy.domain.program import BatchProgram
from guild_ipy.domain.status import RunStatus
from guild_ipy.engine.child.beginning import note_begin
from guild_ipy.engine.child.process import end_process, run_to_end
from guild_ipy.engine.engine import Engine
from guild_ipy.engine.fork_server import ForkServer
from guild_ipy.engine.meta import JobMeta, program_of, require_meta
from guild_ipy.engine.run_files.job_files import job_files
from guild_ipy.engine.script import enter_run, run_dir_of
from guild_ipy.errors import GuildError
from guild_ipy.launching.at_work.run_messages import describe_flags, say
from guild_ipy.launching.at_work.stop_signals import StopSignals
from guild_ipy.launching.launch import LaunchOptions
from guild_ipy.session.run_handle import Run
from guild_ipy.session.session import Session
from guild_ipy.settings import Settings
from guild_ipy.store.files.attrs import write_attr
from guild_ipy.store.files.whole_file import write_file
from guild_ipy.store.guild_home import home_of
from guild_ipy.store.run_dir import RunDir

#: The module of this function, for the ``main.py`` of batches.
BATCH_MODULE = __name__


def run_batch_main(main: str) -> NoReturn:
    """Run the batch whose ``main.py`` this is, as the whole of this process."""
    run_dir = run_dir_of(main)
    supervised = enter_run(run_dir)
    if supervised:
        note_begin(run_dir)
    end_process(run_dir, execute(run_dir), supervised=supervised)


def execute(run_dir: RunDir, server: ForkServer | None = None) -> int:
    """Run a batch in this process, and return the exit status; trials are forks of `server`, or of one of its own."""
    stopping = StopSignals()
    code = run_to_end(lambda: _run_batch(run_dir, server), run_dir, {})
    return -stopping.number or code


def _run_batch(run_dir: RunDir, server: ForkServer | None) -> None:
    meta = require_meta(run_dir)
    program = program_of(run_dir, meta, BatchProgram)
    settings = Settings.from_environment()
    session = Session(settings, home=home_of(run_dir), engine=Engine(settings, modules=program.packages, server=server))
    os.chdir(meta.import_path[0])
    try:
        options = read_options(Run(run_dir), program)
        batch = StartedBatch(session, run_dir, options)
        grid = Prototype(run_dir).read_grid(program.varied).searched_by(options.search.optimizer)
        write_label(Run(run_dir), meta, grid)
        batch.run(grid, program.isolation)
    except GuildError as error:
        sys.exit(str(error))
    except KeyboardInterrupt:
        sys.exit("stopped")
    finally:
        session.close()


def write_label(batch: Run, meta: JobMeta, grid: Grid) -> None:
    """Write the label and ``meta.json`` of a batch; a label that the user has given stays."""
    if batch.label == meta.made_label:
        meta = replace(meta, made_label=grid.label)
        write_attr(batch.dir, "label", grid.label)
    for path, content in job_files(batch.dir, meta):
        write_file(batch.dir, path, content)


class StartedBatch:
    """A batch that is there, and how it is started."""

    def __init__(
        self, session: Session, run_dir: RunDir, options: BatchOptions, prototype: Prototype | None = None
    ) -> None:
        self.run_dir = run_dir
        self.options = options
        self._session = session
        self._prototype = prototype or Prototype(run_dir)
        self._maker = TrialMaker(session, run_dir, self._prototype)
        self._members: dict[int, Run] = {}
        self._wanted_flags: dict[str, TrialFlags] = {}
        """Of those that are there, by their ids."""

    def run(self, grid: Grid, isolation: str | None) -> None:
        """See to all trials, and run those that the plan says."""
        if not self.options.stage_trials:
            self._session.engine.warm_up()  # one that a restart has forked may lack what the first start had loaded
        record = self._recorded(grid)
        wanted = self._wanted(grid, record)
        plan = self._plan(grid, wanted)
        trials = self._carry_out(plan, wanted)
        if self.options.stage_trials:
            return
        if self.options.search.is_adaptive:
            self._search(grid, plan, record, isolation)
        else:
            self._run(trials, isolation)
        if self.options.search.mark_best:
            mark_best_trial(self._session, list(self._members.values()), self.options.search)

    def plan(self, grid: Grid) -> tuple[PlannedTrial, ...]:
        """Return what becomes of each trial."""
        return self._plan(grid, self._wanted(grid, self._recorded(grid)))

    @cached_property
    def _seed(self) -> int:
        seed = Run(self.run_dir).get("random_seed")
        return seed if isinstance(seed, int) else 0

    def _wanted(self, grid: Grid, record: SearchRecord) -> Sequence[TrialFlags]:
        """Return the flags of the trials that it shall have, as far as they are known."""
        if not self.options.search.is_adaptive:
            return tuple(self._prototype.trials(grid, self.options.max_trials, self._seed))
        asked = islice(record.asked.values(), grid.count(self.options.max_trials))
        return tuple(map(self._prototype.trial, asked))

    def _plan(self, grid: Grid, wanted: Sequence[TrialFlags]) -> tuple[PlannedTrial, ...]:
        places = {id_: place for place, id_ in enumerate(read_trial_ids(self.run_dir) or ())}  # of two that are equal
        trials = list_trials(self._session.home, self.run_dir)
        trials.sort(key=lambda trial: places.get(trial.id, len(places)))
        there = [as_there(trial, self._prototype.meta.added_flags) for trial in trials]
        known = plan_trials(map(self._maker.flags_of, wanted), there, self.options.repeat)
        if not self.options.search.is_adaptive:
            return known
        flags = self._prototype.fixed_flags(grid)
        numbers = range(len(wanted), grid.count(self.options.max_trials))
        later = plan_later(flags, numbers, self.options.repeat, f"{self.options.search.optimizer} chooses its flags")
        return (*known[: len(wanted)], *later, *known[len(wanted) :])

    def _recorded(self, grid: Grid) -> SearchRecord:
        """Return what the optimizer was asked and told before; nothing without one."""
        if not self.options.search.is_adaptive:
            return SearchRecord(search={}, entries=())
        spaces, fixed = grid.all_spaces, self._prototype.searched_with(grid)
        flags = (trial.get("flags") or {} for trial in read_trials(self.run_dir))
        listed = [{name: each[name] for name in spaces} for each in flags if spaces.keys() <= each.keys()]
        return read_search(self.run_dir, describe_search(self.options.search, spaces, fixed, self._seed), listed)

    def _search(self, grid: Grid, plan: Sequence[PlannedTrial], record: SearchRecord, isolation: str | None) -> None:
        """Run trials one after another, each with the flags that the optimizer chooses."""
        search, spaces = self.options.search, grid.all_spaces
        objectives = search.wanted
        prior: list[Entry] = []
        if search.use_prior and not record.entries:
            fixed, operation = self._prototype.fixed_flags(grid), self._prototype.run.opref
            prior = list(find_earlier_runs(self._session, operation, spaces, fixed, objectives))
            say(f"The search knows {len(prior):,} earlier run{'s' * (len(prior) != 1)}")
        log = SearchLog(self.run_dir, record.search)
        optimizer = OptunaOptimizer(search.optimizer or "", spaces, objectives, seed=self._seed, pruner=search.prune)
        searcher = Searcher(optimizer, search, log)
        numbers = [each.number for each in plan if each.number is not None and each.fate in {Fate.KEPT, Fate.NEW}]
        to_run = frozenset(numbers)
        trials = {
            number: RecordedTrial(run=run, is_done=number not in to_run and run.status.is_finished)
            for number, run in self._members.items()
        }
        searcher.replay(replace(record, entries=(*prior, *record.entries)), trials)
        log.put()
        self._run(searcher.choose(record.asked, trials, numbers, self._make_chosen), isolation, searcher)

    def _make_chosen(self, number: int, flags: Mapping[str, Any]) -> Run:
        trial = self._members[number] = self._maker.make(self._prototype.trial(flags), staged=False)
        write_trials(self.run_dir, [self._members[each] for each in sorted(self._members)])
        return trial

    def _run(self, trials: Iterable[Run], isolation: str | None, watcher: TrialWatcher | None = None) -> None:
        queue = TrialQueue(
            self._session,
            LaunchOptions(isolation=isolation),
            self.options,
            watcher=watcher,
            operation=self._prototype.run.operation,
            renew=self._renew,
        )
        queue.run(trials)
        if queue.failed:
            say(f"{len(queue.failed)} of {queue.begun} trials failed", "WARNING")
            if self.options.fail_on_trial_error:
                sys.exit(f"trial {queue.failed[0].short_id} failed; the trials after it were not run")

    def _renew(self, trial: Run) -> JobMeta | None:
        """Give a trial that was there before the source of the prototype."""
        wanted = self._wanted_flags.get(trial.id)
        return None if wanted is None else self._maker.renew(trial, wanted)

    def _carry_out(self, plan: Sequence[PlannedTrial], wanted: Sequence[TrialFlags]) -> list[Run]:
        """Make, delete and list trials as planned; return those to run, in their order."""
        home, staged = self._session.home, self.options.stage_trials
        remove_half_made(home, self.run_dir)
        to_run: list[Run] = []
        for each in plan:
            if each.number is None:
                assert each.id is not None, "an orphan is there"
                if each.fate is Fate.ORPHAN_DELETED:
                    delete_trial(home, home.run_dir(each.id))
                forget_trial(home, self.run_dir, home.run_dir(each.id))
                continue
            if each.number >= len(wanted):  # its flags are not known yet
                continue
            if each.fate is Fate.NEW:
                trial = self._maker.make(wanted[each.number], staged=staged)
                say(f"Initialed trial {trial.id} ({describe_flags(trial.get('flags') or {})})")
            elif each.id is None:
                continue
            else:
                trial = Run(home.run_dir(each.id))
                self._wanted_flags[trial.id] = wanted[each.number]
                if trial.status in {RunStatus.PENDING, RunStatus.STAGED}:
                    mark_trial(home, trial.dir, partial(self._renew, trial), staged=staged)
            self._members[each.number] = trial
            if each.fate is not Fate.SKIPPED:
                to_run.append(trial)
        write_trials(self.run_dir, list(self._members.values()))
        return to_run
