import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from guild_ipy.domain.values.flags import FlagDef, FlagType, format_flag
from guild_ipy.errors import FlagError
from guild_ipy.operations.flag_values.flag_binding import bind_flags, parse_assignment
from guild_ipy.operations.flag_values.typed_text import FlagText, parse_flag_value

LR = FlagDef(name="lr", type=FlagType.FLOAT, default=0.1)
EPOCHS = FlagDef(name="epochs", type=FlagType.INT, default=3)
DATA = FlagDef(name="data", type=FlagType.STRING, required=True)


def bind(definition, **given):
    return bind_flags([definition], given, operation="train()")


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("1", 1),
        ("-3", -3),
        ("0.1", 0.1),
        ("1e5", 1e5),
        ("1e-5", 1e-5),
        ("inf", math.inf),
        ("-inf", -math.inf),
        ("007", 7),
        ("0x10", 16),
        ("yes", True),
        ("False", False),
        ("null", None),
        ("~", None),
        ("", ""),
        ("abc", "abc"),
        ("a b", "a b"),
        ("'1'", "1"),
        ('"a\\nb"', "a\nb"),
        ("[1, a, 0.5]", [1, "a", 0.5]),
        ("{a: 1, b: [x]}", {"a": 1, "b": ["x"]}),
        ("[2026-01-01, 1e5]", ["2026-01-01", 1e5]),
    ],
)
def test_text_is_read_as_guild_reads_it(text, value):
    assert parse_flag_value(text) == value
    assert type(parse_flag_value(text)) is type(value)


@pytest.mark.parametrize(
    "text",
    [
        "2026-01-01",
        "2026-01-01 10:00:00",
        "1_000",
        "1:30",
        "#5",
        "a #b",
        "--- a",
        "[1",
        "{1: 2}",
        "a: b: c",
        "line 1\nline 2",
        "@x",
        "*a",
        "&a [*a]",
        "!!python/name:os.system",
        "١٢",
        "1e999",
        "9" * 5000,
        "\x00",
    ],
)
def test_text_that_nobody_means_as_yaml_stays_text(text):
    assert parse_flag_value(text) == text


def test_nan_is_a_float():
    assert math.isnan(parse_flag_value("nan"))


values = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**70), 2**70) | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=5,
)


@given(values)
def test_reading_is_the_inverse_of_formatting(value):
    assert parse_flag_value(format_flag(value)) == value


@given(st.text())
def test_a_string_flag_reads_back_what_was_formatted(value):
    assert parse_flag_value(format_flag(value), FlagType.STRING) == value


def test_a_string_flag_takes_text_as_it_stands():
    assert [parse_flag_value(text, FlagType.STRING) for text in ("001", "yes", "1.10", "{a}")] == [
        "001",
        "yes",
        "1.10",
        "{a}",
    ]


def test_an_assignment_is_split_at_its_first_equals_sign():
    assert parse_assignment("a=b=c") == ("a", "b=c")
    assert parse_assignment("a=") == ("a", "")
    assert parse_assignment("train.py") == ("train.py", None)


def test_an_assignment_without_a_name_is_refused():
    with pytest.raises(FlagError, match=r"no flag name in '=5'; write name=value"):
        parse_assignment("=5")


def test_defaults_fill_in_what_is_not_given():
    assert bind_flags([LR, EPOCHS], {"epochs": 7}, operation="train()") == {"lr": 0.1, "epochs": 7}


def test_an_int_for_a_float_becomes_a_float():
    assert repr(bind(LR, lr=1)) == "{'lr': 1.0}"


def test_other_flags_pass_where_any_are_taken():
    given = {"z": 1, "lr": 2.0}
    assert bind_flags([LR], given, operation="train()", accepts_any=True) == {"lr": 2.0, "z": 1}


