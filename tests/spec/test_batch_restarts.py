"""S2: a batch, and how a restart matches its trials."""

import re

import pytest

import guild_ipy
from guild_ipy.domain.status import RunStatus
from guild_ipy.session.run_handle import Run

FOUR = {"x": [1.0, 2.0], "y": [2, 3]}
FOUR_WORDS = ("x=[1.0,2.0]", "y=[2,3]")


@pytest.fixture
def four(optimizers):
    """The batch of the document, of four trials."""
    batch, _ = optimizers.run("echo.py", **FOUR)
    return batch


def batch_by_shell(project, *words):
    """Run a batch with options; it, and the lines that were printed."""
    printed = project.shell("run", "echo.py", *words, "--yes").splitlines()
    return next(run for run in project.runs() if run.get("trials")), printed


def restart(project, batch, **flags):
    """Restart a run by Python; the lines that were printed."""
    guild_ipy.run(None, _restart=batch, **flags)
    return project.capfd.readouterr().out.splitlines()


def trials(project, batch):
    """The trials of a batch, in its order."""
    return [Run(project.context.home.run_dir(id_)) for id_ in batch.get("trials")]


def ids(project, batch):
    return [trial.id for trial in trials(project, batch)]


def flags(project, batch):
    """The flags of each trial, as the document writes them."""
    return [describe(trial) for trial in trials(project, batch)]


def describe(run):
    return " ".join(f"{name}={value}" for name, value in sorted(run.flags.items()))


def initialed(lines):
    return [
        match[1] for line in lines if (match := re.fullmatch(r"INFO: \[guild\] Initialed trial \w{32} \((.*)\)", line))
    ]


def ran(lines):
    pattern = r"INFO: \[guild\] Running trial \w{32}: echo.py \((.*)\)"
    return [match[1] for line in lines if (match := re.fullmatch(pattern, line))]


@pytest.mark.rows("B9", "B13")
def test_the_defaults_of_a_script_are_its_flags(optimizers):
    run, printed = optimizers.run("echo.py")
    assert printed[0] == "1.0 2 'a'"
    assert run.flags == {"x": 1.0, "y": 2, "z": "a"}
    assert optimizers.shell("run", "echo.py", "--yes").startswith("1.0 2 'a'\n")


@pytest.mark.rows("B10", "B11")
def test_a_run_is_listed_by_operation_and_sorted_flags(optimizers):
    run, _ = optimizers.run("echo.py")
    ours, theirs = optimizers.shell("runs").split(), optimizers.guild("runs").split()
    assert ours == theirs
    assert [ours[0], ours[1], *ours[-3:]] == [f"[1:{run.short_id}]", "echo.py", "x=1.0", "y=2", "z=a"]
    assert [each.id for each in optimizers.runs()] == [run.id]


@pytest.mark.rows("B8", "B14")
@pytest.mark.parametrize("start", ["python", "shell"])
def test_all_trials_are_announced_before_the_first_runs(optimizers, start):
    if start == "python":
        _, printed = optimizers.run("echo.py", **FOUR)
    else:
        printed = optimizers.shell("run", "echo.py", "x=[1.0,2.0]", "y=[2,3]", "--yes").splitlines()
    each = ["x=1.0, y=2, z=a", "x=1.0, y=3, z=a", "x=2.0, y=2, z=a", "x=2.0, y=3, z=a"]
    assert initialed(printed[:4]) == each
    assert ran(printed[4::2]) == each
    assert printed[5:12:2] == ["1.0 2 'a'", "1.0 3 'a'", "2.0 2 'a'", "2.0 3 'a'"]


@pytest.mark.rows("B4", "B5")
def test_the_trials_are_an_attribute_of_the_batch_and_each_is_run(four, optimizers):
    assert flags(optimizers, four) == ["x=1.0 y=2 z=a", "x=1.0 y=3 z=a", "x=2.0 y=2 z=a", "x=2.0 y=3 z=a"]
    assert {str(trial.status) for trial in trials(optimizers, four)} == {"completed"}
    assert {trial.get("batch") for trial in trials(optimizers, four)} == {four.id}


@pytest.mark.rows("B4", "B11")
def test_guild_lists_the_batch_and_leaves_it_out_of_comparisons(four, optimizers):
    listed = optimizers.guild("runs").splitlines()
    assert [line.split()[1] for line in listed] == [*["echo.py"] * 4, "echo.py+"]
    assert all(id_ in optimizers.guild("runs", "info", four.id) for id_ in ids(optimizers, four))
    compared = optimizers.guild("compare", "-t")
    assert [id_[:8] in compared for id_ in (*ids(optimizers, four), four.id)] == [True] * 4 + [False]


