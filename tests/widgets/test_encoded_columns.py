import json
import math
from datetime import UTC, datetime, timedelta

import numpy as np
import pandas as pd
import pytest

from guild_ipy.tables.columns.column_values import make_values
from guild_ipy.widgets.encoded_columns import encode_column, encode_values

MOMENT = datetime(2026, 11, 20, 12, 0, 0, 250_000, tzinfo=UTC)


def numbers(encoded):
    return np.frombuffer(encoded.buffer(), "<f8").tolist()


@pytest.mark.parametrize(
    ("column", "form", "dtype", "expected"),
    [
        (pd.Series([1.5, 2.0]), "number", "<f8", [1.5, 2.0]),
        (pd.Series([1, 2], dtype="int64"), "number", "<f8", [1.0, 2.0]),
        (pd.Series([1, 2**53], dtype="Int64"), "number", "<f8", [1.0, 2.0**53]),
        (pd.Series([True, False]), "truth", "u1", [1, 0]),
        (pd.array([True, None, False], dtype="boolean"), "truth", "u1", [1, 2, 0]),
        (pd.Categorical(["b", None, "a"], categories=["a", "b"]), "word", "<i4", [1, -1, 0]),
        (pd.DatetimeIndex([MOMENT]).tz_convert("Asia/Tokyo"), "moment", "<f8", [MOMENT.timestamp() * 1000]),
        (pd.TimedeltaIndex([timedelta(seconds=90, milliseconds=5)]), "duration", "<f8", [90.005]),
    ],
)
def test_a_column_has_a_form_and_a_buffer(column, form, dtype, expected):
    encoded = encode_column(column)
    assert encoded.form == form
    assert np.frombuffer(encoded.buffer(), dtype).tolist() == expected


@pytest.mark.parametrize(
    "column",
    [pd.array([1, None], dtype="Int64"), pd.DatetimeIndex([MOMENT, None]), pd.TimedeltaIndex([timedelta(1), None])],
)
def test_where_there_is_no_value_there_is_nan(column):
    assert [math.isnan(value) for value in numbers(encode_column(column))] == [False, True]


def test_nan_is_told_from_no_value():
    encoded = encode_values(make_values([1.0, math.nan, None, math.inf]))
    assert encoded.header() == {"form": "number", "nan": [1]}
    assert numbers(encoded)[3] == math.inf
    assert encoded.take(np.array([1, 0])).header() == {"form": "number", "nan": [0]}


def test_whole_numbers_that_are_not_exact_as_float_are_texts():
    encoded = encode_values(make_values([2**53 + 1, -1, None]))
    assert encoded.form == "value"
    assert json.loads(encoded.buffer()) == [str(2**53 + 1), -1, None]


def test_flags_of_many_types_are_plain_values():
    encoded = encode_values(make_values(["a", 1, True, None, [1, "x"], {"a": 1}, math.nan, -math.inf, 0.5]))
    assert json.loads(encoded.buffer()) == ["a", 1, True, None, "[1, 'x']", "{'a': 1}", "nan", "-inf", 0.5]


@pytest.mark.parametrize("text", ["\ud800", "a\udcffb", "\u202e\x00", "\U0001f600", "</script>"])
def test_every_text_arrives(text):
    encoded = encode_values(make_values([text, None]))
    assert json.loads(encoded.buffer().decode()) == [text, None]


def test_a_column_without_runs_is_empty():
    assert encode_values(make_values([])).buffer() in {b"", b"[]"}


def test_only_rows_that_differ_have_changed():
    before = encode_values(make_values([1.0, math.nan, None, 2.0]))
    now = encode_values(make_values([1.0, None, None, 3.0]))
    assert now.changed_since(before).tolist() == [False, True, False, True]


@pytest.mark.parametrize("values", [[1.0], ["a", "b"]])
def test_a_column_of_another_form_or_length_has_changed_as_a_whole(values):
    assert encode_values(make_values(values)).changed_since(encode_values(make_values([1.0, 2.0]))) is None
