import asyncio
import functools
import numbers
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
import pytest

from guild_ipy.domain.values.flags import FlagType
from guild_ipy.errors import FlagError, UsageError
from guild_ipy.operations.flag_values.typed_text import FlagText
from guild_ipy.operations.functions.call import bind_call, inspect_callable
from guild_ipy.operations.packing.notebook_code import BoundCode


def bind(function, *args, **given) -> BoundCode:
    return bind_call(function, inspect_callable(function), args, given)


def call(bound: BoundCode):
    """Call as the run does."""
    arguments, keywords = bound.code.arguments(bound.flags)
    return bound.code.function(*arguments, **keywords)


def flag_types(function):
    return {flag.name: flag.type for flag in inspect_callable(function).flags}


def plain(a, b=2, *, c="x"):
    return (a, b, c)


def by_position(a, b=2, /, c=3):
    return (a, b, c)


def variadic(a, b=2, *rest, c=3, **others):
    return (a, b, rest, c, others)


def gap(a, b=print, c=3, /):
    return (a, b, c)


async def later(n=1):
    return n + 1


@dataclass
class Model:
    size: int = 3

    def fit(self, lr=0.1):
        return self.size * lr

    @classmethod
    def make(cls, size=1):
        return cls(size)

    def __call__(self, x, scale=2):
        return self.size * x * scale


@pytest.mark.parametrize(
    ("function", "args", "given"),
    [
        (plain, (1,), {}),
        (plain, (), {"a": 1, "c": "y"}),
        (plain, (1, 5), {"c": "y"}),
        (by_position, (1,), {}),
        (by_position, (1, 5), {"c": 6}),
        (variadic, (1,), {}),
        (variadic, (1, 2, 3, 4), {"c": 5}),
        (variadic, (1, 2, object), {}),
        (variadic, (1,), {"new": 6, "object": print}),
        (gap, (1,), {}),
        (gap, (1, len, 5), {}),
        (functools.partial(plain, 1, c="z"), (), {"b": 7}),
        (functools.partial(plain, a=1), (), {}),
        (functools.partial(Model(2).fit, lr=0.5), (), {}),
        (Model(2).fit, (), {"lr": 0.5}),
        (Model.make, (4,), {}),
        (Model(2), (3,), {}),
        (Model, (), {"size": 4}),
        (lambda x=1: x + 1, (), {}),
    ],
)
def test_a_run_calls_as_the_user_would(function, args, given):
    assert call(bind(function, *args, **given)) == function(*args, **given)


@pytest.mark.parametrize("c", [4, FlagText("4")])
def test_a_value_behind_a_default_that_is_no_flag_stays_in_its_place(c):
    assert call(bind_call(gap, inspect_callable(gap), (1,), {"c": c})) == (1, print, 4)


def test_an_asynchronous_function_gives_what_is_awaited():
    assert asyncio.run(call(bind(later, n=2))) == 3


def test_values_that_can_be_recorded_are_flags_and_all_others_are_objects():
    def train(data, lr=0.1, *, model=None, tuple_=None):
        return data, lr, model, tuple_

    frame, model = pd.DataFrame({"a": [1]}), Model(1)
    bound = bind(train, frame, lr=0.5, model=model, tuple_=(1, 2))
    assert bound.flags == {"lr": 0.5, "tuple_": [1, 2]}
    assert dict(bound.code.objects) == {"data": frame, "model": model}
    assert call(bound) == (frame, 0.5, model, (1, 2))


def test_flags_have_the_defaults_and_remember_what_was_given():
    bound = bind(plain, 1, c="y")
    assert bound.flags == {"a": 1, "b": 2, "c": "y"}
    assert bound.given == {"a", "c"}


@pytest.mark.parametrize(
    ("value", "flag"),
    [
        (np.float64(0.5), 0.5),
        (np.float32(0.5), 0.5),
        (np.int64(3), 3),
        (np.bool_(True), True),
        (np.array(3), 3),
    ],
)
def test_numpy_scalars_become_numbers_of_python(value, flag):
    found = bind(lambda x: x, x=value).flags["x"]
    assert found == flag
    assert type(found) is type(flag)


