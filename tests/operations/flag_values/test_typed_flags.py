"""Functions whose parameters are more than numbers and text: what is recorded, and what the function is given."""

import json
from collections import OrderedDict, deque
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from enum import Enum, Flag, IntEnum, StrEnum, auto
from fractions import Fraction
from pathlib import Path, PurePosixPath
from typing import Annotated, Any, Final, Literal, NamedTuple, NewType, Optional, TypeVar, Union
from uuid import UUID

import numpy as np
import pandas as pd
import pytest

from guild_ipy.domain.values.flags import FlagType, is_flag_value
from guild_ipy.domain.values.shapes import encode_shape, parse_shape
from guild_ipy.errors import FlagError
from guild_ipy.operations.flag_values.flag_binding import check_flag
from guild_ipy.operations.flag_values.typed_text import FlagText
from guild_ipy.operations.functions.call import bind_call, inspect_callable
from guild_ipy.store.files import yaml_codec

Names = NewType("Names", list)
Number = TypeVar("Number", int, float)
ID = UUID("12345678123456781234567812345678")


class Optimizer(Enum):
    SGD = "sgd"
    ADAM = "adam"


class Color(Enum):
    RED = auto()
    GREEN = auto()
    ROUGE = RED


class Mode(StrEnum):
    FAST = "quick"
    SLOW = "slow"


class Level(IntEnum):
    LOW = 1
    HIGH = 10


class Access(Flag):
    READ = 1
    WRITE = 2


class Point(NamedTuple):
    x: int
    y: float = 1.0


class Seconds(float):
    pass


def takes(annotation, default):
    def train(x=default):
        return x

    train.__annotations__ = {} if annotation is None else {"x": annotation}
    return train


def bind(function, **given):
    return bind_call(function, inspect_callable(function), (), given)


def given_to(function, bound, **changed):
    """Give the argument of the call in the run, after a restart with `changed` flags."""
    arguments, keywords = bound.code.arguments({**bound.flags, **changed})
    return bound.code.function(*arguments, **keywords)


