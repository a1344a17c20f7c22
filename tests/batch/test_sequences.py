"""Values that ask for several trials; those of functions beside what Guild AI 0.9.0 makes of them."""

import json
import math
import os
import subprocess
from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from guild_ipy.batch.sequences import MOST_TRIALS, may_be_sequence, read_sequence
from guild_ipy.domain.values.flags import FlagDef, FlagType
from guild_ipy.domain.values.shapes import Shape, ShapeKind
from guild_ipy.errors import FlagError
from guild_ipy.operations.flag_values.flag_binding import check_flag
from guild_ipy.operations.flag_values.typed_text import FlagText, split_list

INT, TEXT = Shape(kind=ShapeKind.INT), Shape(kind=ShapeKind.STRING)
PLAIN = FlagDef(name="x")
NUMBER = FlagDef(name="x", type=FlagType.NUMBER, default=1)
LIST = FlagDef(name="x", type=FlagType.LIST, default=[8, 8])
INTS = FlagDef(name="x", type=FlagType.LIST, shape=Shape(kind=ShapeKind.LIST, items=(INT,)))
PAIR = FlagDef(name="x", type=FlagType.LIST, shape=Shape(kind=ShapeKind.TUPLE, items=(INT, INT)))
SET = FlagDef(name="x", type=FlagType.LIST, shape=Shape(kind=ShapeKind.SET, items=(INT,)))
MAYBE = FlagDef(name="x", type=FlagType.LIST, nullable=True)

#: What both make of it.
SAME = """
range[1:3] range[1:5:2] range[1:6:2] range[0:1:0.1] range[0:1:0.25] range[0:1:0.2] range[3:1:-1] range[5:1:-2]
range[1:1] range[1:2:5] range[1:3:1.0] range[1.0:3.0] range[1:3.0] range[-3:3:2] range[-1:-3:-1]
range[0:10:2.5] range[1:10:3] range[0.1:0.5:0.1] range[1:0.5:-0.25] range[1e-3:5e-3:1e-3] range[5:5:2]
range[0.5:0.5] range[1e2:3e2:1e2] range[0.1:1:0.1] linspace[0:1] linspace[0:1:3] linspace[1:0:3]
linspace[0:1:1] linspace[0:10:5] linspace[-1:1:4] linspace[0.1:0.3:3] linspace[1:1:3] linspace[0:1:7]
logspace[0:2] logspace[0:2:3] logspace[-4:-1:4] logspace[0:3:4:2] logspace[1:4:4:2] logspace[0:2:1]
logspace[2:0:3] logspace[0.5:1:2] logspace[0:1:3:2.5] logspace[0:2:3:10.5] logspace[-9:-7:3]
""".split()
#: Guild AI goes one step over an end that no step hits.
OVER_THE_END = {
    "range[0:1:0.3]": ([0.0, 0.3, 0.6, 0.9], [0.0, 0.3, 0.6, 0.9, 1.2]),
    "range[0:0.5]": ([0.0], [0.0, 1.0]),
    "range[0.5:2]": ([0.5, 1.5], [0.5, 1.5, 2.5]),
    "range[10:0:-3]": ([10, 7, 4, 1], [10, 7, 4, 1, -2]),
    "range[1:2:0.3]": ([1.0, 1.3, 1.6, 1.9], [1.0, 1.3, 1.6, 1.9, 2.2]),
}
#: Where Guild AI makes no trial, or takes the text, or leaves arguments out.
REFUSED = "range[3:1] range[1:3:-1] range[1] range[1:2:3:4] range[0:1:0] range[a:b] range[] linspace[0:1:0] linspace[1]"

_GUILD = """
import json, sys
from guild import flag_util
print(json.dumps({text: flag_util.decode_flag_val(text) for text in sys.argv[1:]}))
"""


@pytest.fixture(scope="module")
def of_guild(guild_command) -> dict[str, object]:
    """What Guild AI reads."""
    python = Path(guild_command).with_name("python")
    texts = [*SAME, *OVER_THE_END, *REFUSED.split()]
    done = subprocess.run(
        [python, "-c", _GUILD, *texts],
        capture_output=True,
        text=True,
        check=True,
        cwd=python.parent,
        env={"PATH": os.defpath},
    )
    return json.loads(done.stdout)


