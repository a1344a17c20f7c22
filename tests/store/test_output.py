from __future__ import annotations

import os
import tracemalloc
from collections.abc import Callable

import pytest

from guild_ipy.errors import DamagedRun
from guild_ipy.store.output import GAP, ROW, complete_index, read_output
from guild_ipy.store.run_dir import RunDir

MakeRun = Callable[..., RunDir]


@pytest.fixture
def make_output(make_run: MakeRun) -> Callable[..., RunDir]:
    """Make a run with output, last written at 9 s, index rows and gaps."""

    def make(output: bytes, rows: list[tuple[int, int]] = [], gaps: list[tuple[int, int, int]] = []) -> RunDir:  # noqa: B006
        run_dir = make_run()
        os.makedirs(run_dir.job)
        write(run_dir.output, output)
        write(run_dir.output_index, b"".join(ROW.pack(*row) for row in rows))
        write(run_dir.output_gaps, b"".join(GAP.pack(*gap) for gap in gaps))
        os.utime(run_dir.output, (9, 9))
        return run_dir

    return make


def write(path: str, content: bytes) -> None:
    with open(path, "wb") as file:
        file.write(content)


def rows(run_dir: RunDir) -> list[tuple[int, int]]:
    with open(run_dir.output_index, "rb") as file:
        return list(ROW.iter_unpack(file.read()))


def test_run_that_printed_nothing_has_no_lines(make_run: MakeRun):
    run_dir = make_run()
    complete_index(run_dir)
    assert read_output(run_dir) == ""
    assert not os.path.exists(run_dir.output_index)


def test_text_keeps_everything_but_bytes_that_are_no_text(make_output):
    assert read_output(make_output("a\rb\x1b[0m\n\u00e4".encode() + b"\xff")) == "a\rb\x1b[0m\n\u00e4\ufffd"


def test_lines_in_a_gap_take_the_time_of_the_next_row(make_output):
    run_dir = make_output(b"py\nc 1\nc 2\npy\n", [(1, 1), (5, 1)], [(1, 3, 11)])
    complete_index(run_dir)
    assert rows(run_dir) == [(1, 1), (5, 0), (5, 0), (5, 1)]
    assert not os.path.exists(run_dir.output_gaps)


def test_lines_behind_the_last_row_take_the_time_of_the_last_write(make_output):
    run_dir = make_output(b"py\nc 1\nc 2", [(1, 0)])
    complete_index(run_dir)
    assert rows(run_dir) == [(1, 0), (9000, 0), (9000, 0)]


def test_output_of_nothing_but_other_programs_gets_an_index(make_output):
    run_dir = make_output(b"a\nb\n", [], [(0, 0, 4)])
    complete_index(run_dir)
    assert rows(run_dir) == [(9000, 0), (9000, 0)]


def test_gaps_at_the_beginning_between_and_at_the_end(make_output):
    output = b"c\npy\nc\nc\npy\nhalf py\nc\n"
    run_dir = make_output(output, [(1, 0), (2, 1), (3, 0)], [(0, 0, 2), (1, 5, 9)])
    complete_index(run_dir)
    assert rows(run_dir) == [(1, 0), (1, 0), (2, 0), (2, 0), (2, 1), (3, 0), (9000, 0)]


def test_gap_without_a_newline_adds_no_row(make_output):
    run_dir = make_output(b"py c py\n", [(1, 0)], [(0, 3, 5)])
    complete_index(run_dir)
    assert rows(run_dir) == [(1, 0)]


def test_index_that_is_complete_is_not_written_again(make_output):
    run_dir = make_output(b"one\ntwo\n", [(1, 0), (2, 0)])
    before = os.stat(run_dir.output_index).st_ino
    complete_index(run_dir)
    assert os.stat(run_dir.output_index).st_ino == before


def test_completing_twice_is_completing_once(make_output):
    run_dir = make_output(b"c\npy\nc", [(1, 0)], [(0, 0, 2)])
    complete_index(run_dir)
    once = rows(run_dir)
    write(run_dir.output_gaps, GAP.pack(0, 0, 2))  # killed before it removed the gaps
    complete_index(run_dir)
    assert rows(run_dir) == once


def test_torn_row_of_a_killed_run_is_replaced(make_output):
    run_dir = make_output(b"one\ntwo\n", [(1, 0)])
    with open(run_dir.output_index, "ab") as file:
        file.write(b"\0\0\0")
    complete_index(run_dir)
    assert rows(run_dir) == [(1, 0), (9000, 0)]


@pytest.mark.parametrize("gap", [(2**63, 0, 2**63), (0, 5, 2), (0, 2**63, 2**64 - 1), (0, 0, 2**64 - 1)])
def test_damaged_gaps_change_no_number_of_rows(make_output, gap: tuple[int, int, int]):
    run_dir = make_output(b"a\nb\nc\n", [(1, 0), (2, 0)], [gap])
    complete_index(run_dir)
    assert len(rows(run_dir)) == 3


def test_large_output_is_completed_in_little_memory(make_output):
    run_dir = make_output(b"c\n" * 3_000_000, [], [(0, 0, 3_000_000)])
    tracemalloc.start()
    complete_index(run_dir)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert len(rows(run_dir)) == 3_000_000
    assert peak < 4 * 2**20


@pytest.mark.timeout(10)
def test_holes_of_a_terabyte_are_passed_over(make_output):
    run_dir = make_output(b"one\n", [(1, 0)])
    os.truncate(run_dir.output, 2**40)
    with open(run_dir.output_index, "ab") as file:
        file.truncate(2**38)
    with open(run_dir.output_gaps, "wb") as file:
        file.truncate(2**38)
    complete_index(run_dir)
    assert rows(run_dir)[0] == (1, 0)
    assert len(rows(run_dir)) == 2
    with pytest.raises(DamagedRun, match="it has 1099511627776 bytes"):
        read_output(run_dir)


@pytest.mark.timeout(10)
def test_an_index_that_is_a_pipe_is_written_anew(make_output):
    run_dir = make_output(b"one\n", [(1, 0)])
    os.unlink(run_dir.output_index)
    os.mkfifo(run_dir.output_index)
    complete_index(run_dir)
    assert rows(run_dir) == [(9000, 0)]
