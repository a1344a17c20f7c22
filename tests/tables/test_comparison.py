from __future__ import annotations

import pandas as pd
import pytest

from guild_ipy.arguments.run_selection import RunSelection
from guild_ipy.errors import GuildError, SelectError, UsageError
from guild_ipy.frame.runs_frame import compare_selected, runs
from guild_ipy.session.session import get_session
from tests.frame.conftest import add_scalars

CORE = ["run", "operation", "status", "label"]
LAST = ["started", "time", "notebook", "project"]


def test_results_flags_and_times_stand_behind_who_the_run_is(add_run):
    add_run("aaaa", flags={"lr": 0.1, "epochs": 3}, scalars={"loss": [3.0, 2.0], "acc": [0.5]})
    add_run("bbbb", flags={"depth": 2})

    df = runs().guild.compare()

    assert list(df.columns) == [*CORE, "acc", "loss", "step", "depth", "epochs", "lr", *LAST]
    assert df.loc[1, ["acc", "loss", "step", "epochs", "lr"]].to_list() == [0.5, 2.0, 2, 3, 0.1]
    assert df.loc[0, ["acc", "loss", "step", "epochs", "lr"]].isna().all()
    assert str(df.step.dtype) == "Int64"


@pytest.mark.parametrize(("tags", "step"), [(["acc", "loss"], 2), (["acc", "zoo"], 1)])
def test_the_step_is_that_of_loss_or_of_the_first_scalar(add_run, tags, step):
    add_run("aaaa", scalars={tags[0]: [1.0], tags[1]: [1.0, 2.0]})

    assert runs().guild.compare().step.to_list() == [step]


def test_no_flag_or_scalar_hides_another_column(add_run):
    add_run("aaaa", flags={"label": "x", "step": 1, "lr": 0.1}, scalars={"lr": [0.5], "step": [3.0]})

    df = runs().guild.compare()

    assert list(df.columns) == [*CORE, "scalar:lr", "scalar:step", "step", "flag:label", "flag:lr", "flag:step", *LAST]
    assert df.loc[0, "scalar:lr":"flag:step"].to_list() == [0.5, 3.0, 1, "x", 0.1, 1]


def test_scalars_of_sub_directories_are_told_apart(add_run):
    add_run("aaaa", scalars={"loss": [1.0]}, folder="val")

    assert list(runs().guild.compare().columns[4:-4]) == ["val#loss", "step"]


def test_what_guild_notes_about_the_machine_is_left_out(add_run):
    add_run("aaaa", scalars={"sys/gpu0/mem": [1.0], "loss": [1.0]})

    assert list(runs().guild.compare().columns[4:-4]) == ["loss", "step"]


def test_runs_that_reported_nothing_have_no_step(add_run):
    add_run("aaaa", flags={"lr": 1})

    assert list(runs().guild.compare().columns) == [*CORE, "lr", *LAST]


def test_attributes_stand_behind_the_flags(add_run):
    add_run("aaaa", flags={"lr": 0.1}, note="x", scalars={"loss": [1.0]})

    assert list(runs().guild.compare().columns[4:-4]) == ["loss", "step", "lr", "note"]


def test_what_only_other_runs_have_is_no_column(add_run):
    add_run("aaaa", flags={"lr": 0.1}, scalars={"loss": [1.0]})
    add_run("bbbb", flags={"n": 1}, scalars={"lr": [1.0]})

    df = runs(limit=1)

    assert list(df.guild.compare().columns[4:-4]) == ["lr", "step", "n"]
    assert df.guild.compare()["n"].dtype == "Int64"


def test_a_column_has_the_dtype_of_the_runs_that_are_shown(add_run):
    add_run("aaaa", flags={"x": "text", "y": 0.5})
    add_run("bbbb", flags={"x": 1, "y": 2})

    both, one = runs().guild.compare(), runs(limit=1).guild.compare()

    assert list(map(str, both.dtypes[4:-4])) == ["object", "float64"]
    assert list(map(str, one.dtypes[4:-4])) == ["Int64", "Int64"]


