from __future__ import annotations

import os
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from guild_ipy.domain.choosing.run_filter import RunFilter
from guild_ipy.domain.choosing.time_range import TimeRange
from guild_ipy.domain.status import RunStatus
from guild_ipy.index.index import Index
from guild_ipy.session.settling import settle_run
from guild_ipy.settings import Settings
from guild_ipy.store.guild_home import Home
from tests.index.truth import make_run

RUN, BARE = "a" * 32, "b" * 32


@pytest.fixture(scope="module")
def filtered(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Index]:
    """The index of a run with much to say, and of a damaged one that has lost its operation."""
    folder = tmp_path_factory.mktemp("filtered")
    home = Home(f"{folder}/home")
    remark = {"body": "Looks good", "user": "ada", "time": 1}
    run = make_run(
        home, RUN, started=1_000_000, exit_status=0, label="lr=0.1 best", tags=["red", "blue"], comments=[remark],
        marked=True, sourcecode_digest="0123abcd",
    )  # fmt: skip
    with open(run.opref, "w") as file:
        file.write("func:lab.ipynb '' '' train_all")
    bare = make_run(home, BARE)
    os.unlink(bare.opref)
    with open(bare.attr("started"), "w") as file:
        file.write("soon")
    index = Index(home, Settings(cache_dir=f"{folder}/cache"), settle_run)
    yield index
    index.close()


def passing(index: Index, run_filter: RunFilter) -> set[str]:
    """Give the ids of the runs that pass, also from a database in memory."""
    found = index.ids(run_filter)
    assert Index(index.home, Settings(cache_dir="/dev/null/nowhere"), settle_run).ids(run_filter) == found
    assert [record.dir for record in index.records(run_filter)] == [index.home.run_dir(each) for each in found]
    return set(found)


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
def test_run_passes_when_every_test_holds(filtered: Index, run_filter: RunFilter):
    assert RUN in passing(filtered, run_filter)


@pytest.mark.parametrize("run_filter", FAILING)
def test_run_is_left_out_when_one_test_fails(filtered: Index, run_filter: RunFilter):
    assert RUN not in passing(filtered, run_filter)


@pytest.mark.parametrize("run_filter", [RunFilter(unlabeled=True), RunFilter(labels=("-",)), RunFilter(marked=False)])
def test_run_that_says_nothing_passes_tests_for_nothing(filtered: Index, run_filter: RunFilter):
    assert BARE in passing(filtered, run_filter)


@pytest.mark.parametrize("run_filter", [f for f in PASSING if f != RunFilter()])
def test_damaged_run_passes_no_test_of_what_it_lost(filtered: Index, run_filter: RunFilter):
    assert BARE not in passing(filtered, run_filter)


@pytest.mark.parametrize(
    ("run_filter", "expected"),
    [
        (RunFilter(labels=("%",)), "a"),
        (RunFilter(labels=("x ",)), ""),
        (RunFilter(labels=("\u2003",)), ""),
        (RunFilter(unlabeled=True), "bd"),
        (RunFilter(labels=("-", "%")), "abd"),
        (RunFilter(labels=("\udcff",)), "c"),
        (RunFilter(tags=("nul\0",)), "a"),
        (RunFilter(tags=("nul",)), ""),
        (RunFilter(tags=("\udcff", "other")), "c"),
        (RunFilter(comments=("GRÖSSE",)), "a"),
        (RunFilter(comments=("ADA\nbox\nGröße",)), "a"),
        (RunFilter(comments=("\udcff",)), "c"),
        (RunFilter(comments=("-",)), "bd"),
        (RunFilter(comments=("-", "grösse"), unlabeled=True), "bd"),
    ],
)
def test_text_of_any_characters_is_found(home: Home, run_filter: RunFilter, expected: str):
    odd = {"body": "Größe, or GRÖSSE", "user": "ada", "host": "box"}
    make_run(home, "a" * 32, label="\u2003100 % x\t\xa0", tags=["nul\0"], comments=[odd], flags={"x": float("nan")})
    make_run(home, "b" * 32, label="\u3000 \n")
    make_run(home, "c" * 32, label="y\udcff", tags=["\udcff"], comments=[{"body": "\udcff"}])
    make_run(home, "d" * 32)
    index = Index(home, Settings(cache_dir="/dev/null/nowhere"), settle_run)
    assert {each[0] for each in index.ids(run_filter)} == set(expected)