@pytest.mark.rows("B12")
def test_runs_are_deleted(four, optimizers):
    first = ids(optimizers, four)[0]
    optimizers.guild("runs", "rm", "-y", first)
    assert first not in {run.id for run in optimizers.runs()}
    optimizers.shell("delete", "1:9", "--yes")
    assert optimizers.runs() == []


@pytest.mark.rows("B1", "B3", "B7", "B15")
@pytest.mark.parametrize("start", ["ours", "guild"])
def test_a_restart_after_a_success_runs_the_same_trials_again(four, optimizers, start):
    before, started = ids(optimizers, four), [trial.started for trial in trials(optimizers, four)]
    if start == "ours":
        printed = restart(optimizers, four)
    else:
        printed = optimizers.guild("run", "--restart", four.id, "--yes").splitlines()
    assert initialed(printed) == []
    assert ran(printed) == ["x=1.0, y=2, z=a", "x=1.0, y=3, z=a", "x=2.0, y=2, z=a", "x=2.0, y=3, z=a"]
    assert ids(optimizers, four) == before
    assert all(trial.started > then for trial, then in zip(trials(optimizers, four), started, strict=True))
    assert len(optimizers.runs()) == 5


@pytest.mark.rows("B7")
def test_completed_trials_are_passed_over_if_only_needed_ones_shall_run(four, optimizers):
    assert ran(restart(optimizers, four, _needed=True)) == []
    guild_ipy.delete(ids(optimizers, four)[1])
    assert ran(restart(optimizers, four, _needed=True)) == ["x=1.0, y=3, z=a"]
    assert {str(trial.status) for trial in trials(optimizers, four)} == {"completed"}


@pytest.mark.rows("B1", "B16")
@pytest.mark.parametrize("start", ["ours", "guild"])
def test_new_flags_are_merged_over_those_of_the_last_time(four, optimizers, start):
    before = ids(optimizers, four)
    if start == "ours":
        printed = restart(optimizers, four, y=[3, 4])
    else:
        printed = optimizers.guild("run", "--restart", four.id, "y=[3,4]", "--yes").splitlines()
    assert initialed(printed) == ["x=1.0, y=4, z=a", "x=2.0, y=4, z=a"]
    assert flags(optimizers, four) == ["x=1.0 y=3 z=a", "x=1.0 y=4 z=a", "x=2.0 y=3 z=a", "x=2.0 y=4 z=a"]
    assert ids(optimizers, four)[::2] == before[1::2]
    assert ran(restart(optimizers, four)) == [
        "x=1.0, y=3, z=a",
        "x=1.0, y=4, z=a",
        "x=2.0, y=3, z=a",
        "x=2.0, y=4, z=a",
    ]


@pytest.mark.rows("B6", "B16")
def test_an_orphan_that_has_run_is_a_run_of_its_own_from_then_on(four, optimizers):
    orphan = trials(optimizers, four)[0]
    restart(optimizers, four, y=3)
    assert flags(optimizers, four) == ["x=1.0 y=3 z=a", "x=2.0 y=3 z=a"]
    assert orphan.id not in four.get("trials")
    assert orphan.status is RunStatus.COMPLETED
    assert orphan.get("batch") is None
    assert orphan.id[:8] in optimizers.guild("runs")


@pytest.mark.rows("B6", "B19")
def test_an_orphan_that_is_staged_is_deleted(optimizers):
    batch, _ = batch_by_shell(optimizers, *FOUR_WORDS, "--stage-trials")
    before = ids(optimizers, batch)
    restart(optimizers, batch, y=3)
    assert ids(optimizers, batch) == before[1::2]
    assert len(optimizers.runs()) == 3


@pytest.mark.rows("B6")
def test_an_orphan_that_is_pending_is_deleted(optimizers):
    with open(optimizers.folder / "echo.py", "a") as script:
        script.write("if (x, y) == (1.0, 2):\n    raise SystemExit(1)\n")
    with pytest.raises(AssertionError, match="the trials after it were not run"):
        optimizers.shell("run", "echo.py", *FOUR_WORDS, "--fail-on-trial-error", "--yes")
    (batch,) = (run for run in optimizers.runs() if run.get("trials"))
    before = trials(optimizers, batch)
    assert [str(trial.status) for trial in before] == ["error", *["pending"] * 3]
    assert optimizers.guild("runs").count("pending") == 3
    optimizers.shell("run", "--restart", batch.id, "y=3", "--yes")
    listed = {run.id for run in optimizers.runs()}
    assert [trial.id in listed for trial in before] == [True, True, False, True]
    assert before[0].status is RunStatus.ERROR