@pytest.mark.parametrize(
    ("columns", "expected"),
    [
        ("loss", {"loss": 2.0}),
        ("=lr", {"lr": 0.1}),
        ("flag:lr", {"lr": 0.1}),
        ("lr", {"lr": 0.1}),
        (".label", {"label": "mine"}),
        (".note", {"note": "x"}),
        ("first loss, min loss, max loss", {"first loss": 3.0, "min loss": 1.0, "max loss": 3.0}),
        ("avg loss,total loss,count loss", {"avg loss": 2.0, "total loss": 6.0, "count loss": 3}),
        ("loss step, min loss step", {"loss step": 3, "min loss step": 2}),
        (["loss as error", "=lr as 'learning rate'"], {"error": 2.0, "learning rate": 0.1}),
        ("'my scalar', =my-flag", {"my scalar": 7.0, "my-flag": 5}),
        ("scalar:val#acc", {"val#acc": 0.5}),
        ("same, flag:same as flag", {"same": 9.0, "flag": 1}),
        (".id", {"id": "aaaa".ljust(32, "0")}),
        (".exit_status, .sourcecode", {"exit_status": 0, "sourcecode": "01234567"}),
    ],
)
def test_columns_are_named_as_guild_names_them(add_run, columns, expected):
    flags = {"lr": 0.1, "my-flag": 5, "same": 1}
    scalars = {"loss": [3.0, 1.0, 2.0], "my scalar": [7.0], "same": [9.0]}
    run_dir = add_run("aaaa", label="mine", note="x", flags=flags, scalars=scalars, sourcecode_digest="0123456789ab")
    add_scalars(run_dir, {"acc": [0.5]}, "val")

    row = runs().guild.compare(columns).loc[0].to_dict()

    assert row == {"run": "aaaa0000", **expected}


def test_a_column_that_some_runs_have_is_missing_in_the_others(add_run):
    add_run("aaaa", flags={"lr": 1})
    add_run("bbbb")

    df = runs().guild.compare("=lr, .stopped as stopped")

    assert list(map(str, df.dtypes[1:2])) == ["Int64"]
    assert df.lr.isna().to_list() == [True, False]
    assert df.stopped.notna().all()


@pytest.mark.parametrize(
    ("columns", "error", "message"),
    [
        ("los", SelectError, r"no run has the attribute, flag or scalar 'los' \(did you mean 'loss'\?\)"),
        ("=loss", SelectError, "no run has the flag 'loss'"),
        ("max", SelectError, "no run has the attribute, flag or scalar 'max'"),
        ("loss loss", SelectError, "'loss loss' is no name; write for example"),
        ("loss, loss", UsageError, "two columns are called 'loss'"),
        ([1], UsageError, "columns are texts such as 'loss' and '=lr', not int"),
        (".package", UsageError, "'.package' cannot be a column; there are"),
    ],
)
def test_what_is_no_column_is_an_error(add_run, columns, error, message):
    add_run("aaaa", scalars={"loss": [1.0]})

    with pytest.raises(error, match=message):
        runs().guild.compare(columns)


def test_a_frame_without_runs_has_the_columns_that_are_asked_for(home):
    df = pd.DataFrame({"run": []}).guild.compare("loss, =lr")

    assert list(df.columns) == ["run", "loss", "lr"]
    assert df.empty


@pytest.mark.parametrize("columns", ["los", "loss, loss", ".package"])
def test_a_wrong_column_does_not_cost_the_index(add_run, columns):
    add_run("aaaa", scalars={"loss": [1.0]})
    gen = get_session().index.table(()).gen

    with pytest.raises(GuildError):
        compare_selected(RunSelection(), columns)

    assert get_session().index.table(()).gen == gen
