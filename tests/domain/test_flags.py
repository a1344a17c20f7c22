from __future__ import annotations

import math

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from guild_ipy.domain.values.flags import FlagDef, FlagType, FlagValue, format_flag, format_float, is_flag_value
from guild_ipy.store.files.yaml_codec import decode

TEXT = st.text(st.characters(exclude_categories=["Cs"]))
SCALARS = st.one_of(st.none(), st.booleans(), st.integers(), st.floats(allow_nan=False), TEXT)
VALUES = st.recursive(
    SCALARS, lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(TEXT, inner, max_size=3))
)


@given(VALUES)
def test_value_is_read_back_from_what_one_would_type(value: FlagValue):
    assert decode(format_flag(value)) == value


@given(st.floats(allow_nan=False))
def test_float_stays_a_float_for_every_reader_of_yaml(value: float):
    assert (yaml.safe_load(format_float(value)), type(yaml.safe_load(format_float(value)))) == (value, float)


@pytest.mark.parametrize(
    "word", ["yes", "No", "on", "null", "~", "", "1", "1.5", "1e5", "nan", "-inf", "0x1f", "a b", "a: b"]
)
def test_text_that_looks_like_something_else_is_quoted(word: str):
    assert format_flag(word)[0] in "'\""
    assert decode(format_flag(word)) == word


@pytest.mark.parametrize("word", ["train", "data/x.csv", "./a", "/a/b", "model-v1.2", "_x", "caf\u00e9"])
def test_plain_text_is_written_as_it_is(word: str):
    assert format_flag(word) == word


def test_nan_is_written_as_yaml_reads_it():
    assert math.isnan(decode(format_flag(math.nan)))


class Subclass(str):
    __slots__ = ()


@pytest.mark.parametrize("value", [None, True, 1, 0.5, "a", [1, ["a"]], {"a": {"b": None}}])
def test_what_yaml_can_say_is_a_flag_value(value: object):
    assert is_flag_value(value)


@pytest.mark.parametrize("value", [(1,), {1: 2}, {1}, b"a", 1j, object(), Subclass("a"), [object()], {"a": (1,)}])
def test_what_would_lose_its_type_is_no_flag_value(value: object):
    assert not is_flag_value(value)


def test_flag_takes_anything_and_is_not_required_by_default():
    flag = FlagDef(name="lr")
    assert (flag.type, flag.default, flag.required, flag.choices) == (FlagType.ANY, None, False, ())
