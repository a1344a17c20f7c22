from __future__ import annotations

import math
import random
import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from guild_ipy.index.queries.segments import decode_segment, encode_segment, make_segment, patch_segment

NUMBERS = st.integers() | st.integers(-9, 9) | st.floats() | st.booleans()
VALUES = NUMBERS | st.text(max_size=3) | st.none() | st.lists(st.integers(), max_size=2)
LISTS = st.one_of(
    st.lists(VALUES),
    st.lists(st.none() | st.integers()),
    st.lists(st.none() | st.floats() | st.integers(-5, 5)),
    st.lists(st.none() | st.text()),
    st.lists(st.none() | st.booleans()),
)


@given(LISTS)
def test_values_come_back_from_bytes_with_their_types(values: list[object]):
    segment = decode_segment(encode_segment(make_segment(values)))
    assert repr(segment.to_list()) == repr(values)


@given(LISTS, st.dictionaries(st.integers(0, 20), VALUES, max_size=4))
def test_patched_segment_is_the_one_of_the_patched_values(values: list[object], changes: dict[int, object]):
    patched = patch_segment(make_segment(values), changes)
    values = [*values, *[None] * (max(changes, default=-1) + 1 - len(values))]
    for position, value in changes.items():
        values[position] = value
    assert repr(patched.to_list()) == repr(values)


@pytest.mark.parametrize(
    ("values", "form"),
    [
        ([1, -(2**63) + 1], "q"),
        ([2**63], "j"),
        ([1, 0.5, math.nan], "d"),
        ([2**53 + 1, 0.5], "j"),
        ([True, None], "b"),
        ([True, 1], "j"),
        (["a", "b", "a"], "c"),
        ([str(number) for number in range(256)], "t"),
        (["a\x1fb"], "j"),
        (["\ud800"], "c"),
        ([None, None], "n"),
        ([], "n"),
    ],
)
def test_each_kind_of_values_has_its_form(values: list[object], form: str):
    segment = make_segment(values)
    assert segment.form == form
    assert repr(decode_segment(encode_segment(segment)).to_list()) == repr(values)


@pytest.mark.parametrize("seed", range(200))
def test_damaged_segment_is_refused_or_read_as_another(seed: int):
    generator = random.Random(seed)
    values = generator.choice(([1, 2, None], [0.5], ["a", "b"], [True], [[1], "a"], [str(n) for n in range(300)]))
    data = bytearray(encode_segment(make_segment(values)))
    data[generator.randrange(len(data))] = generator.randrange(256)
    try:
        decode_segment(bytes(data)).to_list()
    except (ValueError, LookupError, TypeError, struct.error):
        return