def read(text: str, flag: FlagDef = PLAIN) -> list[object] | None:
    """The recorded values of typed text."""
    values = read_sequence(flag, FlagText(text), "train()")
    return None if values is None else [check_flag(flag, value, "train()") for value in values]


class TestFunctions:
    @pytest.mark.parametrize("text", SAME)
    def test_values_are_those_of_guild(self, of_guild, text):
        values, theirs = read(text), of_guild[text]
        assert list(map(type, values)) == list(map(type, theirs))
        assert len(values) == len(theirs)
        # Guild AI rounds what is above 1e-8 to eight places
        assert all(abs(one - other) <= 5.1e-9 + 1e-12 * abs(other) for one, other in zip(values, theirs, strict=True))

    @pytest.mark.parametrize("text", OVER_THE_END)
    def test_no_value_lies_over_the_end(self, of_guild, text):
        assert (read(text), of_guild[text]) == OVER_THE_END[text]

    @pytest.mark.parametrize("text", REFUSED.split())
    def test_what_makes_no_sense_is_refused(self, text):
        with pytest.raises(FlagError, match="cannot be read"):
            read(text)

    @pytest.mark.parametrize("text", ["other[1:3]", "Range[1:3]", "data[0]", "range", "range[1:3", "[a]b"])
    def test_other_text_is_text(self, text):
        assert read(text) is None

    def test_spaces_do_not_matter(self):
        assert read(" range[ 1 : 3 ] ") == [1, 2, 3]

    def test_values_are_not_rounded(self):
        assert read("linspace[0:1:4]") == [0.0, 1 / 3, 2 / 3, 1.0]
        assert read("range[0:0.3:0.1]") == [0.0, 0.1, 0.2, 0.3]

    @pytest.mark.parametrize("text", ["[1:10]", "uniform[0:1]", "choice[a,b]"])
    def test_a_space_is_no_list(self, text):
        assert read(text) is None


class TestTypedLists:
    @pytest.mark.parametrize(
        ("text", "values"),
        [
            ("[1, 2.0, 1e-5]", [1, 2.0, 1e-5]),
            ("[yes, no]", [True, False]),
            ("['1', \"2\"]", ["1", "2"]),
            ("[null, 1]", [None, 1]),
            ("[2024-01-01, 1_000, 1:30]", ["2024-01-01", "1_000", "1:30"]),
            ("[a b, 'c, d', it's]", ["a b", "c, d", "it's"]),
            ("[f(a, b), c]", ["f(a, b)", "c"]),
            ("[{a: 1}, {b: [2, 3]}]", [{"a": 1}, {"b": [2, 3]}]),
            ("[1, 2,]", [1, 2]),
            ("[1]", [1]),
            ("[1, 2]*2", [1, 2, 1, 2]),
            ("[1] * 3", [1, 1, 1]),
        ],
    )
    def test_each_item_is_read_as_if_it_was_typed_alone(self, text, values):
        assert list(map(repr, read(text))) == list(map(repr, values))

    def test_items_of_text_stay_text(self):
        assert read("[001, yes, 1e5]", FlagDef(name="x", type=FlagType.STRING)) == ["001", "yes", "1e5"]

    @pytest.mark.parametrize("text", ["[1,,2]", "[1, 2", "[1][2]", "[,]", "['a]", "1, 2", "(1, 2)", "[)]"])
    def test_what_is_not_a_list_is_one_value(self, text):
        assert read(text) is None

    @pytest.mark.parametrize(
        ("flag", "text", "values"),
        [
            (LIST, "[[1,2],[3]]", [[1, 2], [3]]),
            (LIST, "[[a, '1'], [yes, null]]", [["a", "1"], [True, None]]),
            (LIST, "[[8]]*2", [[8], [8]]),
            (INTS, "[[1,2],[3]]", [[1, 2], [3]]),
            (INTS, "[(1,2),[3]]", [[1, 2], [3]]),
            (PAIR, "[(1,2),(3,4)]", [[1, 2], [3, 4]]),
            (SET, "[{2,1},{3}]", [[1, 2], [3]]),
            (MAYBE, "[[1], null]", [[1], None]),
        ],
    )
    def test_a_list_of_lists_for_a_flag_that_takes_one(self, flag, text, values):
        assert read(text, flag) == values

    @pytest.mark.parametrize(("flag", "text"), [(LIST, "[1,2]"), (INTS, "[]"), (LIST, "8 9"), (PAIR, "(1,2)")])
    def test_a_list_is_one_value_of_such_a_flag(self, flag, text):
        assert read(text, flag) is None

    def test_a_list_of_lists_may_be_one_value(self):
        nested = FlagDef(name="x", type=FlagType.LIST, shape=Shape(kind=ShapeKind.LIST, items=(INTS.shape,)))
        assert read("[[1,2],[3]]", nested) is None
        assert read("[[[1,2],[3]],[[4]]]", nested) == [[[1, 2], [3]], [[4]]]
        assert read("[[1],[2]]", FlagDef(name="x", type=FlagType.LIST, default=[[1]])) is None


