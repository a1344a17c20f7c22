"""We list, read, mark, label, stop and delete runs that the guild command made."""

import json

import pytest

import guild_ipy
from guild_ipy.domain.status import RunStatus
from guild_ipy.session.session import set_session
from tests.notebook_session import wait_until

pytestmark = pytest.mark.guild


@pytest.fixture
def bench(bench):
    """Its home is the one that `guild_ipy` uses."""
    set_session(bench.context)
    yield bench
    set_session(None)


def only_run(bench):
    (run,) = bench.runs()
    return run


def test_run_of_guild_has_status_flags_scalars_and_output(bench):
    bench.guild("run", "-y", "script.py", "lr=0.25", "--label", "theirs", "--tag", "a")
    run = only_run(bench)
    assert (run.operation, run.status, run.exit_status) == ("script.py", RunStatus.COMPLETED, 0)
    assert (run.flags, run.label, run.tags) == ({"lr": 0.25}, "theirs", ("a",))
    assert run.scalars == {"accuracy": 0.75}
    assert run.output == "accuracy: 0.75\n"
    assert "model.txt" in guild_ipy.ls(run)
    assert run.result is None


def test_runs_of_both_are_in_one_frame_as_guild_compares_them(bench):
    bench.guild("run", "-y", "script.py", "lr=0.25")
    bench.make("script")
    df = guild_ipy.runs().guild.compare()
    assert list(df["operation"]) == ["script.py", "script.py"]
    assert list(df["lr"]) == [0.5, 0.25]
    assert list(df["accuracy"]) == [0.5, 0.75]
    assert list(df["run"]) == [each["id"][:8] for each in json.loads(bench.guild("runs", "--json"))]


def test_guild_shows_our_mark_and_label_on_its_run(bench):
    bench.guild("run", "-y", "script.py")
    guild_ipy.mark()
    guild_ipy.label(set="it's `best` ünï: 1e5")
    (listed,) = json.loads(bench.guild("runs", "--json", "-Fm"))
    assert (listed["marked"], listed["label"]) == (True, "it's `best` ünï: 1e5")
    guild_ipy.mark(clear=True)
    assert json.loads(bench.guild("runs", "--json", "-Fm")) == []


def test_run_of_guild_that_we_delete_can_be_restored_by_it(bench):
    bench.guild("run", "-y", "script.py")
    run = only_run(bench)
    guild_ipy.delete(run)
    assert bench.runs() == []
    bench.guild("runs", "restore", "-y", run.id)
    assert bench.guild_status(run) == "completed" == str(run.status)


def test_running_run_of_guild_is_running_until_we_stop_it(bench):
    bench.guild("run", "-y", "--background", "wait.py")
    run = only_run(bench)
    assert run.status is RunStatus.RUNNING
    guild_ipy.stop(run)
    wait_until(lambda: run.exit_status is not None)  # guild writes it once its process has ended
    assert bench.guild_status(run) == "terminated" == str(run.status)


def test_staged_run_of_guild_is_started(bench):
    bench.guild("run", "-y", "--stage", "script.py")
    run = only_run(bench)
    assert run.status is RunStatus.STAGED
    guild_ipy.start(run)
    assert run.status is RunStatus.COMPLETED


def test_failed_run_of_guild_is_an_error(bench):
    (bench.project / "broken.py").write_text("print('before')\nraise SystemExit(3)\n")
    with pytest.raises(AssertionError):
        bench.guild("run", "-y", "broken.py")
    assert (only_run(bench).status, only_run(bench).exit_status) == (RunStatus.ERROR, 3)