ANNOTATED = [
    (Optimizer, "adam", "adam", Optimizer.ADAM),
    (Optimizer, "ADAM", "adam", Optimizer.ADAM),
    (Optimizer, "Adam", "adam", Optimizer.ADAM),
    ("Optimizer", "adam", "adam", Optimizer.ADAM),
    (Color, "GREEN", "GREEN", Color.GREEN),
    (Color, "2", "GREEN", Color.GREEN),
    (Color, "rouge", "RED", Color.RED),
    (Mode, "FAST", "quick", Mode.FAST),
    (Mode, "quick", "quick", Mode.FAST),
    (Level, "10", 10, Level.HIGH),
    (Level, "high", 10, Level.HIGH),
    (Access, "read|write", "READ|WRITE", Access.READ | Access.WRITE),
    (Access, "3", "READ|WRITE", Access.READ | Access.WRITE),
    (Access, "0", 0, Access(0)),
    (Optional[Optimizer], "None", None, None),  # noqa: UP045 - as many write it
    (Optimizer | None, "sgd", "sgd", Optimizer.SGD),
    (Literal["a", "b"], "b", "b", "b"),
    (Literal[1, 2, "auto"], "2", 2, 2),
    (Literal["1"], "1", "1", "1"),
    (Literal["a", None], "null", None, None),  # noqa: PYI061 - as some write it
    (Literal["None", "a"], "None", "None", "None"),
    (Literal[Optimizer.SGD, "other"], "sgd", "sgd", Optimizer.SGD),
    (Path, "a/b", "a/b", Path("a/b")),
    (Path, "3", "3", Path("3")),
    (PurePosixPath, "'a b'", "a b", PurePosixPath("a b")),
    (Path | None, "a", "a", Path("a")),
    (date, "2024-05-05", "2024-05-05", date(2024, 5, 5)),
    (datetime, "2024-05-05 10:00", "2024-05-05T10:00:00", datetime(2024, 5, 5, 10)),  # noqa: DTZ001 - as typed
    (datetime, "2024-05-05", "2024-05-05T00:00:00", datetime(2024, 5, 5)),  # noqa: DTZ001
    (time, "10:30", "10:30:00", time(10, 30)),
    (timedelta, "1:30:00", "1:30:00", timedelta(minutes=90)),
    (timedelta, "90", "0:01:30", timedelta(seconds=90)),
    (timedelta, "2d 3h", "2 days, 3:00:00", timedelta(days=2, hours=3)),
    (Decimal, "0.10", "0.10", Decimal("0.10")),
    (Fraction, "1/3", "1/3", Fraction(1, 3)),
    (complex, "1+2j", "(1+2j)", 1 + 2j),
    (UUID, ID.hex, str(ID), ID),
    (tuple[int, int], "[4,4]", [4, 4], (4, 4)),
    (tuple[int, int], "(4,4)", [4, 4], (4, 4)),
    (tuple[int, ...], "(4, 4, 4)", [4, 4, 4], (4, 4, 4)),
    (tuple[Optimizer, Path], "(adam, 1)", ["adam", "1"], (Optimizer.ADAM, Path("1"))),
    (tuple[tuple[int, int], ...], "((1,2),(3,4))", [[1, 2], [3, 4]], ((1, 2), (3, 4))),
    (tuple, "(1, a)", [1, "a"], (1, "a")),
    (Point, "[1, 2]", [1, 2.0], Point(1, 2.0)),
    (list[float], "[1, 2e-3]", [1.0, 0.002], [1.0, 0.002]),
    (list[str], "[1, '2', a]", ["1", "2", "a"], ["1", "2", "a"]),
    (list[int | None], "[1, None]", [1, None], [1, None]),
    (list[Path], "[a, b]", ["a", "b"], [Path("a"), Path("b")]),
    (Sequence[int], "[1]", [1], [1]),
    (Iterable[int], "[]", [], []),
    (Names, "[a]", ["a"], ["a"]),
    (deque[int], "[1, 2]", [1, 2], deque([1, 2])),
    (set[str], "[b, a, b]", ["a", "b"], {"a", "b"}),
    (set[int], "{2, 10, 1}", [1, 2, 10], {1, 2, 10}),
    (frozenset[Color], "[RED]", ["RED"], frozenset({Color.RED})),
    (dict[str, float], "{a: 1}", {"a": 1.0}, {"a": 1.0}),
    (dict[int, Path], "{1: a}", {"1": "a"}, {1: Path("a")}),
    (dict[Optimizer, int], "{adam: 1}", {"adam": 1}, {Optimizer.ADAM: 1}),
    (Mapping[str, list[int]], "{'a':[1]}", {"a": [1]}, {"a": [1]}),
    (dict, "{a: 1}", {"a": 1}, {"a": 1}),
    (Annotated[int, "positive"], "3", 3, 3),
    (Annotated[Path | None, ...], "a", "a", Path("a")),
    (Final[Path], "a", "a", Path("a")),
    (int | str, "3", 3, 3),
    (str | int, "3", 3, 3),
    (int | str, "x", "x", "x"),
    (Union[float, Literal["auto"]], "auto", "auto", "auto"),  # noqa: UP007 - as many write it
    (date | str, "soon", "soon", "soon"),
    (list[int] | int, "[1]", [1], [1]),
    (list[int] | int, "1", 1, 1),
    (tuple[int, int] | int, "(1,2)", [1, 2], (1, 2)),
    (bool | None, "yes", True, True),
    (bool | None, "None", None, None),
    (bool | int, "1", 1, 1),
    (Optional[str], "None", None, None),  # noqa: UP045
    (Optional[str], "'None'", "None", "None"),  # noqa: UP045
    (int | None, "null", None, None),
    (Number, "1.5", 1.5, 1.5),
    (np.float32, "0.5", 0.5, np.float32(0.5)),
    (np.int64, "3", 3, np.int64(3)),
    (np.bool_, "yes", True, np.True_),
    (Seconds, "1", 1.0, Seconds(1)),
    (pd.Timestamp, "2024-05-05", "2024-05-05T00:00:00", pd.Timestamp("2024-05-05")),
]


