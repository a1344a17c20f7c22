"""Batches and their trials in lists, comparisons, descriptions and filters; and when a batch is deleted."""

from __future__ import annotations

import re

import pytest

import guild_ipy
from guild_ipy.errors import RunNotFound, UsageError
from guild_ipy.magics.magic import call_line
from guild_ipy.session.session import Session, get_session, set_session
from guild_ipy.settings import Settings
from guild_ipy.verbs import VERBS
from tests.bare_runs import touch

BATCH, OTHER = "b1" + "0" * 30, "b2" + "0" * 30
TRIALS = [f"{number}a".ljust(32, "0") for number in range(3)]
SINGLE = "5e".ljust(32, "0")
PLUS = "builtin:guildai 0.9.0 '' +"
START = 1_795_176_000_000_000


@pytest.fixture(autouse=True)
def home(home):
    set_session(Session(Settings(guild_home=home.path)))
    yield home
    set_session(None)


@pytest.fixture(autouse=True)
def runs(home, make_run):
    """A batch of three trials, of which one has failed, before it a single run, and an old batch without trials."""
    count = 0

    def make(id_, code=0, **attrs):
        nonlocal count
        count += 1
        ended = {"exit_status": code, "started": START + count, "stopped": START + count + 1_000_000}
        return make_run(id=id_, **ended, **attrs)

    old = make(OTHER, opref=PLUS)
    make(SINGLE, flags={"lr": 0.5})
    batch = make(BATCH, opref=PLUS, trials=[TRIALS[1], TRIALS[0], TRIALS[2]])
    for each in (old, batch):
        touch(f"{each.proto}/.guild/opref", b"func:lab.ipynb '' '' train")
    for number, trial in enumerate(TRIALS):
        make(trial, code=int(number == 2), flags={"lr": float(number)}, batch=BATCH)


def shown(verb, *words):
    return str(VERBS[verb].parse(words).carry_out(get_session()))


def test_frames_have_the_column_batch_where_a_run_is_a_trial():
    frame = guild_ipy.runs()
    assert frame["batch"].fillna("").to_list() == ["b1000000"] * 3 + [""] * 3
    assert "batch" not in guild_ipy.runs(where="batch is undefined")
    assert guild_ipy.runs(details=True, limit=1)["batch"].to_list() == ["b1000000"]
    assert frame.guild.compare()["batch"].count() == 3
    assert list(guild_ipy.compare(SINGLE)) == [
        *("run", "operation", "status", "label"),
        *("lr", "started", "time", "notebook", "project"),
    ]


@pytest.mark.parametrize("name", ["b1", "B1000000", BATCH, "'b1'"])
def test_a_batch_is_selected_by_the_beginning_of_its_id(name):
    assert guild_ipy.select(f"batch = {name}") == TRIALS[::-1]
    assert guild_ipy.select(f"batch in [{name}, c]") == TRIALS[::-1]
    assert guild_ipy.select(f"batch != {name}") == [BATCH, SINGLE, OTHER]


def test_other_tests_of_a_batch():
    assert guild_ipy.select("batch = b2") == []
    assert guild_ipy.select("batch contains 1000") == TRIALS[::-1]
    assert guild_ipy.select("batch is undefined and not is_batch") == [SINGLE]
    assert guild_ipy.select("is_batch") == [BATCH, OTHER]


def test_a_flag_called_batch_is_found_as_before(make_run):
    run = make_run(flags={"batch": 32}, exit_status=0, started=START + 60)
    assert guild_ipy.select("batch = 32") == [run.id]
    assert guild_ipy.select("batch > 16") == [run.id]
    assert guild_ipy.compare(run.id)["batch"].to_list() == [32]
    assert guild_ipy.compare()["flag:batch"].count() == 1


def test_an_attribute_of_a_user_called_batch_stays_one(make_run):
    run = make_run(batch=32, exit_status=0, started=START + 60)
    assert guild_ipy.runs(limit=1)["status"].to_list() == ["completed"]
    assert guild_ipy.select("attr:batch is undefined and not is_batch") == [run.id, SINGLE]
    assert guild_ipy.runs(limit=1).guild.attributes()["batch"].to_list() == [32]


