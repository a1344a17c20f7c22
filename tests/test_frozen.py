import copy
import dataclasses
import pickle

import pytest

from guild_ipy.frozen import field, frozen, frozen_in_order, replace


@frozen
class Point:
    x: int
    y: int = 0
    tags: list[str] = field(default_factory=list)
    span: tuple[int, int] = field(default=(0, 0), compare=False, repr=False)


@frozen
class Named(Point):
    name: str


@frozen
class Positive:
    number: int

    def __post_init__(self) -> None:
        if self.number <= 0:
            raise ValueError(self.number)


@frozen_in_order
class Pair:
    first: int
    second: int = 2


@frozen
class Nothing:
    pass


def test_fields_have_their_defaults():
    point = Point(x=1)
    assert (point.x, point.y, point.tags, point.span) == (1, 0, [], (0, 0))
    assert Point(x=1).tags is not point.tags


@pytest.mark.parametrize("given", [{}, {"x": 1, "z": 2}, {"y": 1}, {"z": 1, "y": 2}])
def test_a_field_that_is_missing_or_unknown_is_refused(given):
    with pytest.raises(TypeError, match="Point takes x, y, tags, span, not"):
        Point(**given)


def test_fields_can_be_given_in_their_order():
    assert Pair(1) == Pair(1, 2) == Pair(first=1, second=2)
    with pytest.raises(TypeError, match="Pair takes first, second"):
        Pair(1, 2, 3)


def test_values_of_one_class_and_content_are_equal():
    assert Point(x=1, span=(3, 4)) == Point(x=1)
    assert Point(x=1) != Point(x=2)
    assert Point(x=1) != Named(x=1, name="")
    assert Nothing() == Nothing()


def test_equal_values_have_one_hash():
    assert {Pair(1): "a"}[Pair(first=1)] == "a"
    with pytest.raises(TypeError, match="unhashable"):
        hash(Point(x=1))


def test_a_value_does_not_change():
    point = Point(x=1)
    with pytest.raises(AttributeError, match="Point is a value: its 'x' cannot be changed"):
        point.x = 2
    with pytest.raises(AttributeError):
        del point.x
    assert point.x == 1


def test_a_value_shows_its_fields():
    assert repr(Named(x=1, name="a")) == "Named(x=1, y=0, tags=[], name='a')"


def test_rules_are_looked_at_for_every_value():
    with pytest.raises(ValueError, match="0"):
        replace(Positive(number=1), number=0)


@pytest.mark.parametrize("change", [replace, dataclasses.replace])
def test_fields_can_be_replaced(change):
    assert change(Named(x=1, name="a"), y=3, name="b") == Named(x=1, y=3, name="b")


@pytest.mark.parametrize("travel", [copy.copy, copy.deepcopy, lambda value: pickle.loads(pickle.dumps(value))])
def test_values_travel(travel):
    point = Named(x=1, tags=["a"], name="b")
    assert travel(point) == point


def test_the_functions_of_dataclasses_take_values():
    assert [each.name for each in dataclasses.fields(Pair)] == ["first", "second"]
    assert [each.default for each in dataclasses.fields(Pair)] == [dataclasses.MISSING, 2]
    assert dataclasses.asdict(Pair(1)) == {"first": 1, "second": 2}
