from __future__ import annotations

import time

import pandas as pd
import pytest

from guild_ipy.frame.runs_frame import runs
from guild_ipy.tables.shown.html_table import format_html
from guild_ipy.tables.shown.shown_table import show_frame
from guild_ipy.tables.shown.text_table import format_text
from tests.frame.conftest import NOON

pytestmark = pytest.mark.usefixtures("home")


def shown(frame):
    """The columns that are shown, as a dict of texts."""
    return {column.heading: list(column.texts) for column in show_frame(frame).columns}


def test_times_are_short_and_blank_where_there_are_none(add_run):
    add_run("aaaa", started=NOON, stopped=NOON + 1_260_000)
    add_run("bbbb", started=NOON + 1, stopped=NOON + 125_900_000)
    run_dir = add_run("cccc", stopped=None)

    found = shown(runs())

    assert found["time"][-2:] == ["2:05", "1.3 s"]
    assert all(len(text) in {0, 19} for text in found["started"])
    assert run_dir.id[:8] in found["run"]


def test_a_column_of_listings_that_says_nothing_is_left_out(add_run):
    add_run("aaaa")

    assert list(shown(runs())) == ["run", "operation", "started", "time", "status"]


def test_a_default_label_is_left_out_where_its_flags_have_columns(add_run):
    flags = {"lr": 0.1, "n": 5, "shuffle": True, "opt": "a b"}
    default = "lr=0.1 n=5 opt='a b' shuffle=yes"
    add_run("aaaa", flags=flags, label=default)
    add_run("bbbb", flags={**flags, "n": 0.5}, label=f"best {default}".replace("n=5", "n=0.5"))
    add_run("cccc", flags=flags, label="n=5, my note")

    assert shown(runs())["label"] == ["n=5, my note", f"best {default}".replace("n=5", "n=0.5"), default]
    assert shown(runs().guild.compare())["label"] == ["n=5, my note", "best", ""]


def test_flags_and_places_that_are_the_same_in_all_runs_stand_below(add_run):
    origin = {"notebook": "/work/train.ipynb", "project": "/work"}
    add_run("aaaa", flags={"lr": 0.1, "n": 5}, scalars={"loss": [0.5]}, _origin=origin)
    add_run("bbbb", flags={"lr": 0.2, "n": 5}, scalars={"loss": [0.5]}, _origin=origin)

    table = show_frame(runs().guild.compare())

    assert table.common == [("n", "5"), ("notebook", "/work/train.ipynb"), ("project", "/work")]
    assert [each.heading for each in table.columns][:6] == ["run", "operation", "status", "loss", "step", "lr"]


def test_places_that_differ_are_columns_of_last_names(add_run):
    add_run("aaaa", _origin={"notebook": "/work/a/train.ipynb"})
    add_run("bbbb", _origin={"notebook": "/work/b/train.ipynb"})

    (column,) = (each for each in show_frame(runs()).columns if each.heading == "notebook")

    assert list(column.texts) == ["b/train.ipynb", "a/train.ipynb"]
    assert list(column.wholes) == ["/work/b/train.ipynb", "/work/a/train.ipynb"]


def test_a_status_has_a_sign_and_a_word(add_run):
    add_run("aaaa", exit_status=1)
    add_run("bbbb")
    add_run("cccc", exit_status=-15)

    text = format_text(show_frame(runs()))

    assert [line.split()[-2:] for line in text.splitlines()[1:4]] == [
        ["■", "terminated"],
        ["✓", "completed"],
        ["✗", "error"],
    ]
    assert '<td class="error"><b>✗</b> error</td>' in format_html(show_frame(runs()))


def test_an_index_is_shown_where_it_says_something(add_run):
    add_run("aaaa")
    add_run("bbbb")

    assert next(iter(shown(runs().sort_values("run")))) == "run"
    assert list(shown(runs().set_index(pd.Index(["x", "y"], name="who"))))[:2] == ["who", "run"]
    assert list(shown(pd.concat({"a": runs(), "b": runs()})))[:2] == ["", "run"]


def test_rows_are_left_out_as_pandas_does(add_run):
    for start in ("aaaa", "bbbb", "cccc"):
        add_run(start)

    with pd.option_context("display.max_rows", 2):
        table = show_frame(runs())

    assert table.count == "3 runs, 2 shown"
    assert [line.split()[0] for line in format_text(table).splitlines()[:4]] == ["run", "cccc0000", "…", "aaaa0000"]
    assert format_html(table).count("<tr>") == 4


def test_columns_are_left_out_as_pandas_does(add_run):
    add_run("aaaa")

    with pd.option_context("display.max_columns", 2):
        text = format_text(show_frame(runs()))

    assert text.splitlines()[0].split() == ["run", "…", "status"]


def test_rows_of_the_same_run_are_counted_apart(add_run):
    add_run("aaaa", scalars={"loss": [1.0], "acc": [0.5]})

    assert show_frame(runs().guild.scalars()).count == "2 rows of 1 run"


def test_a_home_without_runs_is_a_heading_and_a_count():
    table = show_frame(runs())

    assert table.count == "0 runs"
    assert "<thead>" in format_html(table)


def test_a_wide_table_is_text_in_blocks_that_begin_with_the_run(add_run):
    add_run("aaaa", flags={f"flag_{number}": number for number in range(20)})

    with pd.option_context("display.width", 60, "display.max_columns", 0):
        lines = format_text(show_frame(runs().guild.compare())).splitlines()

    assert max(map(len, lines)) <= 60
    assert sum(line.startswith("run ") for line in lines) > 2


def test_many_runs_take_as_long_as_with_pandas(add_run):
    add_run("aaaa", flags={"lr": 0.1}, scalars={"loss": [0.5]})
    one = runs().guild.compare()
    many = pd.concat([one] * 100_000, ignore_index=True)
    many["run"] = pd.array([f"{number:08x}" for number in range(100_000)], dtype="string[python]")

    ours = min(_seconds(lambda: format_html(show_frame(many))) for _ in range(3))
    theirs = min(_seconds(many._repr_html_) for _ in range(3))

    assert ours < 3 * theirs + 0.1


def _seconds(action) -> float:
    start = time.perf_counter()
    action()
    return time.perf_counter() - start


def test_a_value_that_is_nan_or_infinite_is_shown_and_blank_is_only_what_is_missing(add_run):
    for place, loss in enumerate([0.5, float("nan"), float("inf"), float("-inf")]):
        add_run(f"aaa{place}", scalars={"loss": [1.0, loss], "acc": [float("nan")]}, flags={"lr": 0.1 * place})
    add_run("bbbb", flags={"lr": float("nan")})
    frame = runs().guild.compare()

    for each in (frame, frame.sort_values("lr", ascending=False).sort_index(), frame.copy().iloc[:]):
        found = shown(each)
        assert found["loss"] == ["", "-inf", "inf", "nan", "0.5"]
        assert found["acc"] == ["", "nan", "nan", "nan", "nan"]
        assert found["lr"][0] == "nan"
    assert (str(frame["loss"].dtype), frame["loss"].isna().tolist()) == ("float64", [True, False, False, True, False])
    assert "nan" not in shown(frame.assign(shifted=frame["loss"].shift()))["shifted"][:1]


def test_curves_and_summaries_show_nan(add_run):
    add_run("aaaa", scalars={"loss": [1.0, float("nan")]})

    assert shown(runs().guild.scalars_detail())["val"] == ["1", "nan"]
    assert shown(runs().guild.scalars())["last_val"] == ["nan"]
