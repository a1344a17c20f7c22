from __future__ import annotations

from datetime import UTC, datetime, timedelta

import numpy as np
import pandas as pd
import pytest

from guild_ipy.tables.columns.column_values import make_values
from guild_ipy.tables.columns.dtypes import category_column, duration_column, moment_column, text_column, value_column
from guild_ipy.verbs.looking.compared_columns import headings

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def ticks(moment):
    return (moment - EPOCH) // timedelta(microseconds=1)


@pytest.mark.parametrize(
    ("values", "dtype"),
    [
        ([True, None, False], "boolean"),
        ([1, None, 3], "Int64"),
        ([1, 2.5, None], "float64"),
        ([0.1, None], "float64"),
        (["a", None], "string"),
        ([True, 1], "object"),
        (["a", 1], "object"),
        ([[1, 2], [3, 4]], "object"),
        ([{"a": 1}, None], "object"),
        ([None, None], "object"),
        ([], "object"),
        ([2**63], "object"),
        ([2**53 + 1, 0.5], "object"),
    ],
)
def test_values_get_the_narrowest_dtype_that_holds_them_exactly(values, dtype):
    column = pd.Series(value_column(make_values(values)))

    assert str(column.dtype) == dtype
    assert column.dropna().to_list() == [value for value in values if value is not None]


@pytest.mark.parametrize("values", [[True, None], [1, None], [0.5, None], ["a", None], [[1], None]])
def test_missing_values_are_missing(values):
    assert pd.Series(value_column(make_values(values))).isna().to_list() == [False, True]


def test_text_keeps_what_no_arrow_string_could_hold():
    assert list(text_column(make_values(["\ud800", ""]))) == ["\ud800", ""]


def test_words_are_categories_in_order():
    column = pd.Series(category_column(make_values(["b", None, "a"])))

    assert list(column.cat.categories) == ["a", "b"]
    assert column.isna().to_list() == [False, True, False]


def test_frames_with_the_same_categories_stay_categories_when_joined():
    first, second = (pd.Series(category_column(make_values([word]), ["a", "b"])) for word in "ab")

    assert pd.concat([first, second]).dtype == first.dtype


def test_moments_keep_microseconds_and_have_a_timezone():
    moment = datetime(2026, 11, 20, 14, 30, 0, 123456, tzinfo=UTC)

    column = pd.Series(moment_column(make_values([ticks(moment), None])))

    assert column.dt.tz is not None
    assert column[0] == moment
    assert column.isna().to_list() == [False, True]


@pytest.mark.parametrize("moment", [datetime.min.replace(tzinfo=UTC), datetime.max.replace(tzinfo=UTC)])
def test_a_moment_that_no_timezone_can_show_is_missing(moment):
    column = pd.Series(moment_column(make_values([ticks(moment)])))

    assert column.isna().all()
    assert "NaT" in str(column)


def test_durations_keep_microseconds():
    column = pd.Series(duration_column(np.array([1_000_005, 7]), np.array([True, False])))

    assert column[0] == timedelta(seconds=1, microseconds=5)
    assert column.isna().to_list() == [False, True]


def test_no_two_names_get_the_same_heading():
    assert headings(["flag:run", "run", "lr"], "flag", taken=["run"]) == ["flag:run", "flag:flag:run", "lr"]
