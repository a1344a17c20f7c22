from __future__ import annotations

import math
import random
import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from guild_ipy.store.events.event_encoding import encode_point, encode_record, encode_version
from guild_ipy.store.events.tfevents import Point, decode_points, decode_records

POINTS = st.builds(
    Point,
    step=st.integers(-(2**63), 2**63 - 1),
    wall_time=st.floats(allow_nan=False),
    tag=st.text(st.characters(exclude_categories=["Cs"]), max_size=300),
    value=st.floats(allow_nan=False, width=32),
)


def value(tag: bytes, body: bytes) -> bytes:
    content = b"\x0a" + bytes([len(tag)]) + tag + body
    return b"\x0a" + bytes([len(content)]) + content


def event(*values: bytes, step: bytes = b"\x10\x07") -> bytes:
    summary = b"".join(values)
    return b"\x09" + struct.pack("<d", 1.5) + step + b"\x2a" + bytes([len(summary)]) + summary


@given(POINTS)
def test_point_is_read_back(point: Point):
    assert decode_points(encode_point(point)) == [point]


@given(POINTS, st.floats(allow_nan=False))
def test_exact_value_is_read_back_with_all_its_bits(point: Point, value: float):
    exact = point._replace(value=value)
    assert decode_points(encode_point(exact, is_exact=True)) == [exact]


def test_exact_value_is_in_a_field_that_others_pass_over():
    usual, exact = (encode_point(Point(3, 1.5, "loss", 0.1), is_exact=is_exact) for is_exact in (False, True))
    assert len(exact) == len(usual) + 10
    assert exact[-14:-10] == usual[-4:] == struct.pack("<f", 0.1)
    assert exact[-10:] == b"\xc1\x3e" + struct.pack("<d", 0.1)


def test_what_is_too_large_for_32_bits_is_infinite():
    assert decode_points(encode_point(Point(0, 0.0, "x", 1e300)))[0].value == math.inf
    assert decode_points(encode_point(Point(0, 0.0, "x", -1e300)))[0].value == -math.inf
    assert math.isnan(decode_points(encode_point(Point(0, 0.0, "x", math.nan)))[0].value)


def test_bytes_of_a_record_are_those_of_tensorboard():
    parts = ["0f00000000000000", "6d532b09", "1a0d627261696e2e4576656e743a32", "fc985129"]
    assert encode_record(encode_version()).hex() == "".join(parts)


@pytest.mark.parametrize(
    "body",
    [
        b"\x15" + struct.pack("<f", 0.5),
        b"\x4a\x02\x0a\x00\x15" + struct.pack("<f", 0.5),
        b"\x42\x08\x08\x01\x22\x04" + struct.pack("<f", 0.5),
        b"\x42\x09\x08\x01\x12\x00\x2d" + struct.pack("<f", 0.5),
        b"\x42\x0a\x08\x01\x12\x00\x2a\x04" + struct.pack("<f", 0.5),
        b"\x42\x0c\x08\x02\x22\x08" + struct.pack("<d", 0.5),
        b"\x42\x0c\x08\x02\x32\x08" + struct.pack("<d", 0.5),
    ],
    ids=["simple", "with metadata", "float bytes", "float", "packed floats", "double bytes", "packed doubles"],
)
def test_every_form_of_a_scalar_is_read(body: bytes):
    assert decode_points(event(value(b"loss", body))) == [Point(7, 1.5, "loss", 0.5)]


@pytest.mark.parametrize(
    "body",
    [b"", b"\x42\x0c\x08\x01\x22\x08" + bytes(8), b"\x42\x04\x08\x07\x42\x00", b"\x22\x02\x08\x01"],
    ids=["empty", "two floats", "text", "image"],
)
def test_what_is_no_scalar_is_passed_over(body: bytes):
    assert decode_points(event(value(b"other", body), value(b"a", b"\x15\x00\x00\x00\x3f"))) == [
        Point(7, 1.5, "a", 0.5)
    ]


def test_event_without_a_step_has_step_0():
    assert decode_points(event(value(b"a", b"\x15\x00\x00\x00\x3f"), step=b""))[0].step == 0


@given(st.binary(max_size=60))
def test_any_bytes_are_read_without_an_exception(content: bytes):
    decode_points(content)
    list(decode_records(encode_record(content)))


@pytest.mark.parametrize("is_exact", [False, True])
def test_flipped_bytes_in_an_event_are_read_without_an_exception(*, is_exact: bool):
    intact = encode_point(Point(300, 1.5, "a/long/tag", 0.25), is_exact=is_exact)
    rng = random.Random(0)
    for _ in range(20_000):
        damaged = bytearray(intact)
        for _ in range(rng.randint(1, 3)):
            damaged[rng.randrange(len(damaged))] = rng.randrange(256)
        decode_points(bytes(damaged[: rng.randint(0, len(damaged))]))
