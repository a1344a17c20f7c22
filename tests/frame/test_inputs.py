"""`inputs()` within runs."""

import json
import os

import pytest

import guild_ipy
from guild_ipy.domain.values.scalars import ScalarPoint
from guild_ipy.errors import UsageError
from guild_ipy.session.session import set_session
from guild_ipy.store.events.event_writer import EventWriter
from guild_ipy.store.files.attrs import write_attr
from tests.required import requires, runs_of

LAB = """
import os
import guild_ipy

def train(lr=0.1):
    print("loss:", lr * 2)
    with open("weights", "w") as file:
        file.write(str(lr))

def empty():
    pass

def columns():
    df = guild_ipy.inputs()
    return {name: str(dtype) for name, dtype in df.dtypes.items()}

def rows():
    df = guild_ipy.inputs()
    best = df.loc[df["loss"].idxmin()]
    with open(os.path.join(best["dir"], "weights")) as file:
        return df["run"].to_list(), df["lr"].to_list(), file.read()

def accessor():
    os.environ["GUILD_HOME"] = os.path.join(os.getcwd(), "another home")
    os.mkdir("another home")
    df = guild_ipy.inputs()
    return df.guild.flags()["lr"].to_list(), df.guild.compare()["loss"].to_list()

def named(name=""):
    return len(guild_ipy.inputs(name or None))

def values():
    df = guild_ipy.inputs()
    return [[None if value != value else value for value in df[name].to_list()] for name in ("lr", "loss")]
"""


@pytest.fixture
def lab(notebook):
    notebook.cell(LAB)
    return notebook


@pytest.fixture
def summarize(lab):
    """Run a function as a summary of all runs of `train`; its result."""

    def summarize(operation, *dependencies, **flags):
        requires(lab.shell.user_ns[operation], *(dependencies or [runs_of("train")]))
        return lab.run(operation, **flags)

    return summarize


@pytest.fixture
def outside(monkeypatch):
    """Give the environment of a run, and a new context."""

    def enter(run_dir=None):
        if run_dir is not None:
            monkeypatch.setenv("RUN_DIR", run_dir)
            monkeypatch.setenv("RUN_ID", os.path.basename(run_dir))
        set_session(None)

    yield enter
    set_session(None)


def test_columns_are_those_of_runs_then_flags_and_scalars(lab, summarize):
    lab.run("train")
    assert summarize("columns").result == {
        "run": "string",
        "operation": "category",
        "started": "datetime64[us, UTC]",
        "time": "timedelta64[us]",
        "status": "category",
        "label": "string",
        "marked": "bool",
        "dir": "string",
        "lr": "float64",
        "loss": "float64",
    }


def test_runs_are_the_newest_first_and_their_files_are_reached(lab, summarize):
    first, second = lab.run("train", lr=0.1), lab.run("train", lr=0.5)
    assert summarize("rows").result == ([second.short_id, first.short_id], [0.5, 0.1], "0.1")


def test_the_accessor_needs_no_home(lab, summarize):
    lab.run("train", lr=0.1)
    lab.run("train", lr=0.5)
    assert summarize("accessor").result == ([0.5, 0.1], pytest.approx([1.0, 0.2]))


def test_a_place_of_its_own_makes_no_difference(lab, summarize):
    lab.run("train", lr=0.5)
    assert summarize("rows", runs_of("train", target_path="deep/in")).result[1] == [0.5]
    assert summarize("accessor", runs_of("train", target_path="deep/in")).result[0] == [0.5]


def test_of_several_sets_one_is_named(lab, summarize):
    lab.run("train")
    lab.run("empty")
    sets = [runs_of("train", target_path="a"), runs_of("empty|train", target_path="b", name="both")]
    assert summarize("named", *sets, name="both").result == 2
    assert summarize("named", *sets, name="train").result == 1
    with pytest.raises(guild_ipy.RunError) as caught:
        summarize("named", *sets)
    assert str(caught.value.exception) == (
        "this run was given several sets of runs; name one of 'both', 'operation:train'"
    )
    with pytest.raises(guild_ipy.RunError) as caught:
        summarize("named", *sets, name="tain")
    assert str(caught.value.exception).startswith("this run was given no set of runs 'tain'; there is ")


def test_runs_without_flags_and_scalars_have_their_own_columns(lab, summarize):
    lab.run("empty")
    columns = summarize("columns", runs_of("empty")).result
    assert list(columns) == ["run", "operation", "started", "time", "status", "label", "marked", "dir"]


def test_numbers_that_json_cannot_say(lab, summarize, settings):
    made = lab.run("train")
    write_attr(made.dir, "flags", {"lr": float("inf")})
    writer = EventWriter(made.dir.guild)
    writer.write([ScalarPoint(tag="loss", value=float("nan"), step=9)])
    writer.close()
    summary = summarize("values")
    with open(f"{summary.path}/guild-runs.json") as file:
        (described,) = json.load(file, parse_constant=pytest.fail)
    assert (described["flags"], described["scalars"]) == ({"lr": "inf"}, {"loss": None})
    assert summary.result == [["inf"], [None]]


def test_flags_and_scalars_that_are_called_like_a_column_say_what_they_are(lab, summarize):
    lab.cell("def train(status='odd'):\n    print('label: 0.5')")
    lab.run("train")
    assert list(summarize("columns").result)[-3:] == ["dir", "flag:status", "scalar:label"]


def test_outside_of_a_run_it_says_so(home, outside):
    outside()
    with pytest.raises(UsageError, match="this is no run; call inputs in an operation that requires a set of runs"):
        guild_ipy.inputs()


def test_a_run_without_a_set_says_so(add_run, outside):
    outside(add_run("aa").path)
    with pytest.raises(UsageError, match="this run was given no set of runs; declare one with multi-run: yes"):
        guild_ipy.inputs()


def test_what_a_run_was_given_is_read_from_its_directory_alone(add_run, outside, tmp_path):
    run_dir = add_run("aa")
    other = add_run("bb", flags={"lr": 1})
    os.symlink(other.path, f"{run_dir.path}/{other.id}")
    described = [{"id": other.id, "dir": f"./{other.id}", "status": "odd", "scalars": {}}]
    with open(f"{run_dir.path}/guild-runs.json", "w") as file:
        json.dump(described, file)
    write_attr(run_dir, "deps", {"op": {"op": {"paths": [f"../{other.id}", "guild-runs.json"]}}})
    outside(run_dir.path)
    df = guild_ipy.inputs("op")
    assert (df["run"].to_list(), df["dir"].to_list()) == (["bb000000"], [f"{run_dir.path}/{other.id}"])
    assert df["started"].isna().all()
    assert df.guild.flags()["lr"].to_list() == [1]
