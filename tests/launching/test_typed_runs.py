"""Runs whose flags are more than numbers and text: of functions, cells and scripts, and started again."""

from pathlib import Path

import pytest

from guild_ipy.domain.choosing.best import Best
from guild_ipy.domain.choosing.run_filter import RunFilter
from guild_ipy.engine.output.recover import recover_run
from guild_ipy.errors import FlagError
from guild_ipy.index.index import Index
from guild_ipy.launching.launch import LaunchOptions
from guild_ipy.launching.restart import Change, restart
from guild_ipy.operations.flag_values.typed_text import FlagText
from guild_ipy.operations.functions.cell import CellOperation
from guild_ipy.session.matching import select
from guild_ipy.settings import Settings
from guild_ipy.verbs.looking.compare import compare
from guild_ipy.verbs.looking.info import get_info

DEFINITIONS = """
from __future__ import annotations
from dataclasses import dataclass
from datetime import date, timedelta
from enum import Enum
from pathlib import Path
from typing import Literal, Optional

import numpy as np

class Opt(Enum):
    SGD = "sgd"
    ADAM = "adam"

def train(opt: Opt = Opt.SGD, out: Path = Path("a"), shape: tuple[int, int] = (2, 2), mode: Literal["a", "b"] = "a",
          n: Optional[int] = None, day: date = date(2024, 1, 1), wait: timedelta = timedelta(minutes=1),
          layers: list[int] = [1], sizes: dict[int, Path] = {1: Path("b")}, lr=np.float32(0.1)):
    assert opt in Opt and opt is Opt(opt.value)
    return repr((opt, out, shape, mode, n, day, wait, layers, sizes, type(lr).__name__))
"""
DEFAULTS = (
    "(<Opt.SGD: 'sgd'>, PosixPath('a'), (2, 2), 'a', None, datetime.date(2024, 1, 1), "
    "datetime.timedelta(seconds=60), [1], {1: PosixPath('b')}, 'float32')"
)
GIVEN = (
    "(<Opt.ADAM: 'adam'>, PosixPath('c'), (4, 4), 'b', 3, datetime.date(2024, 5, 5), "
    "datetime.timedelta(seconds=5400), [3, 4], {2: PosixPath('d')}, 'float')"
)
TYPED = {
    "opt": "adam",
    "out": "c",
    "shape": "(4,4)",
    "mode": "b",
    "n": "3",
    "day": "2024-05-05",
    "wait": "1h30m",
    "layers": "[3, 4]",
    "sizes": "{2: d}",
    "lr": "0.5",
}
RECORDED = {
    "opt": "adam",
    "out": "c",
    "shape": [4, 4],
    "mode": "b",
    "n": 3,
    "day": "2024-05-05",
    "wait": "1:30:00",
    "layers": [3, 4],
    "sizes": {"2": "d"},
    "lr": 0.5,
}


@pytest.fixture
def typed(notebook):
    notebook.cell(DEFINITIONS)
    return notebook


@pytest.fixture
def again(notebook):
    def again(run, **flags):
        return restart(notebook.context, run, Change(flags=flags), LaunchOptions(), notebook.viewer)

    return again


def as_typed(flags):
    return {name: FlagText(text) for name, text in flags.items()}


def test_defaults_are_recorded_and_given_as_they_are(typed):
    made = typed.run("train")
    assert made.result == DEFAULTS
    assert (made.flags["opt"], made.flags["shape"], made.flags["day"], made.flags["lr"]) == (
        "sgd",
        [2, 2],
        "2024-01-01",
        0.1,
    )
    assert "opt=sgd out=a" in made.label


def test_what_is_typed_is_given_as_annotated_and_recorded(typed):
    made = typed.run("train", **as_typed(TYPED))
    assert (made.result, made.flags) == (GIVEN, RECORDED)
    assert made.get("flags") == RECORDED


@pytest.mark.parametrize("isolation", ["fork", "fresh", "inline"])
def test_python_values_are_given_as_they_are_in_every_process(typed, isolation):
    typed.isolation = isolation
    opt, day = typed.cell("Opt.ADAM"), typed.cell("date(2024, 5, 5)")
    made = typed.run("train", opt=opt, day=day, out=Path("c"), shape=(4, 4))
    assert (made.flags["opt"], made.flags["day"], made.flags["out"], made.flags["shape"]) == (
        "adam",
        "2024-05-05",
        "c",
        [4, 4],
    )
    assert "Opt.ADAM" in made.result


def test_a_restart_gives_the_same_values(typed, again):
    assert again(typed.run("train", **as_typed(TYPED))).result == GIVEN
    assert again(typed.run("train")).result == DEFAULTS


