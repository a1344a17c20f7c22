"""Spaces in which the values of a flag are searched for.

===================================  ===========================================================
``uniform[LOW:HIGH:FIRST]``          evenly; whole numbers if both ends are. FIRST is tried first
``[LOW:HIGH:FIRST]``                 the same
``loguniform[LOW:HIGH:FIRST]``       evenly in the logarithm
``step[LOW:HIGH:STEP]``              LOW, LOW + STEP, ... up to HIGH
``choice[adam, sgd]``                one of these
===================================  ===========================================================

The first three are those of Guild AI 0.9.0. A flag records a space as this text.
"""

from __future__ import annotations

import math
import random
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from enum import Enum
from fractions import Fraction
from itertools import repeat
from typing import Any

from guild_ipy.domain.values.flags import FlagDef, FlagType, FlagValue, format_flag, value_key
from guild_ipy.errors import FlagError, UsageError
from guild_ipy.operations.flag_values.recording import record as record_value
from guild_ipy.operations.flag_values.typed_text import FlagText, parse_flag_value, split_list

_SPACE = re.compile(r"(?P<kind>uniform|loguniform|step|choice)?\[(?P<inside>.*)\]", re.ASCII | re.DOTALL)
_TEXTS = frozenset({FlagType.STRING, FlagType.PATH, FlagType.EXISTING_PATH})
_THREE = 3
#: Greater whole numbers are not the same as floats, with which optimizers calculate.
_MOST_WHOLE = 2**53
#: So many values of a space are tried when it is checked whether a flag takes them.
_MOST_TRIED = 100


class SpaceKind(Enum):
    """The kinds of spaces; the value is the word that is written."""

    UNIFORM = "uniform"
    LOGUNIFORM = "loguniform"
    STEP = "step"
    CHOICE = "choice"


