from __future__ import annotations

import sys

import matplotlib as mpl
import numpy as np
import pandas as pd
import pytest

from guild_ipy.errors import UsageError
from guild_ipy.frame.runs_frame import runs
from guild_ipy.tables.pictures.pyplot import CURVES

mpl.use("Agg")


@pytest.fixture
def df(add_run) -> pd.DataFrame:
    add_run("aaaa", flags={"lr": 0.1, "epochs": 3}, scalars={"loss": [3.0, 2.0, 1.0], "acc": [0.1, 0.2]})
    add_run("bbbb", flags={"lr": 0.2, "epochs": 3}, scalars={"loss": [4.0], "sys/cpu": [1.0]})
    return runs()


@pytest.fixture(autouse=True)
def close_figures():
    from matplotlib import pyplot as plt

    yield
    plt.close("all")


def texts_of(legend):
    return [text.get_text() for text in legend.get_texts()]


def test_each_run_is_a_line_by_step(df):
    ax = df.guild.plot("loss")

    lines = {line.get_label(): line.get_xydata().tolist() for line in ax.get_lines()}
    assert lines == {"bbbb0000 lr=0.2": [[1, 4.0]], "aaaa0000 lr=0.1": [[1, 3.0], [2, 2.0], [3, 1.0]]}
    assert (ax.get_title(), ax.get_xlabel(), ax.get_ylabel()) == ("loss", "step", "loss")
    assert texts_of(ax.get_legend()) == ["bbbb0000 lr=0.2", "aaaa0000 lr=0.1"]


def test_without_a_name_each_scalar_but_those_of_the_machine_has_a_panel(df):
    panels = df.guild.plot()

    assert [ax.get_title() for ax in panels] == ["loss", "acc"]


def test_one_scalar_can_be_drawn_into_axes_of_the_user(df):
    from matplotlib import pyplot as plt

    _, mine = plt.subplots()

    assert df.guild.plot("loss", ax=mine) is mine
    with pytest.raises(UsageError, match="one ax takes one scalar"):
        df.guild.plot("loss", "acc", ax=mine)


def test_runs_with_the_same_flags_are_told_apart_by_their_labels(add_run):
    add_run("aaaa", flags={"lr": 1}, label="first", scalars={"loss": [1.0]})
    add_run("bbbb", flags={"lr": 1}, label="second", scalars={"loss": [1.0]})

    assert texts_of(runs().guild.plot().get_legend()) == ["bbbb0000 second", "aaaa0000 first"]


def test_scalars_of_sub_directories_have_their_own_panel(add_run):
    add_run("aaaa", scalars={"loss": [1.0]}, folder="val")

    assert runs().guild.plot().get_title() == "val#loss"


def test_a_run_that_went_on_in_a_second_file_is_one_line(df, home, add_run):
    from tests.frame.conftest import add_scalars

    add_scalars(home.run_dir("bbbb".ljust(32, "0")), {"loss": [9.0, 8.0]})

    lines = runs().guild.plot("loss").get_lines()

    assert np.array_equal(lines[0].get_xdata(), [1, 1, 2])


def test_of_many_runs_the_best_and_the_newest_are_told_apart(add_run):
    for number in range(15):
        add_run(f"{number:04x}", flags={"n": number}, scalars={"loss": [1.0, abs(number - 3.0)]})

    ax = runs().guild.plot()

    assert texts_of(ax.get_legend()) == ["newest: 000e0000 n=14", "best: 00030000 n=3"]
    assert ax.get_legend().get_title().get_text() == "run (and 13 more)"
    assert sum(line.get_alpha() < 1 for line in ax.get_lines()) == 13


def test_of_an_accuracy_the_greatest_is_the_best(add_run):
    for number in range(12):
        add_run(f"{number:04x}", flags={"n": number}, scalars={"val_acc": [0.1, number / 20]})

    assert "best: 000b0000 n=11" in texts_of(runs().guild.plot().get_legend())


def luminance(colour):
    parts = (part / 12.92 if part <= 0.03928 else ((part + 0.055) / 1.055) ** 2.4 for part in mpl.colors.to_rgb(colour))
    return float(np.dot([0.2126, 0.7152, 0.0722], list(parts)))


def contrast(colour, ground):
    lighter, darker = sorted([luminance(colour), luminance(ground)], reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


@pytest.mark.parametrize("ground", ["#ffffff", "#111111"])
def test_a_picture_can_be_read_on_a_light_and_on_a_dark_page(df, ground):
    ax = df.guild.plot("loss")

    assert ax.figure.get_facecolor()[3] == ax.get_facecolor()[3] == 0
    assert contrast(ax.title.get_color(), ground) > 4.2
    assert contrast(ax.get_xticklabels()[0].get_color(), ground) > 4.2
    assert all(contrast(colour, ground) > 3 for colour in CURVES)


def test_a_style_that_the_user_has_chosen_stays(df):
    from matplotlib import pyplot as plt

    with plt.style.context("dark_background"):
        assert df.guild.plot("loss").get_facecolor() == (0, 0, 0, 1)


def test_after_filter_concat_and_merge_the_runs_of_the_frame_are_drawn(df):
    first = df[df.run == "aaaa0000"]
    merged = pd.concat([first, first]).merge(df.guild.flags(), on="run")

    assert len(merged.guild.plot("loss").get_lines()) == 1


@pytest.mark.parametrize(
    ("names", "message"), [(["los"], r"has the scalar 'los' \(did you mean 'loss'\?\)"), (["x" * 9], "they have acc")]
)
def test_a_scalar_that_no_run_has_is_an_error(df, names, message):
    with pytest.raises(UsageError, match=message):
        df.guild.plot(*names)


def test_runs_without_scalars_cannot_be_plotted(add_run):
    add_run("aaaa")

    with pytest.raises(UsageError, match="have reported no scalars"):
        runs().guild.plot()


@pytest.mark.parametrize("draw", [lambda df: df.guild.plot(), lambda df: df.guild.parallel("=lr, loss")])
def test_without_matplotlib_the_extra_is_named(df, draw, monkeypatch):
    monkeypatch.setitem(sys.modules, "matplotlib", None)

    with pytest.raises(UsageError, match=r"pip install 'guild-ipy\[plots\]'"):
        draw(df)
