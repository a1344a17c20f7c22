from __future__ import annotations

import pytest

from guild_ipy.frame.runs import runs

CORE = ["run", "operation", "started", "time", "status", "label"]


def test_flags_step_and_scalars_stand_behind_who_the_run_is(add_run):
    add_run("aaaa", flags={"lr": 0.1, "epochs": 3}, scalars={"loss": [3.0, 2.0], "acc": [0.5]})
    add_run("bbbb", flags={"depth": 2})

    df = runs().guild.compare()

    assert list(df.columns) == [*CORE, "depth", "epochs", "lr", "step", "acc", "loss"]
    assert df.loc[1, "epochs":].to_list() == [3, 0.1, 2, 0.5, 2.0]
    assert df.loc[0, "epochs":].isna().all()
    assert str(df.step.dtype) == "Int64"


@pytest.mark.parametrize(("tags", "step"), [(["acc", "loss"], 2), (["acc", "zoo"], 1)])
def test_the_step_is_that_of_loss_or_of_the_first_scalar(add_run, tags, step):
    add_run("aaaa", scalars={tags[0]: [1.0], tags[1]: [1.0, 2.0]})

    assert runs().guild.compare().step.to_list() == [step]


def test_no_flag_or_scalar_hides_another_column(add_run):
    add_run("aaaa", flags={"label": "x", "step": 1, "lr": 0.1}, scalars={"lr": [0.5], "step": [3.0]})

    df = runs().guild.compare()

    assert list(df.columns) == [*CORE, "flag:label", "lr", "flag:step", "step", "scalar:lr", "scalar:step"]
    assert df.loc[0, "flag:label":].to_list() == ["x", 0.1, 1, 1, 0.5, 3.0]


def test_scalars_of_sub_directories_are_told_apart(add_run):
    add_run("aaaa", scalars={"loss": [1.0]}, folder="val")

    assert list(runs().guild.compare().columns[6:]) == ["step", "val#loss"]


def test_what_guild_notes_about_the_machine_is_left_out(add_run):
    add_run("aaaa", scalars={"sys/gpu0/mem": [1.0], "loss": [1.0]})

    assert list(runs().guild.compare().columns[6:]) == ["step", "loss"]


def test_runs_that_reported_nothing_have_no_step(add_run):
    add_run("aaaa", flags={"lr": 1})

    assert list(runs().guild.compare().columns) == [*CORE, "lr"]
