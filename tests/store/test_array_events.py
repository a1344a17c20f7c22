import math
import random
import sys

import numpy as np  # noqa: F401 - what is tested uses it where it is loaded
import pytest

from guild_ipy.store.events.array_events import LEAST_BYTES, decode_rows
from guild_ipy.store.events.events import EventWriter
from guild_ipy.store.events.scalar_summaries import FileScalars, Tally, add_values
from guild_ipy.store.events.tfevents import Point, encode_point, encode_record, encode_version
from guild_ipy.store.events.usual_events import decode_usual

TAGS = ("loss", "val acc", "ñ")


def write(count: int, *, first: int = 1, values: tuple[float, ...] = (0.5, -1.0, math.inf, 3e30)) -> bytes:
    generator = random.Random(count)
    points = [
        Point(step, step / 7, tag, generator.choice(values)) for step in range(first, first + count) for tag in TAGS
    ]
    return b"".join([encode_record(encode_version()), *(encode_record(encode_point(point)) for point in points)])


def tally(content: bytes, decode) -> tuple[dict[str, Tally], int]:
    """Count all values, part by part as they can be taken."""
    tallies: dict[str, Tally] = {}
    offset = 0
    while offset < len(content):
        found = decode(content[offset:]) or decode_usual(content[offset:])
        if found is None:
            break
        add_values(tallies, found[0])
        offset += found[1]
    return tallies, offset


def nothing(content: bytes) -> None:
    """What :func:`decode_rows` says of what it leaves to others."""


@pytest.mark.parametrize("first", [0, 1, 120, 16000, 2**31, -(2**40)])
@pytest.mark.parametrize("values", [(0.5,), (0.1, 0.2, -7.25), (1.0, math.inf), (math.inf, -math.inf), (1.0, math.nan)])
def test_rows_say_what_their_records_say(first, values):
    content = write(2000, first=first, values=values)
    assert repr(tally(content, decode_rows)) == repr(tally(content, nothing))


def test_rows_are_taken_by_arrays():
    content = write(2000, first=200)
    series, end = decode_rows(content)
    assert ([each.tag for each in series], end) == ([*TAGS], len(content))
    assert len(series[0].values) == 2000


@pytest.mark.parametrize("seed", range(100))
def test_damaged_rows_say_what_their_records_say(seed):
    generator = random.Random(seed)
    content = bytearray(write(1500, first=generator.choice((1, 200))))
    for _ in range(generator.choice((1, 2, 20))):
        content[generator.randrange(len(content) // 2, len(content))] = generator.randrange(256)
    (by_rows, end), (by_records, other_end) = tally(bytes(content), decode_rows), tally(bytes(content), nothing)
    assert end >= other_end
    if end == other_end:
        assert repr(by_rows) == repr(by_records)


def test_little_or_irregular_content_is_left_to_others():
    assert decode_rows(write(10)) is None
    assert decode_rows(bytes(LEAST_BYTES)) is None
    assert decode_rows(b"".join(write(1, first=step) for step in range(1000))) is None


def test_a_long_file_is_summarised_alike_with_and_without_numpy(tmp_path, monkeypatch):
    writer = EventWriter(str(tmp_path))
    with open(writer.path, "ab") as file:
        file.write(write(20_000, first=0)[len(encode_record(encode_version())) :])
    with_arrays, without = FileScalars(), FileScalars()
    with_arrays.read(writer.path)
    monkeypatch.delitem(sys.modules, "numpy")
    without.read(writer.path)
    writer.close()
    assert with_arrays.tallies["loss"].count == 20_000
    assert repr(with_arrays) == repr(without)
