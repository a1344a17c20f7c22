from __future__ import annotations

import math
import os
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from guild_ipy.domain.values.scalars import ScalarPoint, ScalarSummary
from guild_ipy.store.events.event_writer import EventWriter
from guild_ipy.store.events.scalar_summaries import ScalarSummaries, Tally, summarize
from guild_ipy.store.run_dir import RunDir

MakeRun = Callable[..., RunDir]


def write(folder: str, tag: str, values: list[tuple[int, float]]) -> str:
    os.makedirs(folder, exist_ok=True)
    writer = EventWriter(folder)
    writer.write(ScalarPoint(tag=tag, value=value, step=step) for step, value in values)
    writer.close()
    return writer.path


def test_summary_has_first_last_min_max_average_total_and_count(make_run: MakeRun):
    run_dir = make_run()
    write(run_dir.guild, "loss", [(1, 0.5), (2, 0.25), (3, 2.0), (4, 0.5)])
    assert summarize(run_dir)["loss"] == ScalarSummary(
        tag="loss", first=0.5, first_step=1, last=0.5, last_step=4, min=0.25, min_step=2, max=2.0, max_step=3,
        average=0.8125, total=3.25, count=4,
    )  # fmt: skip


def test_steps_decide_which_value_is_first_and_last(make_run: MakeRun):
    run_dir = make_run()
    write(run_dir.guild, "a", [(5, 1.0), (2, 2.0), (2, 3.0), (9, 4.0), (9, 5.0), (3, 6.0)])
    summary = summarize(run_dir)["a"]
    assert (summary.first, summary.first_step, summary.last, summary.last_step) == (2.0, 2, 5.0, 9)


def test_nan_counts_and_wins_no_comparison(make_run: MakeRun):
    run_dir = make_run()
    write(run_dir.guild, "a", [(0, math.nan), (1, 2.0), (2, 1.0), (3, math.nan)])
    summary = summarize(run_dir)["a"]
    assert (summary.min, summary.max, summary.count) == (1.0, 2.0, 4)
    assert math.isnan(summary.average)


def test_scalar_of_nothing_but_nan_is_nan(make_run: MakeRun):
    run_dir = make_run()
    write(run_dir.guild, "a", [(3, math.nan)])
    summary = summarize(run_dir)["a"]
    assert math.isnan(summary.min)
    assert (summary.min_step, summary.max_step) == (3, 3)


def test_sub_directory_is_the_prefix(make_run: MakeRun):
    run_dir = make_run()
    write(run_dir.guild, "loss", [(0, 1.0)])
    write(run_dir.path, "acc", [(0, 1.0)])
    write(f"{run_dir.path}/logs/val", "loss", [(0, 2.0)])
    assert list(summarize(run_dir)) == ["acc", "logs/val#loss", "loss"]
    assert summarize(run_dir)["logs/val#loss"].prefix == "logs/val"


def test_file_that_the_operation_wrote_wins_over_its_output(make_run: MakeRun):
    run_dir = make_run()
    write(run_dir.guild, "loss", [(0, 1.0)])
    write(run_dir.path, "loss", [(0, 2.0)])
    assert summarize(run_dir)["loss"].last == 2.0


def test_files_of_one_folder_are_one_scalar(make_run: MakeRun):
    run_dir = make_run()
    write(run_dir.path, "loss", [(0, 1.0)])
    write(run_dir.path, "loss", [(1, 2.0)])
    assert summarize(run_dir)["loss"].count == 2


def test_update_reads_only_what_was_added(make_run: MakeRun):
    run_dir = make_run()
    writer = EventWriter(run_dir.path)
    summaries = ScalarSummaries(run_dir)
    for step in range(3):
        writer.write([ScalarPoint(tag="loss", value=1.0, step=step)])
        assert summaries.update()["loss"].count == step + 1
        with open(writer.path, "r+b") as file:
            file.write(bytes(os.path.getsize(writer.path)))  # what was read may be gone
    writer.close()


@pytest.mark.parametrize("content", [b"", b"\0" * 100, b"not an event file", b"\x18"])
def test_file_that_is_no_event_file_gives_nothing(make_run: MakeRun, content: bytes):
    run_dir = make_run()
    with open(f"{run_dir.path}/x.tfevents.y", "wb") as file:
        file.write(content)
    assert summarize(run_dir) == {}


def test_run_that_is_gone_has_no_scalars(tmp_path):
    assert summarize(RunDir(f"{tmp_path}/gone")) == {}


POINTS = st.lists(
    st.tuples(st.integers(0, 3), st.sampled_from((0.5, 1.0, 2.0, math.nan, math.inf, -math.inf, -1.0))), min_size=2
)


@given(POINTS, st.data())
def test_tallies_of_two_parts_merge_to_that_of_the_whole(points: list[tuple[int, float]], data: st.DataObject):
    cut = data.draw(st.integers(1, len(points) - 1))
    merged = tally(points[:cut]).merge(tally(points[cut:]))
    assert repr(merged) == repr(tally(points))


@given(POINTS)
def test_values_that_are_read_at_once_count_as_one_by_one(points: list[tuple[int, float]]):
    whole = tally(points[:1])
    for point in points[1:]:
        whole = whole.merge(tally([point]))
    assert repr(whole) == repr(tally(points))


def tally(points: list[tuple[int, float]]) -> Tally:
    steps, values = zip(*points, strict=True)
    return Tally.of(steps, values)