def test_an_underscore_stands_for_a_dash():
    rate = FlagDef(name="learning-rate")
    assert bind(rate, learning_rate=1) == {"learning-rate": 1}
    with pytest.raises(FlagError, match="flag 'learning-rate' of train\\(\\) is given twice"):
        bind(rate, **{"learning_rate": 1, "learning-rate": 2})


def test_text_waits_for_the_type_of_its_flag():
    assert bind(DATA, data=FlagText("001")) == {"data": "001"}
    assert bind(EPOCHS, epochs=FlagText("001")) == {"epochs": 1}
    assert type(bind(DATA, data=FlagText("x"))["data"]) is str
    assert bind(FlagDef(name="x", type=FlagType.STRING), x=FlagText("null")) == {"x": None}


def test_null_is_taken_by_a_flag_whose_default_it_is():
    assert bind(FlagDef(name="x", type=FlagType.INT), x=None) == {"x": None}
    assert bind(FlagDef(name="x", default=1), x=None) == {"x": None}


def test_lists_go_to_flags_that_hold_lists():
    assert bind(FlagDef(name="x", type=FlagType.LIST), x=[1]) == {"x": [1]}
    assert bind(FlagDef(name="x", default=[1]), x=[]) == {"x": []}


ON = FlagDef(name="x", type=FlagType.BOOLEAN)
NUMBER = FlagDef(name="x", type=FlagType.NUMBER)
LIST = FlagDef(name="x", type=FlagType.LIST, choices=(1, 2))
ANY = FlagDef(name="x")
CHOICE = FlagDef(name="x", choices=("adam", "sgd"))
TRIALS = "is given a list, which asks for several trials, where one value is wanted; give one"


@pytest.mark.parametrize(
    ("definition", "value", "message"),
    [
        (LR, "abc", "wants a float, not 'abc' (str)"),
        (LR, True, "wants a float, not True (bool)"),
        (LR, None, "wants a float, not null"),
        (LR, 10**400, "wants a float, and a huge number (int) is too large for one"),
        (LR, [0.1, 0.2], TRIALS),
        (EPOCHS, 1.5, "wants an int, not 1.5 (float)"),
        (EPOCHS, True, "wants an int, not True (bool)"),
        (DATA, 1, "wants a string, not 1 (int)"),
        (ON, 1, "wants yes or no, not 1 (int)"),
        (NUMBER, "1", "wants a number, not '1' (str)"),
        (LIST, "a", "wants a list, not 'a' (str)"),
        (LIST, [1, 3], "is one of 1, 2, not 3 (int)"),
        (ANY, object(), "wants what YAML can hold, not an object of object"),
        (ANY, [1], TRIALS),
        (CHOICE, "adm", "is one of adam, sgd, not 'adm' (str) (did you mean 'adam'?)"),
    ],
)
def test_a_wrong_value_is_refused_in_one_line(definition, value, message):
    with pytest.raises(FlagError) as caught:
        bind(definition, **{definition.name: value})
    assert str(caught.value) == f"flag {definition.name!r} of train() {message}"
    assert caught.value.flag == definition.name


@pytest.mark.parametrize(
    ("definitions", "given", "message"),
    [
        ([LR, EPOCHS], {"lrr": 1}, "unknown flag 'lrr' for train() (did you mean 'lr'?); it takes lr, epochs"),
        ([], {"x": 1}, "unknown flag 'x' for train(); it takes no flags"),
        ([DATA, LR], {}, "train() needs the flag 'data'; give data=..."),
        ([DATA, FlagDef(name="n", required=True)], {}, "train() needs the flags 'data', 'n'; give data=... n=..."),
    ],
)
def test_unknown_and_missing_flags_are_named(definitions, given, message):
    with pytest.raises(FlagError) as caught:
        bind_flags(definitions, given, operation="train()")
    assert str(caught.value) == message


def test_a_long_value_is_cut_in_the_message():
    with pytest.raises(FlagError) as caught:
        bind(LR, lr="x\n" * 500)
    assert len(str(caught.value)) < 120
    assert "\n" not in str(caught.value)
