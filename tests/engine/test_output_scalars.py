from __future__ import annotations

import os
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from guild_ipy.domain.values.scalars import DEFAULT_PATTERNS
from guild_ipy.engine.output.ending import Ending
from guild_ipy.engine.output.flag_echoes import MOST_HELD, flag_numbers
from guild_ipy.engine.output.match_limit import MatchLimit
from guild_ipy.engine.output.output_scalars import OutputScanner, ScalarRecorder, recover_scalars
from guild_ipy.engine.output.scalar_patterns import check_patterns
from guild_ipy.errors import StoreError, UsageError
from guild_ipy.store.events.event_writer import EventWriter
from guild_ipy.store.events.events import find_event_files
from guild_ipy.store.events.tfevents import decode_points, decode_records
from guild_ipy.store.files.attrs import read_attr
from guild_ipy.store.guild_home import Home
from guild_ipy.store.output import read_output
from guild_ipy.store.run_dir import RunDir


def scan(output: bytes | str, patterns: tuple[str, ...] = DEFAULT_PATTERNS, **flags: float):
    scanner = OutputScanner(patterns, flags)
    found = scanner.feed(output if isinstance(output, bytes) else output.encode()) + scanner.finish()
    return [(point.tag, point.value, point.step) for point in found]


@pytest.fixture
def run_dir(home: Home) -> RunDir:
    run_dir = home.run_dir("a")
    os.makedirs(run_dir.guild)
    return run_dir


@pytest.mark.parametrize(
    ("patterns", "expected"),
    [
        (("loss: loss=(\\S+)",), ["loss"]),
        (("loss=(?P<loss>\\S+)",), ["loss"]),
        (("(?P<_key>\\w+)=(?P<_val>\\S+)",), []),
        (("(\\w+)=(\\S+)", "other: other=(\\S+)"), []),
        (("(\\w+)=(\\S+)", "loss: loss=(\\S+)"), ["loss"]),
    ],
)
def test_a_scalar_that_a_pattern_names_counts_also_where_a_flag_of_its_name_has_that_value(patterns, expected):
    assert [tag for tag, _, _ in scan("loss=0.5", patterns, loss=0.5)] == expected


def append(run_dir: RunDir, output: bytes) -> None:
    with open(run_dir.output, "ab") as file:
        file.write(output)


def recorded(run_dir: RunDir) -> list[tuple[str, float, int]]:
    contents = [Path(path).read_bytes() for path in find_event_files(run_dir)]
    events = [content[begin:end] for content in contents for begin, end in decode_records(content)]
    return [(point.tag, point.value, point.step) for event in events for point in decode_points(event)]


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("loss: 0.5", [("loss", 0.5, 0)]),
        ("loss:  -1.5e-3", [("loss", -0.0015, 0)]),
        ("loss: 1e5", [("loss", 1e5, 0)]),
        ("loss: +3.", [("loss", 3.0, 0)]),
        ("loss: .5  ", [("loss", 0.5, 0)]),
        ("val/loss: inf", [("val/loss", float("inf"), 0)]),
        ("a:b: 1", [("a:b", 1.0, 0)]),
        ("loss: 0.5 (best so far)", [("loss", 0.5, 0)]),
        ("loss: 0.5 (step 7)", [("loss", 0.5, 7)]),
        ("loss: 0.5 (7)", [("loss", 0.5, 7)]),
        ("\x1b[32mloss: 0.5\x1b[0m", [("loss", 0.5, 0)]),
        ("loss: 0.5 today", []),
        ("loss: high", []),
        ("\u00e4\u00f6: 1", [("\u00e4\u00f6", 1.0, 0)]),
    ],
)
def test_line_is_read_as_guild_reads_it(line: str, expected: list[tuple[str, float, int]]):
    assert scan(line) == expected


def test_step_is_that_of_all_following_values():
    assert scan("a: 1\nstep: 5\nb: 2\nc: 3 (step 6)\nd: 4\n") == [("a", 1, 0), ("b", 2, 5), ("c", 3, 6), ("d", 4, 6)]


@pytest.mark.parametrize(
    ("printed", "flag"), [("0.1", 0.1), ("3", 3), ("3.0", 3), ("1", True), ("0.123", 0.12345), ("nan", float("nan"))]
)
def test_what_only_repeats_a_flag_is_no_scalar(printed: str, flag: float):
    assert scan(f"x: {printed}\nloss: 1\nx: {printed} (step 2)\n", x=flag) == [("loss", 1.0, 0)]