@dataclass(frozen=True, kw_only=True)
class Space:
    """A space of values; made by :func:`uniform`, :func:`loguniform`, :func:`step`, :func:`choice`."""

    kind: SpaceKind
    low: int | float = 0
    high: int | float = 0
    width: int | float = 0
    """Of a step."""
    choices: tuple[Any, ...] = ()
    first: int | float | None = None
    """The value that is tried first."""

    def __post_init__(self) -> None:
        """Refuse a space that has no value, or is not one."""
        if self.kind is SpaceKind.CHOICE:
            if not self.choices:
                raise UsageError("choice[] has no values to choose from")
            return
        self._read_numbers()
        numbers = [self.low, self.high, self.width, *([] if self.first is None else [self.first])]
        if not all(isinstance(each, int) or math.isfinite(each) for each in numbers):
            raise UsageError(f"{self}: an end is not a finite number")
        if any(isinstance(each, int) and abs(each) > _MOST_WHOLE for each in numbers):
            raise UsageError(f"{self}: whole numbers in it can have 15 digits; give it as floats: 1e20")
        if self.low >= self.high:
            raise UsageError(f"{self} is empty: {self.low} is not below {self.high}")
        if not math.isfinite(self.high - self.low):
            raise UsageError(f"{self}: the distance between its ends is too large for a float")
        if self.kind is SpaceKind.LOGUNIFORM and self.low <= 0:
            raise UsageError(f"{self}: {self.low} has no logarithm; give a low end above 0")
        if self.kind is SpaceKind.STEP and self.width <= 0:
            raise UsageError(f"{self}: the step {self.width} is not above 0")
        if self.first is not None and not self.low <= self.first <= self.high:
            raise UsageError(f"{self}: the value to try first, {self.first}, is outside of it")

    def _read_numbers(self) -> None:
        """Convert the numbers of other libraries to those of Python."""
        for name in ("low", "high", "width", "first"):
            given = getattr(self, name)
            if given is None and name == "first":
                continue
            found = record_value(given)
            number = None if found is None else found.value
            if isinstance(number, bool) or not isinstance(number, int | float):
                raise UsageError(f"{given!r} is not a number, of which a space {self.kind.value}[...] is made")
            object.__setattr__(self, name, number)

    def __str__(self) -> str:
        if self.kind is SpaceKind.CHOICE:
            return f"choice[{', '.join(map(_format_choice, self.choices))}]"
        last = self.width if self.kind is SpaceKind.STEP else self.first
        return f"{self.kind.value}[{':'.join(repr(each) for each in (self.low, self.high, last) if each is not None)}]"

    @property
    def is_whole(self) -> bool:
        """Whether its values are whole numbers."""
        return isinstance(self.low, int) and isinstance(self.high, int) and isinstance(self.width, int)

    @property
    def examples(self) -> tuple[Any, ...]:
        """All choices, or the ends."""
        if self.kind is SpaceKind.CHOICE:
            return self.choices
        return (self.low, self.high)

    @property
    def tried_values(self) -> list[Any]:
        """More of them: all values, or some if they are many."""
        generator = random.Random(0)  # noqa: S311 - examples
        return self.values(_MOST_TRIED) or [self.draw(each) for each in repeat(generator, _MOST_TRIED // 10)]

    def values(self, limit: int) -> list[Any] | None:
        """Return all its values; None if they are more than `limit`, or cannot be counted."""
        if self.kind is SpaceKind.CHOICE:
            return list(self.choices) if len(self.choices) <= limit else None
        if self.kind is SpaceKind.STEP:
            return [self._step(number) for number in range(self._steps)] if self._steps <= limit else None
        if not self.is_whole or self.high - self.low >= limit:
            return None
        return list(range(int(self.low), int(self.high) + 1))

    def draw(self, generator: random.Random) -> Any:  # noqa: ANN401 - a value of the flag
        """Return a value by chance."""
        if self.kind is SpaceKind.CHOICE:
            return generator.choice(self.choices)
        if self.kind is SpaceKind.STEP:
            return self._step(generator.randrange(self._steps))
        if self.kind is SpaceKind.LOGUNIFORM:
            value = math.exp(generator.uniform(math.log(self.low), math.log(self.high)))
            return max(self.low, min(self.high, round(value) if self.is_whole else value))
        if self.is_whole:
            return generator.randint(int(self.low), int(self.high))
        return generator.uniform(self.low, self.high)

    def holds(self, value: FlagValue) -> bool:
        """Whether a value lies in it."""
        if self.kind is SpaceKind.CHOICE:
            return value_key(value) in map(value_key, self.choices)
        if isinstance(value, bool) or not isinstance(value, int | float):
            return False
        if not self.low <= value <= self.high or (isinstance(value, float) and self.is_whole):
            return False
        return self.kind is not SpaceKind.STEP or self.nearest(value) == value

    @property
    def last(self) -> int | float:
        """The greatest value of a step."""
        return self._step(self._steps - 1)

    def nearest(self, value: float) -> int | float:
        """Return the value of a step that is nearest to a number; a number of other spaces as it is."""
        if self.kind is not SpaceKind.STEP:
            return value
        low, width = Fraction(repr(self.low)), Fraction(repr(self.width))
        return self._step(min(round((Fraction(repr(value)) - low) / width), self._steps - 1))

    def place(self, value: FlagValue) -> int:
        """Return the place of a choice; ValueError if there is none like it."""
        return list(map(value_key, self.choices)).index(value_key(value))

    @property
    def _steps(self) -> int:
        low, high, width = (Fraction(repr(each)) for each in (self.low, self.high, self.width))
        return int((high - low) // width) + 1

    def _step(self, number: int) -> int | float:
        value = Fraction(repr(self.low)) + number * Fraction(repr(self.width))
        return int(value) if self.is_whole else float(value)


def uniform(low: float, high: float, *, first: float | None = None) -> Space:
    """Return the space of numbers from `low` to `high`, of whole numbers if both are.

    Parameters
    ----------
    low, high
        Its ends, which belong to it.
    first
        The value that is tried first.

    Raises
    ------
    UsageError
        If it has no values.

    Examples
    --------
    >>> print(uniform(16, 128))
    uniform[16:128]
    >>> guild_ipy.run(train, momentum=guild_ipy.uniform(0.5, 0.99), _max_trials=30)   # doctest: +SKIP
    """
    return Space(kind=SpaceKind.UNIFORM, low=low, high=high, first=first)


def loguniform(low: float, high: float, *, first: float | None = None) -> Space:
    """Return the space of numbers from `low` to `high`, in which each order of magnitude is as likely.

    Parameters
    ----------
    low, high
        Its ends, above 0.
    first
        The value that is tried first.

    Raises
    ------
    UsageError
        If it has no values.

    Examples
    --------
    >>> guild_ipy.run(train, lr=guild_ipy.loguniform(1e-5, 0.1), _optimizer="tpe", _minimize="loss")   # doctest: +SKIP
    """
    return Space(kind=SpaceKind.LOGUNIFORM, low=low, high=high, first=first)


def step(low: float, high: float, width: float) -> Space:
    """Return the space of `low`, `low + width` and so on, up to `high`.

    Raises
    ------
    UsageError
        If it has no values.

    Examples
    --------
    >>> guild_ipy.run(train, hidden=guild_ipy.step(16, 128, 16))   # doctest: +SKIP
    """
    return Space(kind=SpaceKind.STEP, low=low, high=high, width=width)


def choice(*values: Any) -> Space:  # noqa: ANN401 - values of a flag
    """Return the space of these values.

    Raises
    ------
    UsageError
        If there are none.

    Examples
    --------
    >>> guild_ipy.run(train, optimizer=guild_ipy.choice("adam", "sgd"))   # doctest: +SKIP
    """
    return Space(kind=SpaceKind.CHOICE, choices=values)


def parse_space(text: str) -> Space | None:
    """Read a space; None for text that is none, such as a list.

    Raises
    ------
    UsageError
        For a space that has no values.

    Examples
    --------
    >>> str(parse_space("[1:10]")), parse_space("[1, 10]")
    ('uniform[1:10]', None)
    """
    found = _SPACE.fullmatch(text.strip())
    if found is None:
        return None
    inside = found["inside"]
    if found["kind"] is None:
        words = inside.split(":")
        return (
            _parse_numbers(SpaceKind.UNIFORM, words, text) if len(words) > 1 and all(map(_is_number, words)) else None
        )
    kind = SpaceKind(found["kind"])
    if kind is SpaceKind.CHOICE:
        choices = split_list(f"[{inside}]")
        if choices is None:
            raise UsageError(f"{text}: choice takes values with commas between: choice[a, b]")
        return Space(kind=kind, choices=tuple(choices))
    return _parse_numbers(kind, inside.split(":"), text)


def parse_recorded_space(text: str) -> Space | None:
    """Read a space that a flag records; None for another text.

    Examples
    --------
    >>> parse_recorded_space("choice[1, '1', adam]").choices
    (1, '1', 'adam')
    """
    try:
        space = parse_space(text)
    except UsageError:
        return None
    return None if space is None else replace(space, choices=tuple(map(parse_flag_value, space.choices)))


def read_space(definition: FlagDef, given: object, operation: str) -> Space | None:
    """Return the space in which a flag is searched; None for another value.

    Raises
    ------
    FlagError
        For a space that has no values.
    """
    if isinstance(given, Space):
        return given
    if not isinstance(given, FlagText):
        return None
    if definition.type in _TEXTS and given.lstrip().startswith("["):  # text for a flag that takes text
        return None
    try:
        return parse_space(given)
    except UsageError as error:
        raise FlagError(f"flag {definition.name!r} of {operation}: {error}", flag=definition.name) from error


def record_space(space: Space, definition: FlagDef, record: Callable[[Any], FlagValue]) -> Space:
    """Return a space with values as a flag records them; `record` checks and records one.

    Numbers are floats for a flag whose default is one.

    Raises
    ------
    FlagError
        If the flag does not take them.
    """
    if space.kind is SpaceKind.CHOICE:
        return replace(space, choices=tuple(map(record, space.choices)))
    numbers = {name: getattr(space, name) for name in ("low", "high", "first") if getattr(space, name) is not None}
    recorded: dict[str, Any] = {name: record(number) for name, number in numbers.items()}
    tried = [*recorded.values(), *map(record, space.tried_values)]
    if not all(isinstance(each, int | float) and not isinstance(each, bool) for each in tried):
        raise FlagError(
            f"flag {definition.name!r} takes no numbers, of which {space} is made; give choice[...]",
            flag=definition.name,
        )
    recorded["width"] = space.width
    if isinstance(definition.default, float) or any(isinstance(each, float) for each in tried):
        recorded = {name: float(number) for name, number in recorded.items()}
    return replace(space, **recorded)


def _parse_numbers(kind: SpaceKind, words: Sequence[str], text: str) -> Space:
    numbers = [_parse_number(word, text) for word in words]
    if kind is SpaceKind.STEP:
        if len(numbers) != _THREE:
            raise UsageError(f"{text}: step takes LOW:HIGH:STEP")
        return Space(kind=kind, low=numbers[0], high=numbers[1], width=numbers[2])
    if len(numbers) not in {2, _THREE}:
        raise UsageError(f"{text}: it takes LOW:HIGH or LOW:HIGH:FIRST")
    return Space(kind=kind, low=numbers[0], high=numbers[1], first=numbers[2] if len(numbers) == _THREE else None)


def _parse_number(word: str, text: str) -> int | float:
    if not _is_number(word):
        raise UsageError(f"{text}: {word.strip()!r} is not a number")
    value = parse_flag_value(word.strip())
    assert isinstance(value, int | float), "it reads as a number"
    return value


def _is_number(word: str) -> bool:
    value = parse_flag_value(word.strip())
    return isinstance(value, int | float) and not isinstance(value, bool)


def _format_choice(value: Any) -> str:  # noqa: ANN401 - a value of a flag, or as it was typed
    return str(value) if isinstance(value, FlagText) else format_flag(value)
