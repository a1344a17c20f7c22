import json
import os
import warnings
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from guild_ipy.batch.asked.trial_rows import read_rows
from guild_ipy.errors import UsageError
from guild_ipy.operations.flag_values.typed_text import FlagText

ROWS = [{"lr": 0.1, "kind": "adam"}, {"lr": 1}, {"kind": "b, c"}, {}]


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("trials.json", json.dumps(ROWS)),
        ("trials.YML", "- {lr: 0.1, kind: adam}\n- {lr: 1}\n- {kind: 'b, c'}\n- {}\n"),
    ],
)
def test_files_of_maps(tmp_path, name, text):
    (tmp_path / name).write_text(text)
    assert read_rows(tmp_path / name) == ROWS


def test_cells_of_csv_are_read_as_if_they_were_typed(tmp_path):
    text = '\ufefflr, kind ,n\n0.1, adam, 001\n\n1,,\n,"b, c"\n,,\n'
    (tmp_path / "trials.csv").write_text(text)
    rows = read_rows(str(tmp_path / "trials.csv"))
    assert rows == [{"lr": "0.1", "kind": "adam", "n": "001"}, {"lr": "1"}, {"kind": "b, c"}, {}]
    assert {type(value) for row in rows for value in row.values()} == {FlagText}


def test_a_file_is_found_in_the_home_of_the_user(tmp_path, monkeypatch):
    monkeypatch.setenv("HOME", str(tmp_path))
    (tmp_path / "trials.json").write_text('[{"x": 1}]')
    assert read_rows("~/trials.json") == [{"x": 1}]


def test_empty_cells_of_a_frame_are_left_out():
    frame = pd.DataFrame(
        {
            "lr": [0.5, np.nan],
            "n": pd.array([None, 3], dtype="Int64"),
            "day": [pd.NaT, pd.Timestamp(2024, 1, 1)],
            "kind": ["adam", None],
        }
    )
    assert read_rows(frame) == [{"lr": 0.5, "kind": "adam"}, {"n": 3, "day": pd.Timestamp(2024, 1, 1)}]


def test_short_floats_of_a_frame_are_as_they_are_written():
    frame = pd.DataFrame({"lr": np.array([0.1, np.nan], dtype="float32"), "n": [1, 2]})
    assert read_rows(frame) == [{"lr": 0.1, "n": 1}, {"n": 2}]


def test_maps_from_python():
    assert read_rows({"x": number} for number in range(2)) == [{"x": 0}, {"x": 1}]


def _frame(*columns: object) -> pd.DataFrame:
    return pd.DataFrame([[1] * len(columns)], columns=list(columns))


@pytest.mark.parametrize(
    ("given", "message"),
    [
        (_frame("x", "x"), "cannot read the trials: two columns are called 'x'"),
        (_frame("x", 0), "cannot read the trials: column 0 is not the name of a flag"),
        (_frame(("a", "b")), r"cannot read the trials: column \('a', 'b'\) is not the name of a flag"),
        (pd.DataFrame({"x": []}), "the trials holds no trials; give a row for each"),
        (pd.DataFrame(), "the trials holds no trials"),
        (pd.Series([1, 2]), "trial 1 of the trials is "),
        ([], "the trials holds no trials"),
        ([{"x": 1}, 5], "trial 2 of the trials is 5, not a map of flags"),
        ([{"x": 1}, ["x" * 100]], "trial 2 of the trials is .{60}, not a map of flags"),
        ([{1: 2}], "trial 1 of the trials has 1 in place of the name of a flag"),
        ([{"": 2}], "trial 1 of the trials has '' in place of the name of a flag"),
        ({"x": [1]}, "the trials holds one dict in place of a list of maps"),
        (5, "the trials holds one int in place of a list of maps"),
        (b"x", "the trials holds one bytes in place of a list of maps"),
        (({"x": 1} for _ in range(100_001)), "holds more than 100,000 trials"),
    ],
)
def test_what_lists_no_trials_is_refused(given, message):
    with warnings.catch_warnings(), pytest.raises(UsageError, match=message) as caught:
        read_rows(given)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("t.csv", b"\xff\xfe\0x", "it is not text in UTF-8"),
        ("t.csv", b"x,\n1,2\n", "column 2 has no name; the index of a frame is left out with index=False"),
        ("t.csv", b'x\n"1" 2\n', "',' expected after"),
        ("t.json", b"[" * 100_000, "cannot read trials from"),
        ("t.yaml", b"- &a [*a]", "cannot read trials from"),
        ("t.yaml", b"- !!python/object:os.system {}", "cannot read trials from"),
        ("t.xlsx", b"", "give a file of CSV, JSON or YAML: .csv, .json, .yaml, .yml"),
    ],
)
def test_files_that_cannot_be_read_are_refused_in_one_line(tmp_path, name, content, message):
    (tmp_path / name).write_bytes(content)
    with pytest.raises(UsageError, match=message) as caught:
        read_rows(tmp_path / name)
    assert "\n" not in str(caught.value)


def test_a_pipe_is_not_waited_for(tmp_path):
    os.mkfifo(tmp_path / "t.csv")
    with pytest.raises(UsageError, match="cannot read trials from"):
        read_rows(Path(tmp_path, "t.csv"))
