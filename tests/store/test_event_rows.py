from __future__ import annotations

import math
import random
from functools import cache

import pytest

from guild_ipy.store.events.event_encoding import encode_point, encode_record, encode_version
from guild_ipy.store.events.event_rows import LEAST_BYTES, Series, decode_rows
from guild_ipy.store.events.event_writer import EventWriter
from guild_ipy.store.events.scalar_summaries import FileScalars
from guild_ipy.store.events.tfevents import Point, decode_points, decode_records

TAGS = ("loss", "val acc", "ñ")


@cache  # each is read many times
def write(
    count: int, *, first: int = 1, values: tuple[float, ...] = (0.5, -1.0, math.inf, 3e30), is_exact: bool = False
) -> bytes:
    generator = random.Random(count)
    points = [
        Point(step, step / 7, tag, generator.choice(values)) for step in range(first, first + count) for tag in TAGS
    ]
    return b"".join(
        [encode_record(encode_version()), *(encode_record(encode_point(each, is_exact=is_exact)) for each in points)]
    )


def by_tag(series: list[Series]) -> dict[str, list[tuple[int, float]]]:
    return {each.tag: [*zip(each.steps, each.values, strict=True)] for each in series}


def one_by_one(content: bytes) -> dict[str, list[tuple[int, float]]]:
    """What the records say, read one by one."""
    found: dict[str, list[tuple[int, float]]] = {}
    for begin, end in decode_records(content):
        for point in decode_points(content[begin:end]):
            found.setdefault(point.tag, []).append((point.step, point.value))
    return found


@pytest.mark.parametrize("first", [0, 1, 120, 16000, 2**31, 2**60, -(2**40)])
@pytest.mark.parametrize("values", [(0.5,), (0.1, 0.2, -7.25), (1.0, math.inf), (math.inf, -math.inf), (1.0, math.nan)])
@pytest.mark.parametrize("is_exact", [False, True])
def test_rows_say_what_their_records_say(first: int, values: tuple[float, ...], *, is_exact: bool):
    content = write(2000, first=first, values=values, is_exact=is_exact)
    found = decode_rows(content)
    series, end = found or ([], 0)
    assert repr(by_tag(series)) == repr(one_by_one(content[:end]))


def test_rows_are_read_to_the_last():
    content = write(2000, first=200)
    series, end = decode_rows(content)
    assert ([each.tag for each in series], end) == ([*TAGS], len(content))
    assert len(series[0].values) == 2000


@pytest.mark.parametrize("seed", range(200))
def test_damaged_rows_say_what_their_records_say(seed: int):
    generator = random.Random(seed)
    content = bytearray(write(1500, first=generator.choice((1, 200)), is_exact=seed % 2 == 0))
    for _ in range(generator.choice((1, 2, 20))):
        content[generator.randrange(generator.choice((200, len(content))), len(content) + 1) - 1] ^= (
            generator.randrange(256)
        )
    series, end = decode_rows(bytes(content)) or ([], 0)
    assert repr(by_tag(series)) == repr(one_by_one(bytes(content[:end])))


def test_exact_rows_are_read_to_the_last():
    content = write(2000, first=200, values=(0.1,), is_exact=True)
    series, end = decode_rows(content)
    assert ({*series[0].values}, end) == ({0.1}, len(content))


def test_rows_end_where_one_is_torn():
    content = write(2000, first=200)
    series, end = decode_rows(content[:-20])
    assert ([len(each.values) for each in series], end) == ([1999] * 3, len(write(1999, first=200)))


def test_little_or_irregular_content_is_left():
    assert decode_rows(write(10)) is None
    assert decode_rows(bytes(LEAST_BYTES)) is None
    assert decode_rows(b"".join(write(1, first=step) for step in range(1000))) is None


def test_a_long_file_has_the_same_scalars_however_it_is_read(tmp_path):
    writer = EventWriter(str(tmp_path))
    content = write(20_000, first=0)[len(encode_record(encode_version())) :]
    with open(writer.path, "ab") as file:
        file.write(content)
    writer.close()
    scalars = FileScalars()
    scalars.read(writer.path)
    last = {tag: points[-1] for tag, points in one_by_one(content).items()}
    assert {tag: (tally.last_step, tally.last) for tag, tally in scalars.tallies.items()} == last
    assert [tally.count for tally in scalars.tallies.values()] == [20_000] * 3
