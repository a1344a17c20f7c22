"""The guild command starts and restarts runs that guild_ipy made."""

import os

import pytest

from guild_ipy.domain.status import RunStatus

pytestmark = pytest.mark.guild


@pytest.mark.parametrize(
    ("case", "scalar"), [("staged", "loss"), ("staged_script", "accuracy"), ("staged_notebook", "accuracy")]
)
def test_guild_starts_a_staged_run(bench, case, scalar):
    run = bench.make(case)[case]
    assert bench.guild_status(run) == "staged"
    bench.guild("run", "-y", "--start", run.id)
    assert run.status is RunStatus.COMPLETED
    assert run.flags["lr"] == 0.75
    assert run.scalars == pytest.approx({scalar: 0.25})
    assert os.path.exists(f"{run.path}/model.txt")


@pytest.mark.parametrize("case", ["train", "script", "notebook", "scan", "typed"])
def test_guild_restarts_a_completed_run(bench, case):
    run = bench.make(case)[case]
    before = run.started, run.output, run.scalars, dict(run.flags), run.label
    bench.guild("run", "-y", "--restart", run.id)
    assert run.status is RunStatus.COMPLETED
    assert run.started > before[0]
    assert (run.output, run.scalars, dict(run.flags), run.label) == before[1:]
    assert bench.guild_status(run) == "completed"


def test_restart_by_guild_makes_files_and_result_anew(bench):
    run = bench.make("unlabeled")["unlabeled"]
    os.unlink(f"{run.path}/model.txt")
    os.unlink(run.dir.result)
    bench.guild("run", "-y", "--restart", run.id)
    assert run.result == {"loss": 0.5 / 3}
    assert bench.guild("cat", "-p", "model.txt", run.id).strip() == "ünï"


def test_run_that_fails_again_is_an_error_for_guild(bench):
    run = bench.make("fail")["fail"]
    with pytest.raises(AssertionError, match="ValueError: no data"):
        bench.guild("run", "-y", "--restart", run.id)
    assert run.status is RunStatus.ERROR
    assert run.exit_status == 1


def test_restart_by_guild_gives_flags_with_their_types(bench):
    run = bench.make("typed")["typed"]
    before = run.result
    bench.guild("run", "-y", "--restart", run.id)
    assert run.result == before
    assert "Optimizer.ADAM" in before
