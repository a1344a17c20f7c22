from __future__ import annotations

import os

import pytest

from guild_ipy.frame.runs_frame import runs

COLUMNS = (
    "run prefix tag first_val first_step last_val last_step min_val min_step max_val max_step avg_val count total"
).split()


def test_each_scalar_of_a_run_is_summarised_in_a_row(add_run):
    add_run("aaaa", scalars={"loss": [4.0, 1.0, 2.5], "acc": [0.5]})

    df = runs().guild.scalars()

    assert list(df.columns) == COLUMNS
    assert df.tag.to_list() == ["acc", "loss"]
    assert df.loc[1].to_list() == ["aaaa0000", "", "loss", 4.0, 1, 2.5, 3, 1.0, 2, 4.0, 1, 2.5, 3, 7.5]


def test_scalars_of_sub_directories_have_a_prefix(add_run):
    add_run("aaaa", scalars={"loss": [1.0]}, folder="logs/val")

    assert runs().guild.scalars().prefix.to_list() == ["logs/val"]


def test_every_value_is_a_row_of_the_detail(add_run):
    add_run("aaaa", scalars={"loss": [4.0, 1.0]}, folder="logs")
    add_run("bbbb", scalars={"loss": [3.0]})

    df = runs().guild.scalars_detail()

    assert list(df.columns) == ["run", "path", "tag", "val", "step"]
    assert df.run.to_list() == ["bbbb0000", "aaaa0000", "aaaa0000"]
    assert df.val.to_list() == [3.0, 4.0, 1.0]
    assert df.step.to_list() == [1, 1, 2]
    assert [os.path.dirname(path) for path in df.path] == [".guild", "logs", "logs"]


@pytest.mark.parametrize("table", ["scalars", "scalars_detail"])
def test_runs_without_scalars_give_the_same_dtypes(add_run, table):
    add_run("aaaa")
    without = getattr(runs().guild, table)()
    add_run("bbbb", scalars={"loss": [1.0]})

    assert without.empty
    assert without.dtypes.equals(getattr(runs().guild, table)().dtypes)
