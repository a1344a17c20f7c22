import pandas as pd
import pytest

import guild_ipy
from guild_ipy.session.run_handle import Run
from guild_ipy.store.trash import delete_run
from tests.used_runs import used, whole

COLUMNS = "run operation relation depth via from to status marked stale started missing".split()


@pytest.fixture
def chain(add):
    """`prepare`, used by `train`, used by `serve`; `train` also used a run that is gone."""
    add("a1", "prepare", flags={"size": 3})
    add("b2", "train", used("prepare", "a1") | used("vocab", "99"), flags={"lr": 0.5})
    return add("c3", "serve", used("train", "b2"), marked=True)


def test_the_frame_has_a_row_for_the_run_and_for_each_use(chain):
    frame = guild_ipy.lineage("b2", up=True, down=True).frame
    assert list(frame.columns) == COLUMNS
    assert frame["run"].to_list() == ["b2000000", "a1000000", pd.NA, "c3000000"]
    assert frame["relation"].to_list() == ["self", "upstream", "upstream", "downstream"]
    assert frame["via"].to_list() == [pd.NA, "prepare", "vocab", "train"]
    assert frame["from"].to_list() == [pd.NA, "a1000000", "99000000", "b2000000"]
    assert frame["to"].to_list() == [pd.NA, "b2000000", "b2000000", "c3000000"]
    assert frame["missing"].to_list() == [False, False, True, False]
    assert frame["marked"].to_list() == [False, False, False, True]


def test_dtypes_are_those_of_listings(chain):
    frame, listed = guild_ipy.lineage(chain).frame, guild_ipy.runs()
    shared = ["run", "status", "marked", "started"]
    assert frame[shared].dtypes.to_dict() == listed[shared].dtypes.to_dict()
    assert (frame["depth"].dtype, frame["stale"].dtype, frame["missing"].dtype) == ("int64", "bool", "bool")


def test_the_accessor_works_on_the_frame(chain):
    frame = guild_ipy.lineage(chain).frame
    assert frame[frame["relation"] == "upstream"].guild.flags()["run"].to_list() == ["b2000000", "a1000000"]
    assert frame.head(1).guild.mark(clear=True) == 1


def test_a_run_in_the_trash_is_missing_and_can_be_looked_at(chain, home):
    delete_run(home, home.run_dir(whole("a1")))
    frame = guild_ipy.lineage("b2", up=True).frame
    assert frame.loc[frame["run"] == "a1000000", "missing"].to_list() == [True]
    assert frame.guild.flags()["size"].to_list() == [pd.NA, 3]


def test_iterating_gives_the_runs_that_are_there(chain):
    made = guild_ipy.lineage("b2")
    assert [run.id for run in made] == [whole("b2"), whole("a1"), whole("c3")]
    assert all(isinstance(run, Run) for run in made)
    assert len(made) == 3


def test_a_notebook_shows_a_picture_and_a_shell_a_tree(chain):
    made = guild_ipy.lineage(chain, depth=1)
    assert made._repr_html_() == made._repr_svg_() == made.svg
    assert made.svg.startswith("<svg ")
    assert str(made).splitlines()[1] == "made of:"


def test_names_are_as_long_as_it_takes(add):
    for end in ("1", "2"):
        add(f"abcdef01{end}", "train")
    add("5e", "serve", used("train", "abcdef011"))
    frame = guild_ipy.lineage("5e").frame
    assert frame["from"].to_list() == [pd.NA, "abcdef011"]
    assert frame["run"].to_list() == ["5e000000", "abcdef011"]


def test_a_run_without_relatives_is_alone(add):
    add("a1")
    assert len(guild_ipy.lineage().frame) == 1


def test_a_box_has_the_label_or_the_flags_in_which_runs_differ(add):
    add("a1", "prepare", flags={"size": 3, "seed": 1})
    add("a2", "prepare", flags={"size": 5, "seed": 1})
    add("b2", "train", used("prepare", "a1", "a2"), flags={"lr": 0.5}, label="the <good> one")

    svg = guild_ipy.lineage("b2").svg

    assert ">size=3<" in svg
    assert ">size=5<" in svg
    assert "seed" not in svg
    assert ">the &lt;good&gt; one<" in svg
