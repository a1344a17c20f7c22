from __future__ import annotations

from datetime import UTC, datetime

import pytest

from guild_ipy.domain.opref import OpRef
from guild_ipy.domain.run_filter import RunFilter
from guild_ipy.domain.status import RunStatus
from guild_ipy.domain.time_range import TimeRange
from guild_ipy.store.attr_types import Comment
from guild_ipy.store.run import RunRecord
from guild_ipy.store.run_dir import RunDir
from guild_ipy.store.run_match import matches

RUN = RunRecord(
    dir=RunDir("/runs/a"),
    opref=OpRef(type="func", package="lab.ipynb", name="train_all"),
    status=RunStatus.COMPLETED,
    started=1_000_000,
    label="lr=0.1 best",
    tags=("red", "blue"),
    comments=(Comment(body="Looks good", user="ada"),),
    marked=True,
    sourcecode_digest="0123abcd",
)
BARE = RunRecord(dir=RunDir("/runs/b"), opref=None, status=RunStatus.DAMAGED)


def second(number: int) -> datetime:
    return datetime(1970, 1, 1, 0, 0, number, tzinfo=UTC)


PASSING = [
    RunFilter(),
    RunFilter(operations=("train_all",)),
    RunFilter(operations=("train_all()",)),
    RunFilter(operations=("other", "train_all")),
    RunFilter(operations=("tr*()",)),
    RunFilter(labels=("0.1",)),
    RunFilter(labels=("nothing", "best")),
    RunFilter(tags=("green", "blue")),
    RunFilter(comments=("looks",)),
    RunFilter(comments=("ADA",)),
    RunFilter(statuses=frozenset({RunStatus.ERROR, RunStatus.COMPLETED})),
    RunFilter(marked=True),
    RunFilter(started=TimeRange(start=second(1), end=second(2))),
    RunFilter(digest="0123"),
    RunFilter(marked=True, tags=("red",), operations=("train_all",)),
]
FAILING = [
    RunFilter(operations=("other", "train")),
    RunFilter(operations=("test",)),
    RunFilter(labels=("worst",)),
    RunFilter(labels=("-",)),
    RunFilter(tags=("re",)),
    RunFilter(comments=("bad",)),
    RunFilter(statuses=frozenset({RunStatus.ERROR})),
    RunFilter(marked=False),
    RunFilter(unlabeled=True),
    RunFilter(started=TimeRange(start=second(2))),
    RunFilter(started=TimeRange(end=second(1))),
    RunFilter(digest="123"),
    RunFilter(marked=True, tags=("green",)),
]


@pytest.mark.parametrize("run_filter", PASSING)
def test_run_passes_when_every_test_holds(run_filter: RunFilter):
    assert matches(RUN, run_filter)


@pytest.mark.parametrize("run_filter", FAILING)
def test_run_is_left_out_when_one_test_fails(run_filter: RunFilter):
    assert not matches(RUN, run_filter)


@pytest.mark.parametrize("run_filter", [RunFilter(unlabeled=True), RunFilter(labels=("-",)), RunFilter(marked=False)])
def test_run_that_says_nothing_passes_tests_for_nothing(run_filter: RunFilter):
    assert matches(BARE, run_filter)


@pytest.mark.parametrize("run_filter", [f for f in PASSING if f != RunFilter()])
def test_damaged_run_passes_no_test_of_what_it_lost(run_filter: RunFilter):
    assert not matches(BARE, run_filter)
