"""What the guild command shows of runs that guild_ipy made."""

import csv
import io
import json

import pytest

from guild_ipy.store.state.lock import read_lock

pytestmark = pytest.mark.guild


@pytest.fixture(scope="module")
def runs(shared_bench):
    return shared_bench.make("train", "unlabeled", "script", "fail", "scan", "staged", "running")


@pytest.fixture(scope="module")
def listed(shared_bench, runs):
    return {each["id"]: each for each in json.loads(shared_bench.guild("runs", "--json"))}


@pytest.fixture(scope="module")
def compared(shared_bench, runs):
    return {row["run"]: row for row in csv.DictReader(io.StringIO(shared_bench.guild("compare", "--csv", "-")))}


@pytest.mark.parametrize(
    ("case", "status"),
    [
        ("train", "completed"),
        ("script", "completed"),
        ("fail", "error"),
        ("staged", "staged"),
        ("running", "running"),
    ],
)
def test_guild_says_the_status_that_we_say(runs, listed, case, status):
    assert listed[runs[case].id]["status"] == status == str(runs[case].status)


def test_guild_lists_all_runs_in_our_order(shared_bench, runs, listed):
    ours = sorted(runs.values(), key=lambda run: run.record.started, reverse=True)
    assert list(listed) == [run.id for run in ours]


def test_guild_lists_operations_marks_and_labels(shared_bench, runs):
    lines = shared_bench.guild("runs").splitlines()
    assert [line.split()[1] for line in lines] == [
        "wait()", "train()", "scan()", "fail()", "script.py", "train()", "train()"
    ]  # fmt: skip
    assert lines[-1].endswith("completed  first try")
    assert lines[-2].endswith("epochs=3 lr=0.5 name=ünï")


@pytest.mark.parametrize(
    ("filters", "cases"),
    [
        (["--completed", "-Fo", "train()"], {"train", "unlabeled"}),
        (["--running"], {"running"}),
        (["--staged"], {"staged"}),
        (["--error"], {"fail"}),
        (["-Fl", "first"], {"train"}),
        (["-Ft", "nightly"], {"train"}),
    ],
)
def test_filters_of_guild_find_our_runs(shared_bench, runs, filters, cases):
    found = json.loads(shared_bench.guild("runs", "--json", *filters))
    assert {each["id"] for each in found} == {runs[case].id for case in cases}


def test_guild_informs_about_a_run(shared_bench, runs):
    info = json.loads(shared_bench.guild("runs", "info", "--json", runs["train"].id))
    assert info["flags"] == {"epochs": 3, "lr": 0.25, "name": "a b"}
    assert info["tags"] == ["nightly"]
    assert (info["label"], info["status"], info["exit_status"]) == ("first try", "completed", 0)
    assert info["sourcecode_digest"] == runs["train"].get("sourcecode_digest")


def test_guild_informs_about_a_run_that_runs(shared_bench, runs):
    info = shared_bench.guild("runs", "info", runs["running"].short_id).splitlines()
    lock = read_lock(runs["running"].dir)
    assert {"status: running", f"pid: {lock.run.pid}", "exit_status: "} <= set(info)


def test_guild_compares_flags_and_scalars(runs, compared):
    row = compared[runs["train"].short_id]
    assert (row["lr"], row["epochs"], row["step"]) == ("0.25", "3", "3")
    assert float(row["loss"]) == pytest.approx(0.25 / 3, rel=1e-6)
    assert float(compared[runs["script"].short_id]["accuracy"]) == 0.5
    assert float(compared[runs["scan"].short_id]["mistakes"]) == 0.5


def test_guild_compares_what_we_compare(shared_bench, runs, compared):
    for run in runs.values():
        scalars = {name: float(compared[run.short_id][name]) for name in run.scalars}
        assert scalars == pytest.approx(run.scalars)


def test_guild_shows_output_and_files(shared_bench, runs):
    assert shared_bench.guild("cat", "--output", runs["train"].id).splitlines()[:2] == ["step: 1", "loss: 0.25"]
    assert "model.txt" in shared_bench.guild("ls", runs["train"].id)
    assert "script.py" in shared_bench.guild("ls", "--sourcecode", runs["script"].id)


def test_guild_reads_flags_that_are_more_than_numbers_and_text(bench):
    run = bench.make("typed")["typed"]
    (row,) = csv.DictReader(io.StringIO(bench.guild("compare", "--csv", "-")))
    assert (row["opt"], row["out"], row["day"], row["shape"]) == ("adam", "b", "2024-01-01", "[4, 4]")
    flags = json.loads(bench.guild("runs", "info", run.id, "--json"))["flags"]
    assert flags == dict(run.flags)


def test_guild_finds_a_metric_that_has_the_name_of_a_flag(bench):
    run = bench.make("typed")["typed"]
    assert json.loads(bench.guild("runs", "info", run.id, "--json"))["scalars"] == {"acc": [0.5, 0]}
