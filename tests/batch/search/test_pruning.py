"""Poor trials are stopped early, which is no failure."""

from __future__ import annotations

import json
import math
from pathlib import Path

import pytest

from guild_ipy.batch.batch_options import Repeat
from guild_ipy.batch.search.optuna_optimizer import OptunaOptimizer
from guild_ipy.batch.search.search_log import SearchLog, SearchRecord
from guild_ipy.batch.search.search_options import SearchOptions
from guild_ipy.batch.search.search_space import uniform
from guild_ipy.batch.search.searcher import RecordedTrial, Searcher
from guild_ipy.domain.status import RunStatus
from guild_ipy.session.run_handle import Run
from guild_ipy.store.files.attrs import write_attr
from guild_ipy.store.state.signals import PRUNED, note_pruned, why_pruned
from tests.batch.search.simulated_search import LOSS, report

#: The sixth and the eighth trial are poor, and would go on for ever.
SCRIPT = """
import os, threading
x = 1.0
folder = os.environ["TRIALS"]
number = len(os.listdir(folder))
open(f"{folder}/{number}", "w").close()
is_poor = number in {5, 7}
for step in (1, 2, 3):
    print(f"loss: {100.0 if is_poor else 1.0} (step {step})", flush=True)
try:
    while is_poor:
        threading.Event().wait(60)
except KeyboardInterrupt:
    if os.environ["EXITS"]:  # as click does
        raise SystemExit(1)
    raise
"""
POOR, COUNT = (5, 7), 8


@pytest.fixture
def prune(batches, tmp_path, monkeypatch):
    """Run a search with a pruner."""
    (tmp_path / "trials").mkdir()
    monkeypatch.setenv("TRIALS", str(tmp_path / "trials"))
    Path("slow.py").write_text(SCRIPT)

    def start(pruner="median", **options):
        search = SearchOptions(optimizer="tpe", prune=pruner)
        return batches.run("slow.py", x=uniform(0, 1), _search=search, _max_trials=COUNT, **options)

    return start


@pytest.mark.parametrize(("jobs", "exits"), [(1, ""), (2, "yes")])
def test_poor_trials_are_stopped_and_done_until_all_run_again(batches, prune, monkeypatch, jobs, exits):
    monkeypatch.setenv("EXITS", exits)
    batch = prune(_jobs=jobs, _fail_on_trial_error=True)
    before = batches.trials(batch)
    pruned = [trial for trial in before if trial.status is RunStatus.TERMINATED]
    assert len(pruned) == len(POOR)
    assert [trial.error for trial in pruned] == ["pruned at step 1: loss 100"] * 2
    assert [trial.error for trial in before if trial.status is RunStatus.COMPLETED] == [None] * 6
    assert batch.status is RunStatus.COMPLETED
    assert batch.output.count("was pruned at step 1: loss 100") == 2
    assert "failed" not in batch.output
    assert "Warning" not in batch.output
    lines = [json.loads(line) for line in Path(batch.dir.trials_log).read_text().splitlines()]
    assert [batches.trial_ids(batch)[line["tell"]] for line in lines if line.get("pruned")] == [t.id for t in pruned]

    batches.restart(batch, _repeat=Repeat.NEEDED)
    assert batches.ran(batch) == []
    batches.restart(batch)
    assert batches.statuses(batch) == ["completed"] * COUNT
    assert [trial.error for trial in pruned] == [None, None]
    assert [why_pruned(trial.dir) for trial in pruned] == [None, None]