@pytest.mark.parametrize(("printed", "flag"), [("0.2", 0.1), ("0.1", 0.12), ("1", 0.6), ("inf", 1e9), ("0.1234", 0.12)])
def test_another_value_under_the_name_of_a_flag_is_a_scalar(printed: str, flag: float):
    assert scan(f"x: {printed}\n", x=flag) == [("x", float(printed), 0)]


def test_a_metric_that_begins_with_the_value_of_its_flag_is_recorded_from_its_beginning():
    assert scan("lr: 0.1 (step 1)\nlr: 0.1 (step 2)\nlr: 0.05 (step 3)\nlr: 0.1 (step 4)\n", lr=0.1) == [
        ("lr", 0.1, 1),
        ("lr", 0.1, 2),
        ("lr", 0.05, 3),
        ("lr", 0.1, 4),
    ]


def test_what_is_printed_very_often_is_a_metric_even_if_it_never_changes():
    assert len(scan("x: 1\n" * (MOST_HELD + 5), x=1)) == MOST_HELD + 5


def test_flags_that_are_no_numbers_hide_no_scalar():
    assert flag_numbers({"loss": "mse", "layers": [1], "n": None, "k": "3"}) == {"k": 3.0}


def test_carriage_return_ends_a_line():
    assert scan(b"10%\rloss: 1\r\nloss: 2\r") == [("loss", 1.0, 0), ("loss", 2.0, 0)]


def test_bytes_that_are_no_text_are_passed_over():
    assert scan(b"\xff\xfe\0\nloss: 1\n\x80") == [("loss", 1.0, 0)]


@pytest.mark.parametrize("size", [65_537, 300_000])
def test_line_that_is_too_long_is_skipped_however_it_comes(size: int):
    long_line = b"x: " + b"1" * size
    scanner = OutputScanner()
    pieces = [b"a: 1\n", *(long_line[n : n + 1000] for n in range(0, len(long_line), 1000)), b" b: 2\nc: 3\n"]
    assert [point.tag for piece in pieces for point in scanner.feed(piece)] == ["a", "c"]
    assert [point.tag for point in OutputScanner().feed(b"".join(pieces))] == ["a", "c"]


OUTPUT = b"loss: 0.5\nstep: 2\r\nacc: 0.25\rloss: 0.125 (step 3)\nnoise\n\nacc: 1"


@given(st.lists(st.integers(0, len(OUTPUT)), max_size=6))
def test_pieces_give_what_the_whole_gives(cuts: list[int]):
    scanner = OutputScanner()
    bounds = [0, *sorted(cuts), len(OUTPUT)]
    pieces = [OUTPUT[start:end] for start, end in pairwise(bounds)]
    found = [point for piece in pieces for point in scanner.feed(piece)] + scanner.finish()
    assert [(point.tag, point.value, point.step) for point in found] == scan(OUTPUT)


@pytest.mark.parametrize(
    ("pattern", "line"),
    [
        (r"(\w+)=([0-9.]+)", "loss=0.5"),
        (r"(?P<_key>\w+)=(?P<_val>\S+)", "loss=0.5"),
        (r"loss=(?P<loss>\S+)", "the loss=0.5"),
        (r"loss: error is (\S+)", "the error is 0.5"),
        (r"(\key)->(\value)", "loss->0.5"),
    ],
)
def test_patterns_of_every_form_are_understood(pattern: str, line: str):
    assert scan(line, (pattern,)) == [("loss", 0.5, 0)]


def test_pattern_gives_several_values_and_the_step():
    patterns = (r"epoch (?P<step>\step)", r"(\w+)=(\S+)")
    assert scan("epoch 3 loss=0.5 acc=high f1=1\n", patterns) == [("f1", 1.0, 3), ("loss", 0.5, 3)]