@pytest.mark.parametrize(("annotation", "text", "recorded", "argument"), ANNOTATED)
def test_what_is_typed_is_recorded_and_given_as_annotated(annotation, text, recorded, argument):
    function = takes(annotation, None)
    bound = bind(function, x=FlagText(text))

    assert (bound.flags, type(bound.flags["x"])) == ({"x": recorded}, type(recorded))
    found = given_to(function, bound)
    assert (found, type(found)) == (argument, type(argument))


@pytest.mark.parametrize(("annotation", "text", "recorded", "argument"), ANNOTATED)
def test_what_is_recorded_can_be_given_again_and_is_read_back_from_yaml(annotation, text, recorded, argument):
    bound = bind(takes(annotation, None), x=argument)

    assert bound.flags == {"x": recorded}
    assert yaml_codec.decode(yaml_codec.encode(dict(bound.flags))) == {"x": recorded}
    assert given_to(takes(annotation, None), bind(takes(annotation, None), x=recorded)) == argument


@pytest.mark.parametrize(("annotation", "text", "recorded", "argument"), ANNOTATED)
def test_a_restart_that_knows_no_classes_reads_the_same_and_gives_the_same(annotation, text, recorded, argument):
    function = takes(annotation, None)
    (flag,) = inspect_callable(function).flags
    shape = flag.shape and parse_shape(json.loads(json.dumps(encode_shape(flag.shape))))

    again = check_flag(type(flag)(**{**vars(flag), "shape": shape}), FlagText(text), "train()")

    assert again == recorded
    assert given_to(function, bind(function), x=again) == argument


@pytest.mark.parametrize(
    ("annotation", "text", "message"),
    [
        (Optimizer, "zzz", "'x' of train.. is one of sgd, adam, not 'zzz' .str."),
        (Optimizer, "sdg", "did you mean 'sgd'"),
        (Color, "3", "is one of RED, GREEN, not '3'"),
        (Access, "EXECUTE", "is one of 1, 2, not 'EXECUTE'"),
        (Literal["a", "b"], "zzz", "is one of a, b, not 'zzz'"),
        (Optional[int], "lots", "wants an int.*, not 'lots'"),  # noqa: UP045
        (Optional[float], "much", "wants a float.*, not 'much'"),  # noqa: UP045
        (date, "soon", "wants a date such as 2024-12-31, not 'soon'"),
        (date, "2024-13-01", "wants a date"),
        (timedelta, "long", "wants a length of time such as 1:30:00 or 90min, not 'long'"),
        (tuple[int, int], "[1]", "wants a list of 2: an int, an int, not '.1.'"),
        (tuple[int, int], "[1, a]", "wants a list of 2"),
        (tuple[int, int], "4", "wants a list of 2"),
        (list[float], "[a]", "wants a list, each a float, not '.a.'"),
        (set[int], "{a: 1}", "wants a list, each an int"),
        (dict[int, Path], "{x: a}", "wants a map, of an int to a path"),
        (dict[str, str], "{a:b}", "wants a map"),
        (int | date, "x", "wants an int or a date such as 2024-12-31, not 'x'"),
        (bool | None, "maybe", "wants yes or no, not 'maybe'"),
        (UUID, "1", "wants a UUID"),
        (Decimal, "x", "wants a decimal number"),
        (Path, "[a]", "is given a list, which asks for several trials, where one value is wanted"),
        (Optimizer, "[sgd, adam]", "is given a list, which asks for several trials"),
        (Level | None, "[1]", "is given a list, which asks for several trials"),
    ],
)
def test_what_does_not_fit_is_refused_in_one_line(annotation, text, message):
    with pytest.raises(FlagError, match=message) as caught:
        bind(takes(annotation, 1), x=FlagText(text))
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("annotation", "value"), [(Optimizer, "zzz"), (Path, 3), (date, 5), (tuple[int, int], (1, 2, 3)), (int, (1, 2))]
)
def test_python_values_that_do_not_fit_are_refused_too(annotation, value):
    with pytest.raises(FlagError, match=r"flag 'x' of train.. (wants|is one of)"):
        bind(takes(annotation, None), x=value)


