import pytest

from guild_ipy.domain.values.flags import FlagDef, FlagType
from guild_ipy.domain.values.list_text import as_recorded, as_values, format_list, parse_list


@pytest.mark.parametrize(
    ("text", "items"),
    [
        ("8 9", [8, 9]),
        ("8", [8]),
        ("", []),
        ("0.5 1e-5 -3", [0.5, 1e-5, -3]),
        ("a 'b c' \"d\"", ["a", "b c", "d"]),
        ("yes false", [True, False]),
        ("1_000 x_1", ["1_000", "x_1"]),
    ],
)
def test_words_are_items(text, items):
    assert parse_list(text) == items


def test_text_with_an_open_quotation_is_no_list():
    assert parse_list("it's") == "it's"


@pytest.mark.parametrize("items", [["8"], [None], [[1]], [{"a": 1}], ["true"], ["a\nb"]])
def test_what_words_cannot_say_is_not_written_as_words(items):
    assert format_list(items) is None
    flag = FlagDef(name="x", type=FlagType.LIST)
    assert as_recorded({"x": items}, [flag]) == {"x": items}


@pytest.mark.parametrize("items", [[], [64, 32], [0.5, "a b", True], [float("inf")], ["ñ"]])
def test_what_is_recorded_is_read_again(items):
    flag = FlagDef(name="x", type=FlagType.LIST)
    assert as_values(as_recorded({"x": items}, [flag]), [flag]) == {"x": items}


def test_other_flags_stay_as_they_are():
    flags = {"a": "8 9", "b": [1]}
    assert as_recorded(flags, [FlagDef(name="a")]) == as_values(flags, [FlagDef(name="a")]) == flags


def test_a_number_that_guild_has_recorded_for_a_list_is_its_one_item():
    flag = FlagDef(name="x", type=FlagType.LIST)
    assert as_values({"x": 8}, [flag]) == {"x": [8]}
