"""S0: which run a dependency uses: the one that is named, else the marked one, else the latest."""

import os
import re

import pytest

import guild_ipy
from guild_ipy.domain.status import RunStatus


@pytest.fixture
def two_trained(serving):
    """Two models, the newer one first."""
    older, _ = serving.run("train", lr=0.1)
    newer, _ = serving.run("train", lr=0.01)
    return newer, older


def train_of(serve_run):
    """Give the id of the run whose model was served, as the specification finds it."""
    (model_path,) = serve_run.deps["train"]
    return os.path.basename(os.path.dirname(model_path))


def listed(runs):
    """Write runs as the specification lists them: operation, flags, status."""
    return [
        " ".join((run.opref.to_opspec(), *(f"{name}={value}" for name, value in run.flags.items()), str(run.status)))
        for run in runs
    ]


@pytest.mark.rows("M3", "M4")
def test_without_a_run_to_serve_the_attempt_fails_and_is_on_record(serving):
    error, printed = serving.fail("serve")
    assert printed[0] == "Resolving train dependency"
    assert str(error) == (
        "run failed because a dependency was not met: could not resolve 'operation:train' in train resource: "
        "no suitable run for train"
    )
    assert listed(serving.runs()) == ["serve error"]
    assert error.run.output == f"{error}\n"
    assert "error" in serving.guild("runs")


@pytest.mark.rows("M3")
def test_at_a_shell_the_exit_status_is_1(serving):
    with pytest.raises(AssertionError, match="could not resolve 'operation:train' in train resource: no suitable run"):
        serving.shell("run", "serve", "--yes")


@pytest.mark.rows("M1", "M5", "M6", "M7")
def test_the_latest_run_is_used_and_its_file_is_there(serving):
    serving.fail("serve")
    train, printed = serving.run("train", lr=0.1)
    assert printed[:2] == ["params:", " lr=0.100000"]
    assert printed[3] == "Saving model as ./trained-model"
    serve, printed = serving.run("serve")
    assert printed[:3] == [
        "Resolving train dependency",
        f"Using output from run {train.id} for train resource",
        "Serving ./trained-model",
    ]
    assert listed(serving.runs()) == ["serve completed", "train lr=0.1 completed", "serve error"]
    assert train_of(serve) == train.id


@pytest.mark.rows("M7")
def test_deps_on_disk_are_those_of_guild(serving):
    train, _ = serving.run("train")
    serve, _ = serving.run("serve")
    found = {"config": train.id, "paths": [f"../{train.id}/trained-model"], "uri": "operation:train"}
    assert serve.get("deps") == {"train": {"operation:train": found}}
    assert serve.get("flags") == {"operation:train": train.id}
    assert serving.guild("cat", "-p", "trained-model") == (serving.folder / train.path / "trained-model").read_text()


@pytest.mark.rows("M8", "M11")
def test_runs_are_objects_newest_first(two_trained, serving):
    newer, older = two_trained
    assert [run.id for run in serving.runs()] == [newer.id, older.id]
    assert [run.opref.to_opspec() for run in serving.runs()] == ["train", "train"]
    assert older.get("flags") == {"lr": 0.1}
    assert guild_ipy.get_run(1) == newer
    assert list(guild_ipy.runs()["run"]) == [newer.short_id, older.short_id]


@pytest.mark.rows("M9")
def test_a_newer_run_is_picked_up(serving):
    serving.run("train", lr=0.1)
    serving.run("serve")
    newer, _ = serving.run("train", lr=0.01)
    serve, _ = serving.run("serve")
    assert train_of(serve) == newer.id


@pytest.mark.rows("M10", "M19")
@pytest.mark.parametrize("name", ["train", "operation:train"])
@pytest.mark.parametrize("digits", [32, 8])
def test_a_run_that_is_named_wins_over_all(two_trained, serving, name, digits):
    newer, older = two_trained
    guild_ipy.mark(newer)
    serve, _ = serving.run("serve", **{name: older.id[:digits]})
    assert train_of(serve) == older.id


@pytest.mark.rows("M10")
def test_a_run_that_is_named_is_checked(two_trained, serving):
    serve, _ = serving.run("serve")
    with pytest.raises(guild_ipy.DependencyError, match=rf"run {serve.short_id} \(serve\) is no run of train"):
        serving.run("serve", train=serve.id)
    forced, _ = serving.run("serve", train=serve.id, _force_deps=True)  # the copy that it has got serves as well
    assert train_of(forced) == serve.id


@pytest.mark.rows("M12", "M13", "M14", "M15")
def test_a_marked_run_wins_over_the_latest(two_trained, serving):
    newer, older = two_trained
    guild_ipy.mark(older.id)
    assert re.search(r"Marked 1 run\(s\)", serving.capfd.readouterr().out)
    assert listed(serving.runs(marked=True)) == ["train lr=0.1 completed"]
    assert older.get("marked") is True
    assert newer.get("marked") is None
    serve, _ = serving.run("serve")
    assert train_of(serve) == older.id
    assert "[marked]" in serving.guild("runs", "-Fm")


@pytest.mark.rows("M16", "M17", "M18")
def test_after_clearing_a_mark_the_latest_is_used_again(two_trained, serving):
    newer, older = two_trained
    guild_ipy.mark(older.id)
    guild_ipy.mark(older.id, clear=True)
    assert "Unmarked 1 run(s)" in serving.capfd.readouterr().out
    assert serving.runs(marked=True) == []
    assert older.get("marked") is None
    serve, _ = serving.run("serve")
    assert train_of(serve) == newer.id


@pytest.mark.rows("M2")
def test_a_rule_can_mark(two_trained, serving):
    _, older = two_trained
    guild_ipy.mark(best="loss")
    serve, _ = serving.run("serve")
    assert (train_of(serve), older.status) == (older.id, RunStatus.COMPLETED)


@pytest.mark.rows("M1", "M15")
def test_guild_serves_the_run_that_we_marked(two_trained, serving):
    newer, older = two_trained
    guild_ipy.mark(older.id)
    assert newer.started > older.started
    serving.guild("run", "serve", "-y")
    (served,) = [run for run in serving.runs() if run.operation == "serve"]
    assert train_of(served) == older.id


@pytest.mark.rows("M1", "M9")
def test_we_serve_a_run_that_guild_made(serving):
    serving.guild("run", "train", "lr=0.3", "-y")
    (trained,) = serving.runs()
    serve, printed = serving.run("serve")
    assert train_of(serve) == trained.id
    assert printed[2:] == ["Serving ./trained-model", "It says 3.00", printed[-1]]
