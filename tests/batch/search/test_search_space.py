"""Spaces of values: how they are written, what is in them, and what is no space."""

import math
import random
from dataclasses import replace
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from guild_ipy.batch.search.optuna_optimizer import make_distribution
from guild_ipy.batch.search.search_space import (
    Space,
    SpaceKind,
    choice,
    loguniform,
    parse_recorded_space,
    parse_space,
    step,
    uniform,
)
from guild_ipy.errors import UsageError

_LARGEST = 1e300
_WHOLE = st.integers(-(2**53), 2**53)
_FLOATS = st.floats(-_LARGEST, _LARGEST)
_VALUES = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(),
    st.text(max_size=8),
    st.sampled_from(["a, b", "[1]", "it's", '"', "choice[a]", "1", "yes", "", " ", "null", "x: 1", "#1", "2026-01-01"]),
    st.lists(st.one_of(st.integers(), st.text(max_size=4)), max_size=3),
)


@st.composite
def _numbers(draw, kind: SpaceKind) -> Space:
    """A space of numbers."""
    numbers = draw(st.sampled_from([_WHOLE, _FLOATS]))
    if kind is SpaceKind.LOGUNIFORM:
        numbers = st.integers(1, 2**53) if numbers is _WHOLE else st.floats(1e-300, _LARGEST)
    low, high = sorted(draw(st.lists(numbers, min_size=2, max_size=2, unique=True)))
    if kind is SpaceKind.STEP:
        return Space(kind=kind, low=low, high=high, width=draw(st.integers(1, 99) | st.floats(1e-9, 1e9)))
    first = draw(st.none() | (st.integers(low, high) if isinstance(low, int) else st.floats(low, high)))
    return Space(kind=kind, low=low, high=high, first=first)


SPACES = st.one_of(
    *map(_numbers, (SpaceKind.UNIFORM, SpaceKind.LOGUNIFORM, SpaceKind.STEP)),
    st.lists(_VALUES, min_size=1, max_size=5).map(lambda values: choice(*values)),
)
#: Of these all values can be listed.
FEW = [uniform(1, 9), step(1, 9, 2), step(16, 120, 16), step(0.1, 0.9, 0.1), step(0, 1, 5), choice("a", 1, None)]


class TestWriting:
    @given(SPACES)
    @example(choice("a\nb", "c"))
    def test_a_space_that_is_recorded_reads_as_the_same(self, space):
        assert repr(parse_recorded_space(str(space))) == repr(space)

    @pytest.mark.parametrize(
        ("text", "space"),
        [
            ("uniform[-2:2]", uniform(-2, 2)),
            ("[1:20]", uniform(1, 20)),
            ("[1:20:7]", uniform(1, 20, first=7)),
            (" uniform[ -2 : 2.5 : 0 ] ", uniform(-2, 2.5, first=0)),
            ("loguniform[1e-5:1e-1]", loguniform(1e-5, 0.1)),
            ("loguniform[1e-5:1e-1:1e-3]", loguniform(1e-5, 0.1, first=0.001)),
            ("step[16:128:16]", step(16, 128, 16)),
            ("choice[a,b]", choice("a", "b")),
            ("choice['a, b', [1, 2], ]", choice("'a, b'", "[1, 2]")),
        ],
    )
    def test_all_kinds_are_read_as_they_are_typed(self, text, space):
        assert parse_space(text) == space

    @pytest.mark.parametrize(
        "text",
        "1 [1] [1,2] [1:2,3] [a:b] [1:b] [:] [] range[1:5] linspace[0:1:5] logspace[0:1] [1:2]*3 "
        "Uniform[1:2] uniform(1:2) uniform uniform[1:2 1:2 [[1:2]] {a:1}".split(),
    )
    def test_other_text_is_none(self, text):
        assert parse_space(text) is None

    def test_numbers_of_numpy_are_those_of_python(self):
        spaces = [uniform(np.int64(1), np.int32(9)), step(np.float64(0), np.float64(1), np.float32(0.1))]
        assert [str(space) for space in spaces] == ["uniform[1:9]", "step[0.0:1.0:0.1]"]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("uniform[1:1]", "uniform[1:1] is empty: 1 is not below 1"),
        ("uniform[2:1]", "uniform[2:1] is empty: 2 is not below 1"),
        ("[3:1]", "uniform[3:1] is empty"),
        ("uniform[nan:1]", "an end is not a finite number"),
        ("uniform[0:inf]", "an end is not a finite number"),
        ("uniform[-inf:0]", "an end is not a finite number"),
        ("uniform[0:1:nan]", "an end is not a finite number"),
        ("uniform[-1e308:1e308]", "the distance between its ends is too large for a float"),
        (f"uniform[0:{10**400}]", "whole numbers in it can have 15 digits; give it as floats: 1e20"),
        ("uniform[0:1e400]", "'1e400' is not a number"),
        ("uniform[0]", "uniform[0]: it takes LOW:HIGH or LOW:HIGH:FIRST"),
        ("uniform[]", "uniform[]: '' is not a number"),
        ("uniform[0:1:0.5:2]", "it takes LOW:HIGH or LOW:HIGH:FIRST"),
        ("uniform[0:]", "uniform[0:]: '' is not a number"),
        ("uniform[a:b]", "uniform[a:b]: 'a' is not a number"),
        ("uniform[no:yes]", "uniform[no:yes]: 'no' is not a number"),
        ("uniform[0:1:2]", "the value to try first, 2, is outside of it"),
        ("loguniform[0:1]", "loguniform[0:1]: 0 has no logarithm; give a low end above 0"),
        ("loguniform[-1:1]", "-1 has no logarithm"),
        ("loguniform[1]", "it takes LOW:HIGH or LOW:HIGH:FIRST"),
        ("step[0:1]", "step[0:1]: step takes LOW:HIGH:STEP"),
        ("step[0:1:0]", "the step 0 is not above 0"),
        ("step[0:1:-1]", "the step -1 is not above 0"),
        ("step[1:0:1]", "step[1:0:1] is empty"),
        ("step[0:1:nan]", "an end is not a finite number"),
        ("step[0:1:0.1:2]", "step takes LOW:HIGH:STEP"),
        ("choice[]", "choice[] has no values to choose from"),
        ("choice[,]", "choice[,]: choice takes values with commas between: choice[a, b]"),
        ("choice[a]b]", "choice takes values with commas between"),
    ],
)
def test_what_has_no_values_is_refused_in_one_line(text, message):
    with pytest.raises(UsageError) as caught:
        parse_space(text)
    assert message in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("given", [True, "1", None, [1], 1j])