@pytest.mark.parametrize(
    ("pattern", "reason"),
    [
        ("(", "is no regular expression: missing"),
        ("loss", "has 0 groups; name them"),
        ("(a)(b)(c)", "has 3 groups; name them"),
        ("loss is (.*)", "has 1 groups; name them"),
    ],
)
def test_pattern_that_says_nothing_is_refused_in_one_line(pattern: str, reason: str):
    with pytest.raises(UsageError, match=reason) as caught:
        check_patterns([pattern])
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("pattern", "line"),
    [
        (r"(a+)+b: (?P<x>\S+)", "a" * 44),
        (r"(?:.*)*=(?P<x>\d)", "=" * 40),
        (r"x: ((?:\w+\s?)*)$", "x: " + "a b" * 20 + "!"),
    ],
)
def test_pattern_that_backtracks_for_ever_is_given_up_and_the_others_go_on(pattern: str, line: str):
    scanner = OutputScanner([pattern, r"(\key)=(\value)"])
    found = scanner.feed(f"{line}\n".encode() * 10 + b"loss=0.5\n")
    assert ([(point.tag, point.value) for point in found], scanner.slow_patterns) == ([("loss", 0.5)], [pattern])


@pytest.mark.parametrize("line", ["x: " + "1" * 60_000 + "x", "a:" * 30_000 + " x", "a: 1" + " (" * 30_000])
def test_default_patterns_do_not_backtrack(line: str):
    with MatchLimit(1.0).counted():
        assert scan(line) == []


def test_a_slow_pattern_is_said_in_the_output(run_dir: RunDir):
    os.makedirs(run_dir.attrs)
    os.makedirs(run_dir.job)
    append(run_dir, b"a" * 44 + b"\nloss=0.5\n")
    recorder = ScalarRecorder(run_dir, [r"(a+)+b: (?P<x>\S+)", r"(\key)=(\value)"], {})
    Ending(run_dir, recorder).write(3)
    assert (read_attr(run_dir, "exit_status"), recorded(run_dir)) == (3, [("loss", 0.5, 0)])
    assert "'(a+)+b: (?P<x>\\\\S+)' took too long; scalars may be missing\n" in read_output(run_dir)


def test_recorder_writes_what_is_new_at_each_scan(run_dir: RunDir):
    recorder = ScalarRecorder(run_dir, DEFAULT_PATTERNS, {"lr": 1})
    recorder.scan()
    assert os.listdir(run_dir.guild) == []
    append(run_dir, b"lr: 1\nloss: 0.5\nloss: 0.2")
    recorder.scan()
    assert recorded(run_dir) == [("loss", 0.5, 0)]
    append(run_dir, b"5")
    recorder.scan()
    recorder.close()
    assert recorded(run_dir) == [("loss", 0.5, 0), ("loss", 0.25, 0)]


def test_points_that_a_full_disk_refused_are_written_later(run_dir: RunDir, monkeypatch):
    append(run_dir, b"loss: 0.5\n")
    recorder = ScalarRecorder(run_dir, DEFAULT_PATTERNS, {})

    def refuse(*_: object) -> None:
        raise StoreError("the disk is full")

    with monkeypatch.context() as patch:
        patch.setattr(EventWriter, "write", refuse)
        with pytest.raises(StoreError):
            recorder.scan()
    recorder.scan()
    recorder.close()
    assert recorded(run_dir) == [("loss", 0.5, 0)]


def test_recovery_reads_all_output_again(run_dir: RunDir):
    append(run_dir, b"loss: 0.5\n")
    recorder = ScalarRecorder(run_dir, DEFAULT_PATTERNS, {})
    recorder.scan()
    append(run_dir, b"loss: 0.25\nacc: 1")  # and the supervisor is killed
    for _ in range(2):
        recover_scalars(run_dir, DEFAULT_PATTERNS, {})
        assert recorded(run_dir) == [("loss", 0.5, 0), ("loss", 0.25, 0), ("acc", 1.0, 0)]
    assert os.listdir(run_dir.tmp) == []
    recorder.close()


def test_recovery_of_a_run_that_printed_nothing_writes_nothing(run_dir: RunDir):
    recover_scalars(run_dir, DEFAULT_PATTERNS, {})
    assert find_event_files(run_dir) == []


LINES = ["loss: 0.5", "loss: 0.25 (step 3)", "acc: 1", "a b: 2", "x : 3", "n: 5e-1", "s: 4 (s)", "k: 5 (12)", "z: 1 "]
SCRIPT = f"for line in {LINES!r} + ['step: 9', 'late: 1']:\n    print(line)\n"


@pytest.mark.guild
def test_guild_finds_the_same_scalars(guild_run: Callable[..., RunDir]):
    run_dir = guild_run(SCRIPT)
    assert recorded(run_dir) == scan("\n".join([*LINES, "step: 9", "late: 1"]))
