import os
import sys
import types

import pytest

from guild_ipy.errors import SelectError, UsageError


@pytest.fixture
def trained(train):
    """Two runs: `first` with lr=0.5, then `second` with lr=0.25."""
    train.run("first = %guild_run train lr=0.5 epochs=1 --label first")
    train.run("second = %guild_run train lr=0.25 epochs=2 --label second")
    return train


@pytest.fixture
def shown(monkeypatch):
    """Put a package `tensorboard` in place that notes what it is started with."""
    started = []
    fake = types.ModuleType("tensorboard")
    fake.notebook = types.SimpleNamespace(start=started.append)
    monkeypatch.setitem(sys.modules, "tensorboard", fake)
    return started


def test_compare_gives_a_frame_of_all_runs(trained):
    df = trained.run("%guild_compare")

    assert df.label.to_list() == ["second", "first"]
    assert df.lr.to_list() == [0.25, 0.5]


@pytest.mark.parametrize(
    ("line", "labels"),
    [
        ("{first} {second}", ["first", "second"]),
        ("2", ["first"]),
        ("--where 'lr > 0.3'", ["first"]),
        ("{second_frame}", ["second"]),
        ("--limit 1", ["second"]),
    ],
)
def test_compare_takes_runs_filters_and_frames(trained, line, labels):
    trained.run("frame = %guild_runs\nsecond_frame = frame.head(1)")

    assert trained.run(f"%guild_compare {line}").label.to_list() == labels


def test_compare_takes_columns(trained):
    df = trained.run('%guild_compare --columns "=lr, min loss as best"')

    assert list(df.columns) == ["run", "lr", "best"]


def test_compare_writes_csv(trained):
    printed = trained.printed("%guild_compare --csv table.csv -c =lr")

    assert printed == "Wrote 2 run(s) to table.csv\n"
    lines = (trained.project / "table.csv").read_text().splitlines()
    assert [line.partition(",")[2] for line in lines] == ["lr", "0.25", "0.5"]


def test_a_column_that_is_none_is_pointed_at(trained):
    with pytest.raises(SelectError, match="no run has the attribute, flag or scalar 'los'"):
        trained.run("%guild_compare -c los")


def test_diff_is_of_the_two_newest_the_older_one_first(trained):
    text = str(trained.run("%guild_diff"))

    assert "  lr: 0.5 → 0.25" in text
    assert "label: first → second" in text


def test_diff_takes_two_runs_and_what_to_compare(trained):
    found = trained.run("%guild_diff {second} {first} --flags")

    assert str(found).splitlines()[2:] == ["flags:", "  epochs: 2 → 1", "  lr: 0.25 → 0.5"]
    assert "<th style='text-align:left' colspan='3'>flags</th>" in found._repr_html_()


def test_a_frame_of_two_runs_can_be_compared(trained):
    trained.run("df = %guild_runs")

    assert str(trained.run("df.guild.diff()")) == str(trained.run("%guild_diff"))
    with pytest.raises(UsageError, match="diff takes two runs, not 1"):
        trained.run("df.head(1).guild.diff()")


def test_tensorboard_is_shown_the_chosen_runs(trained, shown):
    trained.run("%guild_tensorboard {first} --port 6123")

    (options,) = shown
    _, folder, *rest = options.split()
    first = trained.run("first")
    assert rest == ["--port", "6123"]
    assert os.listdir(folder) == [f"{first.short_id} first"]


def test_without_tensorboard_the_extra_is_named(trained, monkeypatch):
    monkeypatch.setitem(sys.modules, "tensorboard", None)

    with pytest.raises(UsageError, match=r"pip install 'guild-ipy\[tensorboard\]'"):
        trained.run("%guild_tensorboard")