VALUES = [
    (Optimizer.ADAM, "adam"),
    (Color.GREEN, "GREEN"),
    (Level.HIGH, 10),
    (Access.READ, "READ"),
    (Path("a"), "a"),
    (date(2024, 5, 5), "2024-05-05"),
    (timedelta(hours=1), "1:00:00"),
    (Decimal("0.1"), "0.1"),
    ((3, 3), [3, 3]),
    ((Path("a"), (1, 2)), ["a", [1, 2]]),
    (Point(1), [1, 1.0]),
    ({"b", "a"}, ["a", "b"]),
    (frozenset({2, 1}), [1, 2]),
    ({1: 0.5}, {"1": 0.5}),
    ({"a": Path("b")}, {"a": "b"}),
    (OrderedDict(a=1), {"a": 1}),
    (Seconds(2), 2.0),
    (np.float64(0.5), 0.5),
    (np.float32(0.1), 0.1),
    (np.float16(0.1), 0.1),
    (np.int64(3), 3),
    (np.bool_(True), True),
    (np.str_("a"), "a"),
    (np.array(0.5), 0.5),
    (np.datetime64("2024-05-05"), "2024-05-05"),
]


@pytest.mark.parametrize(("value", "recorded"), VALUES)
@pytest.mark.parametrize("way", ["given", "default"])
def test_a_value_without_annotation_is_recorded_and_given_as_it_is(value, recorded, way):
    function = takes(None, value if way == "default" else 0)
    bound = bind(function, **({"x": value} if way == "given" else {}))

    assert bound.flags == {"x": recorded}
    assert is_flag_value(bound.flags["x"])
    assert given_to(function, bound) is value


@pytest.mark.parametrize(
    ("default", "text", "argument"),
    [
        (Path("a"), "b", Path("b")),
        (Optimizer.SGD, "adam", Optimizer.ADAM),
        ((2, 2), "(3, 3, 3)", (3, 3, 3)),
        ((0.9, 0.999), "[1, 1]", (1, 1)),
        ({1}, "[2, 3]", {2, 3}),
        (date(2024, 1, 1), "2024-05-05", date(2024, 5, 5)),
        (None, "None", None),
        (None, "3", 3),
        (1, "None", None),
        ("a", "None", None),
    ],
)
def test_a_default_says_what_is_made_of_text(default, text, argument):
    function = takes(None, default)
    found = given_to(function, bind(function, x=FlagText(text)))
    assert (found, type(found)) == (argument, type(argument))


@pytest.mark.parametrize(
    ("value", "changed", "argument"),
    [
        (np.float32(0.5), 0.25, np.float32(0.25)),
        (np.int64(3), 4, np.int64(4)),
        (np.array(0.5), 0.25, np.array(0.25)),
        (np.int64(3), 2.5, 2.5),
        (np.float32(0.5), "a", "a"),
        (Optimizer.SGD, "adam", Optimizer.ADAM),
        (Path("a"), "b", Path("b")),
        (Path("a"), 3, 3),
        ((1, 2), [3], (3,)),
    ],
)
def test_a_restart_with_another_value_gives_one_of_the_same_kind(value, changed, argument):
    function = takes(None, 0)
    found = given_to(function, bind(function, x=value), x=changed)
    assert (found, type(found)) == (argument, type(argument))


