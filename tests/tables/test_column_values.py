from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from guild_ipy.index.queries.column_table import SEGMENT_RUNS, TableColumn
from guild_ipy.index.queries.segments import make_segment
from guild_ipy.tables.columns.column_values import first_of, make_values, read_values
from guild_ipy.tables.columns.dtypes import value_column

LISTS = [
    [],
    [None, None],
    [1, None, -3],
    [0.5, None, 2.0],
    [1, 0.5, None],
    [True, None, False],
    ["a", None, "b", "a"],
    ["a", 1, None, True, [1, "x"], {"k": None}],
    [2**63, -(2**70)],
    [str(number) for number in range(300)],
    [[1, 2], [3, 4]],
]
values = st.one_of(
    st.none(), st.integers(-(2**65), 2**65), st.floats(allow_nan=False), st.booleans(), st.text(max_size=3)
)


def read_segments(lists):
    numbers = [number * SEGMENT_RUNS + place for number, each in enumerate(lists) for place in range(len(each))]
    return read_values(TableColumn(segments=tuple(map(make_segment, lists))), np.array(numbers, np.int64))


def with_types(objects):
    return [(type(each), each) for each in objects]


@pytest.mark.parametrize("objects", LISTS)
def test_values_give_back_what_they_were_made_of(objects):
    assert with_types(make_values(objects).to_objects()) == with_types(objects)


@given(lists=st.lists(st.lists(values, max_size=6), max_size=4))
def test_segments_of_any_forms_make_one_column(lists):
    found = read_segments(lists)

    expected = [each for several in lists for each in several]
    assert found.present.tolist() == [each is not None for each in expected]
    assert with_types(found.to_objects()) == with_types(expected)


@given(first=st.lists(st.sampled_from([None, 1, 0.5, "a", True]), min_size=3, max_size=3))
def test_where_one_column_has_nothing_the_next_counts(first):
    second = [None, 2, "b"]

    found = first_of([make_values(first), make_values(second)])

    expected = [ours if ours is not None else theirs for ours, theirs in zip(first, second, strict=True)]
    assert with_types(found.to_objects()) == with_types(expected)


def test_a_nan_is_a_value():
    found = make_values([math.nan, None])

    assert found.present.tolist() == [True, False]


def test_runs_behind_the_last_segment_have_no_value():
    found = read_values(TableColumn(segments=(make_segment([1]),)), np.array([0, 3 * SEGMENT_RUNS]))

    assert found.to_objects().tolist() == [1, None]


@pytest.mark.parametrize("edge", [0, 127, 128, 2**15, 2**31 - 1, 2**31, 2**62, 2**63 - 1])
def test_whole_numbers_of_every_size_are_kept_exactly(edge):
    values = make_values([edge, -edge, -5, None])
    assert values.to_objects().tolist() == [edge, -edge, -5, None]
    assert value_column(values).tolist() == [edge, -edge, -5, pd.NA]


def test_small_numbers_fill_up_large_ones():
    both = first_of([make_values([2**40, None, None]), make_values([1, 2, None]), make_values([1, 2, -300])])
    assert both.to_objects().tolist() == [2**40, 2, -300]