@pytest.mark.rows("B2", "B17")
def test_a_sample_is_the_same_each_time(optimizers):
    words = ("x=range[0:19]", "y=[2,3]", "--max-trials", "5", "--random-seed")
    batch, printed = batch_by_shell(optimizers, *words, "7")
    chosen, before = flags(optimizers, batch), ids(optimizers, batch)
    assert len(chosen) == 5 == len(initialed(printed))
    assert initialed(restart(optimizers, batch)) == []
    assert initialed(optimizers.guild("run", "--restart", batch.id, "--yes").splitlines()) == []
    assert ids(optimizers, batch) == before
    assert flags(optimizers, batch_by_shell(optimizers, *words, "7")[0]) == chosen
    assert flags(optimizers, batch_by_shell(optimizers, *words, "8")[0]) != chosen


@pytest.mark.rows("B18")
@pytest.mark.parametrize("start", ["ours", "guild"])
def test_a_trial_is_restarted_alone(four, optimizers, start):
    trial = trials(optimizers, four)[2]
    if start == "ours":
        assert restart(optimizers, trial)[0] == "2.0 2 'a'"
    else:
        assert "2.0 2 'a'" in optimizers.guild("run", "--restart", trial.id, "--yes")
    assert initialed(restart(optimizers, four)) == []


@pytest.mark.rows("B3", "B18")
def test_a_trial_that_was_restarted_with_other_flags_is_no_trial_any_more(four, optimizers):
    second = trials(optimizers, four)[1]
    assert restart(optimizers, second, x=5.0)[0] == "5.0 3 'a'"
    assert initialed(restart(optimizers, four)) == ["x=1.0, y=3, z=a"]
    assert second.id not in four.get("trials")
    assert len(optimizers.runs()) == 6


@pytest.mark.rows("B19")
def test_trials_that_are_only_staged_are_run_by_a_restart(optimizers):
    batch, printed = batch_by_shell(optimizers, *FOUR_WORDS, "--stage-trials")
    before = ids(optimizers, batch)
    assert ran(printed) == []
    assert {trial.status for trial in trials(optimizers, batch)} == {RunStatus.STAGED}
    assert len(ran(restart(optimizers, batch))) == 4
    assert ids(optimizers, batch) == before
    assert {trial.status for trial in trials(optimizers, batch)} == {RunStatus.COMPLETED}


@pytest.mark.rows("B20")
@pytest.mark.parametrize("start", ["ours", "guild"])
def test_a_staged_trial_is_started_alone(optimizers, start):
    batch, _ = batch_by_shell(optimizers, *FOUR_WORDS, "--stage-trials")
    second, third = trials(optimizers, batch)[1:3]
    if start == "ours":
        optimizers.shell("start", second.id, "--yes")
        assert restart(optimizers, third)[0] == "2.0 2 'a'"
    else:
        assert "1.0 3 'a'" in optimizers.guild("run", "--start", second.id, "--yes")
        assert "2.0 2 'a'" in optimizers.guild("run", "--restart", third.id, "--yes")
    assert [str(trial.status) for trial in trials(optimizers, batch)] == ["staged", *["completed"] * 2, "staged"]
    assert ran(restart(optimizers, batch, _needed=True)) == ["x=1.0, y=2, z=a", "x=2.0, y=3, z=a"]


@pytest.mark.rows("B21")
@pytest.mark.parametrize("delete", ["ours", "guild"])
def test_a_deleted_trial_comes_back_with_another_id(four, optimizers, delete):
    before = ids(optimizers, four)
    if delete == "ours":
        guild_ipy.delete(before[1])
    else:
        optimizers.guild("runs", "rm", "--yes", before[1])
    assert initialed(restart(optimizers, four)) == ["x=1.0, y=3, z=a"]
    after = ids(optimizers, four)
    assert [a == b for a, b in zip(after, before, strict=True)] == [True, False, True, True]
    assert after[1] in {run.id for run in optimizers.runs()}
