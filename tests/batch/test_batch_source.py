"""Batches that are restarted with the source of today."""

from pathlib import Path

import pytest

from guild_ipy.batch.batch_options import BatchOptions, Repeat
from guild_ipy.batch.restart_batch import open_todays_prototype, plan_restart, restart_batch
from guild_ipy.batch.search.search_options import SearchOptions, read_objectives
from guild_ipy.domain.status import RunStatus
from guild_ipy.errors import FlagError, RunStateError
from guild_ipy.launching.launch import LaunchOptions
from guild_ipy.launching.restart import start
from guild_ipy.launching.todays_source.forced_source import ForcedSource
from guild_ipy.operations.flag_values.typed_text import FlagText
from tests.batch.conftest import ECHO, fates

TODAY = "print('today')\n" + ECHO


@pytest.fixture
def force(batches):
    """Restart a batch with the source of today; the plan."""
    session, viewer = batches.notebook.context, batches.notebook.viewer

    def force(batch, *, repeat=Repeat.ALL, only_plan=False, stage=False, options=None, **flags):
        wanted = BatchOptions(repeat=repeat, **(options or {}))
        with open_todays_prototype(session, batch, flags, ForcedSource()) as made:
            plan = plan_restart(session, batch, flags, wanted, made)
            if not only_plan:
                restart_batch(session, plan, LaunchOptions(), viewer, stage=stage)
        return plan

    return force


@pytest.fixture
def two(batches):
    return batches.run(x=[1.0, 2.0])


def outputs(batches, batch):
    return [trial.output.split()[0] for trial in batches.trials(batch)]


def files_of(batch):
    return {str(path): path.read_bytes() for path in Path(batch.path).rglob("*") if path.is_file()}


def test_all_trials_that_run_get_it_and_keep_their_ids(batches, two, force):
    ids = batches.trial_ids(two)
    Path("echo.py").write_text(TODAY)
    plan = force(two, x=[1.0, 2.0, 3.0])
    assert (fates(plan), batches.trial_ids(two)[:2]) == (["kept", "kept", "new"], ids)
    assert outputs(batches, two) == ["today"] * 3
    assert "  note: source: 1 file differs: echo.py (+1 -0)" in batches.notebook.viewer.told[-2]


def test_trials_that_are_skipped_keep_theirs_until_they_run_again(batches, two, force):
    Path("echo.py").write_text(TODAY)
    plan = force(two, repeat=Repeat.NEEDED, x=[1.0, 2.0, 3.0])
    assert [trial.reason for trial in plan.trials][:2] == ["it is completed; its source stays"] * 2
    assert outputs(batches, two) == ["1.0", "2.0", "today"]
    assert not (batches.trials(two)[0].path / "echo.py").read_text().startswith("print('today')")
    batches.restart(two)
    assert outputs(batches, two) == ["today"] * 3


def test_a_new_flag_is_added_and_the_trials_stay_the_same_ones(batches, two, force):
    ids = batches.trial_ids(two)
    Path("echo.py").write_text("w = 5\n" + ECHO)
    assert fates(force(two, repeat=Repeat.NEEDED, x=[1.0, 2.0, 3.0])) == ["skipped", "skipped", "new"]
    assert fates(batches.plan(two, _repeat=Repeat.NEEDED)) == ["skipped"] * 3
    assert [trial.flags.get("w") for trial in batches.trials(two)] == [None, None, 5]
    batches.restart(two)
    assert batches.trial_ids(two)[:2] == ids
    assert [trial.flags["w"] for trial in batches.trials(two)] == [5, 5, 5]
    assert batches.trials(two)[0].label == "w=5 x=1.0 y=2 z=a"


def test_a_new_flag_can_vary_at_once(batches, two, force):
    Path("echo.py").write_text("w = 5\n" + ECHO)
    assert fates(force(two, w=[5, 6])) == ["kept", "kept", "new", "new"]


def test_a_flag_that_is_gone_is_refused_and_nothing_changes(batches, two, force):
    before = files_of(two)
    Path("echo.py").write_text("y = 2\nz = 'a'\n")
    with pytest.raises(FlagError, match=f"run {two.short_id} has the flag x=.*, which its operation does not take"):
        force(two)
    assert files_of(two) == before


def test_a_plan_changes_nothing(batches, two, force):
    before = files_of(two)
    Path("echo.py").write_text("w = 5\n" + ECHO)
    plan = force(two, only_plan=True)
    assert [trial.flags["w"] for trial in plan.trials] == [5, 5]
    assert files_of(two) == before


def test_a_script_that_is_gone_is_named(batches, two, force):
    Path("echo.py").unlink()
    with pytest.raises(
        RunStateError, match=f"run {two.short_id} cannot take the source of today: there is no 'echo.py'"
    ):
        force(two)


def test_what_users_have_noted_on_trials_stays(batches, two, force):
    trial = batches.trials(two)[0]
    Path(trial.dir.attr("label")).write_text("mine\n")
    Path(trial.dir.attr("tags")).write_text("[good]\n")
    Path("echo.py").write_text("w = 5\n" + ECHO)
    force(two)
    assert (trial.label, trial.tags, trial.flags["w"]) == ("mine", ("good",), 5)


def test_trials_of_a_function_get_the_function_of_today(batches, force):
    batches.notebook.cell("def fit(x=1, y=2):\n    print('first', x)")
    made = batches.run("fit", x=[1, 2])
    batches.notebook.cell("def fit(x=1, y=2, w=3):\n    print('today', x, w)")
    force(made)
    assert [trial.output for trial in batches.trials(made)] == ["today 1 3\n", "today 2 3\n"]


def test_staged_trials_get_it_before_they_are_started_by_hand(batches, force):
    made = batches.run(x=[1.0, 2.0], _stage_trials=True)
    Path("echo.py").write_text(TODAY)
    force(made, options={"stage_trials": True})
    trial = batches.trials(made)[0]
    assert trial.status is RunStatus.STAGED
    start(batches.notebook.context, trial, LaunchOptions(), batches.notebook.viewer)
    assert trial.output.startswith("today")


def test_a_batch_that_is_staged_runs_with_it_when_it_is_started(batches, two, force):
    Path("echo.py").write_text(TODAY)
    force(two, stage=True)
    assert outputs(batches, two) == ["1.0", "2.0"]
    start(batches.notebook.context, two, LaunchOptions(), batches.notebook.viewer)
    assert outputs(batches, two) == ["today", "today"]


def test_a_search_goes_on_with_the_trials_that_it_has(batches, force):
    Path("echo.py").write_text("x = 1.0\nprint('loss:', x)\n")
    search = SearchOptions(optimizer="tpe", objectives=read_objectives(["loss"], []))
    made = batches.run(x=FlagText("[0.0:1.0]"), _search=search, _max_trials=3)
    ids = batches.trial_ids(made)
    Path("echo.py").write_text("x = 1.0\nw = 2\nprint('loss:', x)\n")
    force(made, repeat=Repeat.NEEDED, options={"max_trials": 4})
    assert (batches.trial_ids(made)[:3], len(batches.trial_ids(made))) == (ids, 4)
