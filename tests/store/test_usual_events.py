import math
import random

import pytest

from guild_ipy.store.events.scalar_summaries import Tally, add_values
from guild_ipy.store.events.tfevents import (
    Point,
    decode_points,
    decode_records,
    encode_point,
    encode_record,
    encode_version,
)
from guild_ipy.store.events.usual_events import EventValues, decode_usual

NUMBERS = (0.5, -1.0, 0.0, math.inf, -math.inf, math.nan)
TAGS = ("loss", "a", "val acc", "ñ", "t" * 90, "\x15odd", "\n")
STEPS = (0, 1, 127, 128, 300, 2**31, 2**62, -1)


def points_of(content: bytes) -> list[tuple[int, str, float]]:
    points = [point for begin, end in decode_records(content) for point in decode_points(content[begin:end])]
    return [(point.step, point.tag, point.value) for point in points]


def write(points: list[Point], *, version: bool = True) -> bytes:
    records = [encode_record(encode_point(point)) for point in points]
    return b"".join([encode_record(encode_version()), *records] if version else records)


def choose_points(generator: random.Random, tags: tuple[str, ...]) -> list[Point]:
    count = generator.randrange(1, 40)
    return [
        Point(generator.choice(STEPS), 1.5e9, generator.choice(tags), generator.choice(NUMBERS)) for _ in range(count)
    ]


@pytest.mark.parametrize("seed", range(200))
def test_usual_bytes_say_what_they_say_record_by_record(seed):
    generator = random.Random(seed)
    content = write(choose_points(generator, TAGS[:5]), version=seed % 2 == 0)
    values, end = decode_usual(content)
    assert end == len(content)
    assert repr(list(zip(values.steps, values.tags, values.values, strict=True))) == repr(points_of(content))


@pytest.mark.parametrize("seed", range(500))
def test_damaged_bytes_are_refused_or_say_what_they_say_record_by_record(seed):
    generator = random.Random(seed)
    content = bytearray(write(choose_points(generator, TAGS)))
    for _ in range(generator.choice((1, 1, 3, 20))):
        content[generator.randrange(len(content))] = generator.choice((0, 9, 0x0A, 0x10, 0x15, 0x2A, 0x80, 255))
    usual = decode_usual(bytes(content[: generator.choice((None, -1, -7, -30))]))
    if usual is not None:
        values, end = usual
        assert repr(list(zip(values.steps, values.tags, values.values, strict=True))) == repr(
            points_of(bytes(content[:end]))
        )


def test_what_is_torn_at_the_end_is_left():
    first, second = Point(1, 1.0, "loss", 0.5), Point(2, 1.0, "loss", 0.25)
    whole, half = write([first, second]), write([first])
    for size in range(len(half), len(whole)):
        values, end = decode_usual(whole[:size])
        assert (values.values, end) == ([0.5], len(half))


@pytest.mark.parametrize("content", [b"", b"x", write([]), bytes(100)])
def test_what_holds_no_value_is_refused(content):
    assert decode_usual(content) is None


@pytest.mark.parametrize("seed", range(100))
def test_many_values_are_counted_as_one_by_one(seed):
    generator = random.Random(seed)
    numbers = NUMBERS[:5] if seed % 3 else NUMBERS[:3]
    chosen = [(generator.choice(STEPS), generator.choice("ab"), generator.choice(numbers)) for _ in range(600)]
    at_once: dict[str, Tally] = {}
    one_by_one: dict[str, Tally] = {}
    for part in (chosen[:250], chosen[250:251], chosen[251:]):
        steps, tags, values = zip(*part, strict=True)
        add_values(at_once, EventValues(steps=steps, tags=tags, values=values))
    for step, tag, value in chosen:
        add_values(one_by_one, EventValues(steps=(step,), tags=(tag,), values=(value,)))
    assert repr(at_once) == repr(one_by_one)