def test_trials_of_a_batch_are_a_filter():
    for batch in (BATCH, "b1", 4, guild_ipy.get_run(BATCH)):
        assert guild_ipy.runs(trials_of=batch)["run"].to_list() == [each[:8] for each in TRIALS[::-1]]
    assert shown("runs", "--trials-of", "b1").count("\n") == 2
    assert shown("runs", "--trials-of", OTHER) == ""
    assert len(call_line("runs", "--trials-of {batch}", {"batch": guild_ipy.get_run(BATCH)})) == 3
    with pytest.raises(UsageError, match=r"run 5e000000 is not a batch, it is one run of train\(\)"):
        guild_ipy.runs(trials_of="5e")
    with pytest.raises(RunNotFound):
        guild_ipy.runs(trials_of="c0")
    with pytest.raises(UsageError, match="trials_of takes a batch"):
        guild_ipy.runs(trials_of=0.5)


def test_a_comparison_leaves_out_batches_unless_they_are_named():
    assert [line.split()[0] for line in shown("compare").splitlines()[1:]] == [
        *(each[:8] for each in TRIALS[::-1]),
        SINGLE[:8],
    ]
    assert len(guild_ipy.compare()) == len(guild_ipy.runs().guild.compare()) == len(call_line("compare", "", {})) == 4
    assert len(guild_ipy.compare(BATCH, SINGLE)) == 2
    assert "b1000000" in shown("compare", "b1")
    assert len(guild_ipy.runs(where="is_batch").guild.compare()) == 2


def test_trials_are_folded_under_their_batch():
    lines = shown("runs", "--fold").splitlines()
    assert [line.split("]")[0] for line in lines] == ["[4:b1000000", "[5:5e000000", "[6:b2000000"]
    assert lines[0].endswith("trials: 2 completed, 1 error")
    frame = guild_ipy.runs(fold=True)
    assert frame["run"].to_list() == ["b1000000", "5e000000", "b2000000"]
    assert frame["trials"].fillna("").to_list() == ["2 completed, 1 error", "", ""]
    assert call_line("runs", "--fold", {}).equals(frame)
    assert guild_ipy.runs(fold=True, limit=1)["run"].to_list() == ["b1000000"]
    assert shown("runs", "--fold", "-n", "1").count("\n") == 0


def test_trials_without_their_batch_in_the_list_stay():
    assert len(guild_ipy.runs(fold=True, where="not is_batch")) == 4
    with pytest.raises(UsageError, match="two things"):
        guild_ipy.runs(fold=True, details=True)
    with pytest.raises(UsageError, match="--json and --fold are two things"):
        shown("runs", "--fold", "--json")


def test_info_names_the_batch_and_counts_the_trials():
    assert guild_ipy.info(TRIALS[0]).lines["batch"] == "b1000000"
    assert guild_ipy.info(BATCH).lines["trials"] == "2 completed, 1 error"
    assert guild_ipy.info(OTHER).lines["trials"] == "none"
    values = VERBS["info"].parse(["b1", "--json"]).carry_out(get_session())
    assert values["trials"] == [TRIALS[1], TRIALS[0], TRIALS[2]]
    assert VERBS["info"].parse([TRIALS[0], "--json"]).carry_out(get_session())["batch"] == BATCH


def test_a_deleted_batch_leaves_its_trials_and_says_how_they_are_deleted(capsys):
    guild_ipy.delete(BATCH)
    done, back, trials = capsys.readouterr().out.splitlines()
    assert done == "Deleted 1 run: train()+ b1000000"
    assert re.fullmatch(r"Get it back with `(guild-ipy |%guild_)restore b1000000`", back)  # in a notebook the magic
    assert re.fullmatch(r"The trials stay; `(guild-ipy |%guild_)delete --trials-of b1000000` deletes them", trials)
    assert len(guild_ipy.runs(trials_of="b1000000")) == 3
    assert guild_ipy.runs(fold=True)["run"].to_list()[:3] == [each[:8] for each in TRIALS[::-1]]
    call_line("delete", "--trials-of b1000000 --yes", {})
    assert guild_ipy.runs()["run"].to_list() == ["5e000000", "b2000000"]


def test_nothing_is_said_of_trials_that_are_gone_as_well(capsys):
    guild_ipy.delete(BATCH, *TRIALS)
    guild_ipy.delete(OTHER)
    assert "trials" not in capsys.readouterr().out