def test_a_restart_with_other_flags_gives_them_as_annotated(typed, again):
    made = again(typed.run("train"), **as_typed(TYPED))
    assert made.flags == RECORDED
    assert made.result == GIVEN.replace("'float'", "'float32'")
    assert "opt=adam" in made.label


def test_a_restart_takes_values_of_python(typed, again):
    made = again(typed.run("train"), opt=typed.cell("Opt.ADAM"), out=Path("c"), shape=(4, 4))
    assert made.result == DEFAULTS.replace("SGD: 'sgd'", "ADAM: 'adam'").replace("Path('a')", "Path('c')").replace(
        "(2, 2)", "(4, 4)"
    )


def test_a_restart_with_a_value_that_does_not_fit_changes_nothing(typed, again):
    made = typed.run("train")
    with pytest.raises(FlagError, match=r"flag 'opt' of train\(\) is one of sgd, adam, not 'zzz'"):
        again(made, opt=FlagText("zzz"))
    assert (made.result, made.flags["opt"]) == (DEFAULTS, "sgd")


def test_a_restart_in_place_of_an_object_gives_the_flag(notebook, again):
    notebook.cell("def count(data, lr=0.1):\n    return len(data), lr")
    made = notebook.run("count", data=range(3))
    assert again(made, lr=0.5).result == (3, 0.5)
    assert made.flags == {"lr": 0.5}
    assert again(made, data="four").result == (4, 0.5)


def test_a_comparison_shows_them(typed):
    typed.run("train", **as_typed(TYPED))
    table = compare(typed.context, RunFilter(), "=opt, =shape, =day, =sizes, =n")
    assert table.rows[0][1:] == ("adam", [4, 4], "2024-05-05", {"2": "d"}, 3)


def test_a_refused_value_leaves_no_run(typed, home):
    with pytest.raises(FlagError):
        typed.run("train", shape=FlagText("[1]"))
    assert list(Path(home.runs).glob("*")) == []


@pytest.mark.parametrize("isolation", ["fork", "fresh"])
def test_none_is_given_to_cells_and_scripts(notebook, isolation):
    notebook.isolation = isolation
    Path("n.py").write_text("n = 3\nprint('n', n is None)\n")
    cell = CellOperation(text="n = 3\nn is None")
    made = [notebook.run(each, n=FlagText("None")) for each in (cell, "n.py")]
    assert (made[0].result, made[1].output) == (True, "n True\n")
    assert [each.flags for each in made] == [{"n": None}, {"n": None}]


def test_scripts_take_values_that_stand_for_constants(notebook):
    Path("n.py").write_text("n = 'a'\nprint(n)\n")
    assert notebook.run("n.py", n=Path("b/c")).output == "b/c\n"


def test_a_metric_that_has_the_name_of_a_flag_is_recorded_beside_it(notebook):
    notebook.cell("def train(loss='mse', acc=0.0, n=3):\n    print('loss: 0.5\\nacc: 0.9\\nn: 3')")
    made = notebook.run("train")
    assert made.flags == {"loss": "mse", "acc": 0.0, "n": 3}
    assert made.scalars == pytest.approx({"loss": 0.5, "acc": 0.9})
    table = compare(notebook.context, RunFilter())
    assert dict(zip(table.headings, table.rows[0], strict=True)).items() >= {
        ("flag:loss", "mse"),
        ("scalar:loss", 0.5),
        ("flag:acc", 0.0),
        ("n", 3),
    }
    shown = str(get_info(made))
    assert "  loss: mse" in shown
    assert "  loss: 0.5 (step 0)" in shown


def test_a_column_of_each_can_be_asked_for(notebook):
    notebook.cell("def train(loss='mse'):\n    print('loss: 0.5')")
    notebook.run("train")
    table = compare(notebook.context, RunFilter(), "loss, =loss")
    assert (table.headings, table.rows[0][1:]) == (("run", "scalar:loss", "flag:loss"), (0.5, "mse"))


def test_a_cell_reports_what_it_adds_up(notebook):
    text = "total = 0\nlr = 0.5\nfor i in range(3):\n    total += lr\n    print('total:', total)"
    made = notebook.run(CellOperation(text=text), lr=1)
    assert (made.flags, made.scalars) == ({"lr": 1}, {"total": 3.0})


def test_the_best_run_is_that_of_the_metric_and_not_of_the_flag(notebook, home):
    notebook.cell("def train(acc=0.0, k=1):\n    print('acc:', k / 10)")
    best, _ = notebook.run("train", k=9), notebook.run("train", k=5)
    measure = Best(name="acc", greatest=True)
    assert select(notebook.context, RunFilter(), measure)[0].id == best.id
    without_file = Index(home, Settings(cache_dir="/dev/null/cache"), recover_run)
    assert without_file.best(RunFilter(), measure)[0].dir.id == best.id