def test_a_numpy_array_is_an_object():
    array = np.zeros(3)
    assert bind(lambda x: x, array).code.objects["x"] is array


def layered(layers: list[int] = [1], *, rates: tuple[float, ...] = (), grid: list | None = None, any_=[1], x=0):  # noqa: B006
    return layers, rates, grid, any_, x


@pytest.mark.parametrize(
    ("name", "value", "recorded"),
    [
        ("layers", np.array([3, 4]), [3, 4]),
        ("layers", range(2), [0, 1]),
        ("layers", pd.Series([1, 2]), [1, 2]),
        ("rates", np.array([0.1, 0.2], "float32"), [0.1, 0.2]),
        ("grid", np.eye(2), [[1.0, 0.0], [0.0, 1.0]]),
        ("grid", np.array(["a", "b"]), ["a", "b"]),
        ("any_", np.array([True]), [True]),
        ("layers", np.zeros(0), []),
    ],
)
def test_an_array_where_a_list_is_taken_is_recorded_as_one_and_given_as_it_is(name, value, recorded):
    bound = bind(layered, **{name: value})
    assert bound.flags[name] == recorded
    assert name in bound.given
    assert any(each is value for each in call(bound))


@pytest.mark.parametrize(
    ("name", "value"), [("layers", np.arange(1001)), ("x", np.zeros(2)), ("grid", np.array([object()]))]
)
def test_an_array_that_is_large_or_no_list_of_values_is_an_object(name, value):
    bound = bind(layered, **{name: value})
    assert name not in bound.flags
    assert any(each is value for each in call(bound))


def test_an_array_of_other_values_than_are_wanted_is_refused_as_a_list_is():
    with pytest.raises(
        FlagError, match=r"^flag 'layers' of layered\(\) wants a list, each an int, not \[1.5\] \(list\)$"
    ):
        bind(layered, layers=np.array([1.5]))


def test_defaults_that_are_no_flags_are_left_to_the_function():
    def train(activation=max, shape=(1, 2), lr=0.1):
        return activation, shape, lr

    bound = bind(train, lr=1)
    assert bound.flags == {"lr": 1, "shape": [1, 2]}
    assert call(bound) == (max, (1, 2), 1)


@pytest.mark.parametrize(
    ("annotation", "default", "expected"),
    [
        (int, 1, FlagType.INT),
        (float, 1, FlagType.FLOAT),
        ("float", 1, FlagType.FLOAT),
        (str, "x", FlagType.STRING),
        (bool, True, FlagType.BOOLEAN),
        (list[int], [1], FlagType.LIST),
        (int, None, FlagType.INT),
        (Any, 1, FlagType.ANY),
        (int | str, 1, FlagType.ANY),
        (None, 1, FlagType.NUMBER),
        (None, 0.5, FlagType.NUMBER),
        (None, True, FlagType.BOOLEAN),
        (None, [], FlagType.LIST),
        (None, "sqrt", FlagType.ANY),
        (None, None, FlagType.ANY),
    ],
)
def test_the_type_comes_from_the_annotation_and_else_from_the_default(annotation, default, expected):
    def train(x=default):
        pass

    train.__annotations__ = {} if annotation is None else {"x": annotation}
    assert flag_types(train) == {"x": expected}


def test_a_parameter_with_an_annotation_alone_has_its_type():
    def train(a: int, b):
        pass

    assert flag_types(train) == {"a": FlagType.INT, "b": FlagType.ANY}


def test_an_int_for_a_float_becomes_a_float():
    def train(lr: float = 0.1):
        return lr

    bound = bind(train, lr=1)
    assert type(bound.flags["lr"]) is float


def test_annotations_that_name_what_is_not_there_are_passed_over():
    def train(data: "Missing", lr: "float" = 0.1):  # noqa: F821
        return data, lr

    assert bind(train, 1).flags == {"data": 1, "lr": 0.1}