class Tensor:
    """A number as tensor libraries have it."""

    ndim = 0

    def __init__(self, value, dtype=np.float32):
        self.array = np.array(value, dtype)
        self.dtype = self.array.dtype

    def item(self):
        return self.array.item()

    def new_tensor(self, value):
        return Tensor(value, self.dtype)

    def __eq__(self, other):
        return bool(self.array == getattr(other, "array", other))

    __hash__ = None


@pytest.mark.parametrize(
    ("value", "recorded", "changed", "argument"),
    [
        (Tensor(0.1), 0.1, 0.2, Tensor(0.2)),
        (Tensor(3, np.int64), 3, 4, Tensor(4, np.int64)),
        (Tensor(3, np.int64), 3, 2.5, 2.5),
        (Tensor(True, np.bool_), True, False, Tensor(False, np.bool_)),
    ],
)
def test_a_tensor_without_dimensions_is_a_number(value, recorded, changed, argument):
    function = takes(None, 0)
    bound = bind(function, x=value)
    assert bound.flags == {"x": recorded}
    assert given_to(function, bound) is value
    found = given_to(function, bound, x=changed)
    assert (found, type(found)) == (argument, type(argument))


@pytest.mark.parametrize(
    "value",
    [
        np.zeros(3),
        (np.zeros(3), 1),
        [np.zeros(3)],
        [Path("a")],
        tuple(range(2000)),
        {1: print},
        print,
        range(3),
        b"x",
        pd.DataFrame({"a": [1]}),
    ],
    ids=repr,
)
def test_data_stays_an_object(value):
    function = takes(None, 0)
    bound = bind(function, x=value)
    assert (bound.flags, bound.code.objects["x"] is value) == ({}, True)


def test_a_list_that_is_in_itself_is_an_object():
    endless: list[Any] = []
    endless.append(endless)
    assert bind(takes(None, 0), x=endless).code.objects["x"] is endless


def test_a_list_of_paths_is_a_flag_where_a_list_is_taken():
    function = takes(list[Path], None)
    assert bind(function, x=[Path("a")]).flags == {"x": ["a"]}
    assert bind(takes(None, [Path("a")])).flags == {"x": ["a"]}


def test_an_object_in_place_of_a_flag_gives_way_to_the_flag_of_a_restart():
    function = takes(None, 0)
    bound = bind(function, x=np.zeros(3))
    assert given_to(function, bound, x=5) == 5


def test_any_keyword_and_any_number_of_values_are_recorded():
    def train(*rest, **others):
        return rest, others

    bound = bind_call(train, inspect_callable(train), (Path("a"), 1), {"opt": Optimizer.SGD})
    assert bound.flags == {"rest": ["a", 1], "opt": "sgd"}
    assert given_to(train, bound) == ((Path("a"), 1), {"opt": Optimizer.SGD})


def test_an_annotation_that_names_what_is_not_there_hides_no_other():
    def train(data: "Missing" = 1, opt: "Optimizer" = Optimizer.SGD):  # noqa: F821
        return data, opt

    assert bind(train, opt=FlagText("adam")).flags == {"data": 1, "opt": "adam"}


def test_text_that_an_annotation_names_stays_text_where_python_gives_it():
    function = takes(date | str, "x")
    assert given_to(function, bind(function, x="2024-05-05")) == "2024-05-05"
    assert given_to(function, bind(function, x=FlagText("2024-05-05"))) == date(2024, 5, 5)


def test_none_is_a_word_where_only_text_is_taken():
    assert bind(takes(str, "x"), x=FlagText("None")).flags == {"x": "None"}


def test_text_as_default_of_a_path_stays_what_it_is():
    assert given_to(takes(Path, "a"), bind(takes(Path, "a"))) == "a"


@pytest.mark.parametrize("annotation", [Any, object, pd.DataFrame, "Missing", print, pd.DataFrame | None])
def test_annotations_that_promise_nothing_take_any_value(annotation):
    (flag,) = inspect_callable(takes(annotation, 1)).flags
    assert (flag.type, flag.shape) == (FlagType.ANY if annotation != "Missing" else FlagType.NUMBER, None)