class TestPythonValues:
    @pytest.mark.parametrize(
        ("flag", "given", "values"),
        [
            (PLAIN, [1, "a", None], [1, "a", None]),
            (PLAIN, [Path("a"), Path("b")], [Path("a"), Path("b")]),
            (PLAIN, [date(2024, 1, 1)], [date(2024, 1, 1)]),
            (NUMBER, range(2), [0, 1]),
            (NUMBER, np.array([1, 2]), [1, 2]),
            (NUMBER, pd.Series([0.5, 1.5]), [0.5, 1.5]),
            (LIST, [[1], (2, 3)], [[1], (2, 3)]),
            (LIST, [range(2), np.array([5])], [[0, 1], [5]]),
            (INTS, [{1}, [2]], [{1}, [2]]),
            (MAYBE, [[1], None], [[1], None]),
        ],
    )
    def test_lists_ask_for_trials(self, flag, given, values):
        assert read_sequence(flag, given, "train()") == values

    @pytest.mark.parametrize(
        ("flag", "given"),
        [
            (PLAIN, range(3)),
            (PLAIN, np.zeros(2)),
            (PLAIN, (1, 2)),
            (PLAIN, {1, 2}),
            (PLAIN, [pd.DataFrame(), pd.DataFrame()]),
            (PLAIN, [1, object()]),
            (NUMBER, np.zeros((2, 2))),
            (NUMBER, "text"),
            (LIST, [1, 2]),
            (LIST, range(3)),
            (LIST, np.zeros(2)),
            (LIST, []),
        ],
    )
    def test_other_values_are_one(self, flag, given):
        assert not may_be_sequence(given) or read_sequence(flag, given, "train()") is None

    @pytest.mark.parametrize("given", [[Path("a"), "b"], [1, date(2024, 1, 1)]])
    def test_values_that_would_reach_a_function_as_others_are_refused(self, given):
        with pytest.raises(FlagError, match=r"given values of different kinds \(\w+, \w+\)"):
            read_sequence(PLAIN, given, "train()")

    @pytest.mark.parametrize("given", [[], np.array([]), pd.Series([], dtype=float), range(0)])
    def test_nothing_makes_no_trial(self, given):
        with pytest.raises(FlagError, match="is given an empty list, which makes no trial"):
            read_sequence(NUMBER, given, "train()")

    def test_there_is_a_limit(self):
        with pytest.raises(FlagError, match="at most 100,000 trials"):
            read_sequence(NUMBER, range(10**9), "train()")
        with pytest.raises(FlagError, match="at most 100,000 trials"):
            read_sequence(NUMBER, [1.0] * (MOST_TRIALS + 1), "train()")

    def test_short_floats_are_recorded_short(self):
        values = read_sequence(NUMBER, np.array([0.1, math.pi], dtype="float32"), "train()")
        assert check_flag(NUMBER, values[0], "train()") == 0.1


def test_items_are_split_by_commas_outside_of_brackets_and_quotes():
    assert split_list("[ 001 , 'it''s, x', \"a\\\", b\", {c: [1, 2]} ]") == [
        "001",
        "'it''s, x'",
        '"a\\", b"',
        "{c: [1, 2]}",
    ]
