"""The guild command starts and restarts runs that guild_ipy made."""

import os
import sys

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
    before, scalars = (run.started, run.output, dict(run.flags), run.label), run.scalars
    bench.guild("run", "-y", "--restart", run.id)
    assert run.status is RunStatus.COMPLETED
    assert run.started > before[0]
    assert (run.output, dict(run.flags), run.label) == before[1:]
    assert run.scalars == pytest.approx(scalars, rel=1e-6)  # Guild writes 32 bits
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


NAMED = """
import functools, os
import guild_ipy

def make(factor):
    def inner(x: int = 1):
        print("y:", factor * x)
        return factor * x
    return inner

double, lam, part = make(2), lambda x=1: 2 * x, functools.partial(make(1), x=2)

class Model:
    def __call__(self, x: int = 1):
        return 2 * x

model = Model()
[guild_ipy.run(each) for each in (double, lam, part, model, lambda x=1: 2 * x)]
"""


def test_guild_lists_filters_and_restarts_operations_named_after_variables(bench):
    (bench.project / "named.py").write_text(NAMED)
    bench._call(sys.executable, "named.py")
    names = [line.split()[1] for line in bench.guild("runs").splitlines()]
    assert names == ["lambda()", "model()", "part()", "lam()", "double()"]
    for run, name in zip(bench.runs(), names, strict=True):
        assert len(bench.guild("runs", "-Fo", name).splitlines()) == 1
        bench.guild("run", "-y", "--restart", run.id)
        assert (run.status, run.result) == (RunStatus.COMPLETED, 2)


def test_restart_by_guild_gives_flags_with_their_types(bench):
    run = bench.make("typed")["typed"]
    before = run.result
    bench.guild("run", "-y", "--restart", run.id)
    assert run.result == before
    assert "Optimizer.ADAM" in before