def test_text_as_typed_takes_the_type_of_the_flag():
    def train(name: str = "a", n=1, layers=[]):  # noqa: B006
        return name, n, layers

    bound = bind(train, name=FlagText("001"), n=FlagText("1e3"), layers=FlagText("[1, 2]"))
    assert bound.flags == {"name": "001", "n": 1000.0, "layers": [1, 2]}


def test_a_list_for_a_flag_that_takes_none_asks_for_batches():
    with pytest.raises(FlagError, match="asks for several trials, where one value is wanted") as caught:
        bind(plain, 1, b=[1, 2])
    assert caught.value.flag == "b"


def test_a_list_for_a_list_is_one_value():
    def train(layers=[1]):  # noqa: B006
        return layers

    assert call(bind(train, layers=[3, 4])) == [3, 4]


def test_many_values_are_one_flag_with_the_name_of_the_parameter():
    bound = bind(variadic, 1, 2, 3, 4)
    assert bound.flags == {"a": 1, "b": 2, "rest": [3, 4], "c": 3}


def test_any_flag_is_taken_by_a_function_that_takes_any_keyword():
    interface = inspect_callable(variadic)
    assert interface.takes_any_flag
    assert bind(variadic, 1, momentum=0.9).flags["momentum"] == 0.9


@pytest.mark.parametrize(
    ("args", "given", "error", "message"),
    [
        ((1,), {"d": 1}, FlagError, "unknown flag 'd' for plain().*it takes a, b, c"),
        ((1,), {"d": object()}, FlagError, "unknown flag 'd' for plain().*it takes a, b, c"),
        ((1,), {"d": [object()]}, FlagError, "unknown flag 'd' for plain().*it takes a, b, c"),
        ((), {}, FlagError, "plain.. needs the flag 'a'; give a=..."),
        ((1,), {"a": 2}, FlagError, "plain.. got two values for 'a'"),
        ((1, 2, 3), {}, UsageError, "plain.. takes 2 positional values, not 3"),
        ((1,), {"b": "x"}, FlagError, "flag 'b' of plain.. wants a number, not 'x' .str."),
    ],
)
def test_what_cannot_be_called_is_refused_in_one_line(args, given, error, message):
    with pytest.raises(error, match=message) as caught:
        bind(plain, *args, **given)
    assert "\n" not in str(caught.value)


def test_a_near_miss_is_suggested():
    def train(learning_rate=0.1):
        pass

    with pytest.raises(FlagError, match="did you mean 'learning_rate'"):
        bind(train, learning_rat=0.5)


def test_the_first_line_of_the_docstring_describes_the_operation():
    def train():
        """Train a model.

        At length.
        """

    assert inspect_callable(train).description == "Train a model."


def test_a_callable_without_a_signature_is_refused():
    with pytest.raises(UsageError, match=r"'max' does not say what it takes: .*; wrap it in a function"):
        inspect_callable(max)


class Config(dict[str, Any]):
    pass


@dataclass
class Options:
    lr: float = 0.1


@pytest.mark.parametrize(
    ("hint", "text"),
    [(Options, "{lr: 1}"), (Options | None, "big"), (np.ndarray, "[1, 2]"), (bytes, "abc"), (Config, "{a: 1}")],
)
def test_text_for_an_object_of_a_class_is_refused(hint, text):
    def train(x=None):
        return x

    train.__annotations__["x"] = hint
    with pytest.raises(
        FlagError, match=r"^flag 'x' of train\(\) wants a \w+, and '.*' makes none; give one from Python"
    ):
        bind(train, x=FlagText(text))
    assert call(bind(train, x=FlagText("null"))) is None


@pytest.mark.parametrize(
    ("hint", "text", "value"),
    [
        (object, "a", "a"),
        (numbers.Number, "1", 1),
        (Sequence, "[1]", [1]),
        (Any, "a", "a"),
        (np.ndarray | str, "a", "a"),
    ],
)
def test_text_for_a_class_that_what_is_typed_belongs_to_is_taken(hint, text, value):
    def train(x=[]):  # noqa: B006
        return x

    train.__annotations__["x"] = hint
    assert call(bind(train, x=FlagText(text))) == value