class TestSearcher:
    @pytest.fixture
    def searcher(self, make_run):
        """Five trials that have completed with a loss of 1, and one at work."""
        self.log = SearchLog(make_run(), {})
        options = SearchOptions(optimizer="qmc", prune="median")
        optimizer = OptunaOptimizer("qmc", {"x": uniform(0.0, 1.0)}, (LOSS,), seed=1, pruner="median")
        searcher = Searcher(optimizer, options, self.log)
        searcher.replay(SearchRecord(search={}, entries=()), {})
        self.log.put()
        trials = searcher.choose({}, {}, range(6), lambda *_: Run(make_run()))
        for _ in range(5):
            trial = next(trials)
            report(trial.dir, step=1, loss=1.0)
            report(trial.dir, step=2, loss=1.0)
            write_attr(trial.dir, "exit_status", 0)
            searcher.ended(trial)
        self.trial = next(trials)
        return searcher

    def lines(self) -> list[dict]:
        with open(self.log._batch.trials_log) as file:
            return [json.loads(line) for line in file]

    def test_one_that_is_not_poor_goes_on(self, searcher):
        report(self.trial.dir, step=1, loss=0.5)
        assert not searcher.is_poor(self.trial)
        assert why_pruned(self.trial.dir) is None

    def test_one_that_is_poor_says_why(self, searcher):
        report(self.trial.dir, step=1, loss=2.5)
        assert searcher.is_poor(self.trial)
        assert why_pruned(self.trial.dir) == "at step 1: loss 2.5"
        write_attr(self.trial.dir, "exit_status", -15)
        searcher.ended(self.trial)
        assert self.lines()[-2:] == [{"report": 5, "step": 1, "value": 2.5}, {"tell": 5, "pruned": True}]

    def test_one_that_completes_before_its_stop_is_not_pruned(self, searcher):
        report(self.trial.dir, step=1, loss=2.5)
        assert searcher.is_poor(self.trial)
        write_attr(self.trial.dir, "exit_status", 0)
        searcher.ended(self.trial)
        assert self.lines()[-1] == {"tell": 5, "values": [2.5]}
        assert self.trial.get(PRUNED) is None

    def test_one_that_the_user_has_stopped_is_not_pruned(self, searcher):
        write_attr(self.trial.dir, "exit_status", -15)
        searcher.ended(self.trial)
        assert self.lines()[-1] == {"tell": 5}
        assert self.trial.error is None

    @pytest.mark.parametrize(("first", "is_poor"), [(0.5, False), (math.nan, True)])
    def test_a_step_counts_once_and_nan_not_at_all(self, searcher, first, is_poor):
        report(self.trial.dir, step=1, loss=first)
        assert not searcher.is_poor(self.trial)
        report(self.trial.dir, step=1, loss=99.0)
        assert searcher.is_poor(self.trial) is is_poor

    def test_what_it_reported_last_is_taken_note_of(self, searcher):
        report(self.trial.dir, step=3, loss=0.5)
        write_attr(self.trial.dir, "exit_status", 0)
        searcher.ended(self.trial)
        assert self.lines()[-2:] == [{"report": 5, "step": 3, "value": 0.5}, {"tell": 5, "values": [0.5]}]

    def test_a_start_that_was_killed_after_its_reports_goes_on_with_them(self, searcher, make_run, recwarn):
        report(self.trial.dir, step=1, loss=0.5)
        searcher.is_poor(self.trial)
        write_attr(self.trial.dir, "exit_status", 0)
        entries = tuple(line for line in self.lines() if "search" not in line)
        log, spaces = SearchLog(make_run(), {}), {"x": uniform(0.0, 1.0)}
        optimizer = OptunaOptimizer("qmc", spaces, (LOSS,), seed=1, pruner="median")
        again = Searcher(optimizer, SearchOptions(optimizer="qmc", prune="median"), log)
        runs = {number: RecordedTrial(run=self.trial, is_done=True) for number in range(6)}
        again.replay(SearchRecord(search={}, entries=entries), runs)
        log.put()
        with open(log._batch.trials_log) as file:
            written = [json.loads(line) for line in file][1:]
        assert written == [*entries, {"tell": 5, "values": [0.5]}]
        assert not [warning for warning in recwarn if "reported" in str(warning.message)]


@pytest.mark.parametrize(
    ("exit_status", "error"),
    [(-2, "pruned at step 5: loss 0.93"), (-15, "pruned at step 5: loss 0.93"), (1, "no"), (0, None)],
)
def test_a_note_says_why_a_run_was_stopped_and_nothing_of_another_ending(make_run, exit_status, error):
    run = Run(make_run(exit_status=exit_status, error="no"))
    note_pruned(run.dir, "at step 5: loss 0.93")
    assert run.error == error