def test_what_is_no_number_cannot_be_an_end(given):
    with pytest.raises(UsageError, match="is not a number, of which a space"):
        uniform(given, 5)


class TestValues:
    @given(SPACES, st.integers())
    @example(uniform(0.1, math.nextafter(0.1, 1)), 0)
    @example(loguniform(1e-300, _LARGEST), 0)
    @example(step(0.0, 1e300, 1e-9), 0)
    def test_what_is_drawn_lies_in_the_space(self, space, seed):
        value = space.draw(random.Random(seed))
        assert space.holds(value)
        assert space.kind is SpaceKind.CHOICE or isinstance(value, int) == space.is_whole

    @given(SPACES)
    def test_all_values_lie_in_the_space_and_none_is_there_twice(self, space):
        values = space.values(100)
        assert values is None or all(map(space.holds, values))
        assert values is None or space.kind is SpaceKind.CHOICE or len(set(values)) == len(values)

    @pytest.mark.parametrize("space", FEW, ids=str)
    def test_all_are_drawn_in_time(self, space):
        generator = random.Random(0)
        drawn = {space.draw(generator) for _ in range(500)}
        assert drawn == set(space.values(100))

    @pytest.mark.parametrize(
        ("space", "values"),
        [
            (step(16, 128, 16), [16, 32, 48, 64, 80, 96, 112, 128]),
            (step(16, 127, 16), [16, 32, 48, 64, 80, 96, 112]),
            (step(0, 1, 0.25), [0.0, 0.25, 0.5, 0.75, 1.0]),
            (step(0.1, 0.5, 0.1), [0.1, 0.2, 0.3, 0.4, 0.5]),
            (step(1, 2, 5), [1]),
            (uniform(-1, 1), [-1, 0, 1]),
            (uniform(0, 0.5), None),
            (uniform(0, 1000), None),
            (step(0, 1e30, 1e-3), None),
        ],
        ids=str,
    )
    def test_values_are_those_that_one_would_write(self, space, values):
        assert repr(space.values(100)) == repr(values)

    @pytest.mark.parametrize(
        ("space", "within", "outside"),
        [
            (uniform(1, 9), [1, 5, 9], [0, 10, 5.0, True, "5", None, [5]]),
            (uniform(0.0, 1.0), [0.0, 0.5, 1], [1.1, -1, math.nan, True, "a"]),
            (step(16, 120, 16), [16, 112], [17, 120, 128, 32.0]),
            (step(0.0, 1.0, 0.1), [0.3, 0.30000000000000004][:1], [0.35, 1.1]),
            (choice(1, "a", math.nan), [1, "a", math.nan], [1.0, True, "1", None]),
        ],
        ids=lambda value: str(value)[:20],
    )
    def test_a_value_is_in_it_with_its_type(self, space, within, outside):
        assert [value for value in (*within, *outside) if space.holds(value)] == within

    @pytest.mark.parametrize("space", [uniform(-3, 9), loguniform(1, 1000), uniform(0.5, 2.0), *FEW], ids=str)
    def test_what_it_holds_is_what_optuna_takes(self, space):
        distribution = make_distribution(space)
        tried = [-3, 0, 1, 17, 112, 120, 128, 0.5, 0.35, *(space.values(100) or [])]
        for value in filter(space.holds, tried):
            param = space.place(value) if space.kind is SpaceKind.CHOICE else value
            assert distribution._contains(distribution.to_internal_repr(param)), value

    @given(st.integers(1, 10**6), st.integers(2, 10**4), st.integers(0, 20))
    def test_the_nearest_value_of_a_step_is_one_of_its_own(self, width, count, place):
        space = step(Fraction(1, 10).__float__(), 0.1 + width * count / 100, width / 100)
        number = space.low + place * space.width
        assert space.holds(space.nearest(number))


def test_a_copy_is_checked_as_a_new_one_is():
    with pytest.raises(UsageError, match="is empty"):
        replace(uniform(1, 2), low=3)
