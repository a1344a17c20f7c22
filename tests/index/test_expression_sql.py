"""Runs by expressions: an index in a file and one in memory select the same."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import pytest

from guild_ipy.domain.choosing.best import Best
from guild_ipy.domain.choosing.run_filter import RunFilter
from guild_ipy.domain.status import RunStatus
from guild_ipy.domain.values.scalars import ScalarPoint
from guild_ipy.errors import SelectError
from guild_ipy.index.index import Index
from guild_ipy.query.expression import Dropped
from guild_ipy.session.settling import settle_run
from guild_ipy.settings import Settings
from guild_ipy.store.events.event_writer import EventWriter
from guild_ipy.store.files.attrs import write_attr
from guild_ipy.store.guild_home import Home
from guild_ipy.store.state.markers import set_pending, set_staged
from guild_ipy.store.trash import delete_run, restore_run
from tests.index.truth import make_run

HOSTILE = [
    "a b",
    "quo'te",
    'quo"te',
    "per%cent",
    "under_score",
    "st*r",
    "[x]",
    "new\nline",
    "größe",
    "; drop table run;--",
]


@pytest.fixture(scope="module")
def shared_index(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Index]:
    """The index of a home with one run of each sort; nothing changes it."""
    folder: Path = tmp_path_factory.mktemp("where")
    home = Home(f"{folder}/home")
    for number in range(12):
        _make(home, number)
    set_staged(
        home.run_dir(_id(20))
        if os.path.exists(home.run_dir(_id(20)).path)
        else make_run(home, _id(20), flags={"lr": 9})
    )
    set_pending(make_run(home, _id(21), started=21_000_000, flags={"lr": "text"}))
    index = Index(home, Settings(cache_dir=f"{folder}/cache", index_few=0), settle_run)
    yield index
    index.close()


def _id(number: int) -> str:
    return f"{number:08x}" + "0" * 24


def _make(home: Home, number: int) -> None:
    name = HOSTILE[number % len(HOSTILE)]
    flags = {"lr": number / 10, "opt": name, name: number, "layers": [number, "x"], "on": number % 2 == 0}
    attrs = {
        "label": f"{name} {number}",
        "tags": [name, "all"],
        "note": number,
        "host": "box",
        "marked": number % 3 == 0,
    }
    started = 1_800_000_000_000_000 + number * 60_000_000
    times = {"initialized": started - 1, "started": started, "stopped": started + number * 1_000_000}
    run_dir = make_run(
        home, _id(number), flags=flags, exit_status=number % 2, sourcecode_digest="ab" * 8, **attrs, **times
    )
    if not attrs["marked"]:
        os.remove(run_dir.attr("marked"))
    for folder, tag in (
        (run_dir.guild, "loss"),
        (f"{run_dir.path}/val", "acc"),
        (run_dir.guild, name.replace(" ", "_")),
    ):
        _write(folder, tag, [number / 8, float("nan") if number == 5 else number / 4])
    return run_dir


def _write(folder: str, tag: str, values: list[float]) -> None:
    os.makedirs(folder, exist_ok=True)
    writer = EventWriter(folder)
    writer.write(ScalarPoint(tag=tag, value=value, step=step) for step, value in enumerate(values))
    writer.close()


def in_memory(home: Home) -> Index:
    """Give an index that can have no file."""
    return Index(home, Settings(cache_dir="/dev/null/nowhere"), settle_run)


def both(index: Index, run_filter: RunFilter) -> list[int]:
    """Give the numbers of the runs that the index finds, and check that one in memory finds the same."""
    assert index.refresh(), index.trouble
    found = index.records(run_filter)
    assert index.trouble is None
    assert found == in_memory(index.home).records(run_filter)
    assert len(index.table((), run_filter).numbers) == len(found)
    assert index.ids(run_filter) == [record.dir.id for record in found]
    if run_filter.limit is None:
        assert index.ids(replace(run_filter, limit=2)) == [record.dir.id for record in found[:2]]
    return [int(record.dir.id[:8], 16) for record in found]


@pytest.mark.parametrize(
    ("where", "numbers"),
    [
        ("lr <= 0.1", [1, 0]),
        ("lr = text", [21]),
        ("not lr < 100", [21]),
        ("completed and on = yes", [10, 8, 6, 4, 2, 0]),
        ("staged", [20]),
        ("pending or marked", [9, 6, 3, 0, 21]),
        ("loss >= 2.5", [11, 10]),
        ("loss = nan", [5]),
        ("max loss < 0.1", [0]),
        ("min loss step = 0 and acc > 2", [11, 10, 9]),
        ("val#acc > 2 and first val#acc < 1.2", [9]),
        ("layers contains 7", [7]),
        ("layers = [7, x]", [7]),
        ("host = box and attr:note between 3 and 4", [4, 3]),
        ("note in [1, 2] or flag:lr = 0.3", [3, 2, 1]),
        ("time > 10", [11, 21]),
        ("failed and time < 0:00:04", [3, 1]),
        ("id = 00000004000000000000000000000000 or run = 00000005", [5, 4]),
        ("op = 'train()' and operation = train and failed and lr > 0.8", [11, 9]),
        ("op = 'tr*' and operation = '^train' and failed and lr > 0.8", [11, 9]),
        ("operation in [rain, 'trai?'] and failed and lr > 0.8", [11, 9]),
        ("op = rain or op = tr or operation = 'train.*'", []),
        ("not op = '*' and completed", []),
        ("sourcecode = abababab and digest matches '^(ab){8}$' and lr = 0", [0]),
        ("host is undefined", [21, 20]),
        ("lr is undefined", []),
        ("exit_status = 1 and started before 2027-01-15", []),
        ("'größe' = 8", [8]),
        ("scalar:'a_b' is not undefined", [10, 0]),
    ],
)
def test_file_and_memory_select_the_same_runs(shared_index: Index, where: str, numbers: list[int]):
    assert both(shared_index, RunFilter(where=where)) == numbers


@pytest.mark.parametrize("text", HOSTILE)
@pytest.mark.parametrize("test", ["opt = {}", "label contains {}", "tag = {}", "opt in [{}]", "tags contains {}"])
def test_text_of_any_characters_is_a_value_and_nothing_else(shared_index: Index, test: str, text: str):
    number = HOSTILE.index(text)
    escaped = text.replace('"', '\\"')
    expected = [each for each in (number + 10, number) if each < 12]
    assert both(shared_index, RunFilter(where=test.format(f'"{escaped}"'))) == expected


@pytest.mark.parametrize("text", HOSTILE)
def test_name_of_any_characters_can_be_asked_for(shared_index: Index, text: str):
    escaped = text.replace('"', '\\"')
    expected = [each for each in (HOSTILE.index(text) + 10, HOSTILE.index(text)) if each < 12]
    assert both(shared_index, RunFilter(where=f'flag:"{escaped}" >= 0')) == expected


def test_expression_goes_with_the_other_filters(shared_index: Index):
    failed = RunFilter(where="lr > 0.2", statuses=frozenset({RunStatus.ERROR}), tags=("all",), limit=2)
    assert both(shared_index, failed) == [11, 9]
    assert both(shared_index, RunFilter(where="lr > 0.2", operations=("train",), limit=1)) == [21 - 10]


@pytest.mark.parametrize("where", ["lrr = 1", "lr <", "acc > 1 and max lr > 1", "flag:nobody = 1"])
def test_error_is_the_same_with_and_without_a_file(shared_index: Index, where: str):
    with pytest.raises(SelectError) as with_index:
        shared_index.records(RunFilter(where=where))
    with pytest.raises(SelectError) as without:
        in_memory(shared_index.home).records(RunFilter(where=where))
    assert str(with_index.value) == str(without.value)
    assert shared_index.trouble is None


@pytest.mark.parametrize(
    ("best", "limit", "numbers"),
    [
        (Best(name="loss"), 1, [0]),
        (Best(name="loss", greatest=True), 3, [11, 10, 9]),
        (Best(name="acc", greatest=True), 1, [11]),
        (Best(name="lr", greatest=True), 2, [20, 11]),
        (Best(name="time", greatest=True), 1, [11]),
        (Best(name="note"), 2, [0, 1]),
        (Best(name="on", greatest=True), 2, []),
        (Best(name="first loss", greatest=True), None, [11, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1, 0]),
        (Best(name="label"), None, []),
        (Best(name="op"), None, []),
        (Best(name="exit_status", greatest=True), 2, [11, 9]),
    ],
)
def test_best_runs_come_first(shared_index: Index, best: Best, limit: int | None, numbers: list[int]):
    run_filter = RunFilter(limit=limit, where="not pending")
    found = shared_index.best(run_filter, best)
    assert shared_index.trouble is None
    assert [int(record.dir.id[:8], 16) for record in found] == numbers
    assert shared_index.ids(run_filter, best) == [record.dir.id for record in found]
    assert in_memory(shared_index.home).best(run_filter, best) == found


def test_names_are_those_of_the_runs(shared_index: Index):
    names = shared_index.names()
    assert names is not None
    assert {"lr", "größe"} <= names.flags
    assert {"loss", "val#acc"} <= names.scalars
    assert {"note", "host"} == names.attributes
    assert in_memory(shared_index.home).names() == names


def test_explanation_names_the_clause_that_a_run_does_not_pass(shared_index: Index):
    run_filter = RunFilter(where="lr >= 0.3 and completed", limit=5)
    for index in (shared_index, in_memory(shared_index.home)):
        told = [(int(record.dir.id[:8], 16), dropped) for record, dropped in index.explain(run_filter)]
        failed = Dropped(clause="completed", found="error")
        assert told == [(11, failed), (10, None), (9, failed), (8, None), (7, failed)]


def test_deleted_runs_are_selected_too(index: Index):
    *_, oldest = index.records(RunFilter())
    write_attr(oldest.dir, "label", "an old one")
    delete_run(index.home, oldest.dir)
    (found,) = index.records(RunFilter(where="label = 'an old one'", deleted=True))
    assert found.dir.id == oldest.dir.id
    assert index.records(RunFilter(where="label = 'an old one'")) == []


@pytest.mark.parametrize("few", [0, 500])
def test_deleted_run_is_listed_as_it_is_now(home: Home, settings: Settings, few: int):
    index = Index(home, replace(settings, index_few=few), settle_run)
    run_dir = make_run(home, _id(1), started=1, exit_status=0, label="before")
    deleted = home.deleted.run_dir(run_dir.id)
    for label in ("one", "two"):
        write_attr(run_dir, "label", label)
        delete_run(home, run_dir)
        assert [each.label for each in index.records(RunFilter(deleted=True))] == [label]
        with open(deleted.attr("label"), "w") as file:
            file.write("by hand\n")
        assert [each.label for each in index.records(RunFilter(deleted=True))] == ["by hand"]
        restore_run(home, deleted)
        assert (index.ids(RunFilter(deleted=True)), index.ids(RunFilter())) == ([], [run_dir.id])
    index.close()


def test_no_name_is_wrong_where_there_are_no_runs_yet(home: Home, settings: Settings):
    index = Index(home, settings, settle_run)
    assert index.records(RunFilter(where="anything < 1 and max loss > 2")) == []
    assert in_memory(home).records(RunFilter(where="anything < 1")) == []
    assert index.best(RunFilter(), Best(name="loss")) == []
    index.close()


def test_expression_is_answered_where_there_can_be_no_file(shared_index: Index):
    without = in_memory(shared_index.home)
    assert [each.dir.id for each in without.records(RunFilter(where="lr < 0.2"))] == [_id(1), _id(0)]
    assert [each.dir.id for each in without.best(RunFilter(limit=1), Best(name="loss"))] == [_id(0)]


def test_expression_about_time_means_something_else_later(home: Home, settings: Settings, monkeypatch):
    index = Index(home, settings, settle_run)
    make_run(home, _id(1), started=1_800_000_000_000_000, exit_status=0)
    monkeypatch.setattr("guild_ipy.domain.choosing.time_range.datetime", _Clock)
    found = []
    for _Clock.moment in (1_800_000_000, 1_800_200_000):
        found.append(len(index.records(RunFilter(where="started today or started last 1 hour"))))
    assert found == [1, 0]
    index.close()


class _Clock(datetime):
    """A clock that stands where a test has put it."""

    moment = 0

    @classmethod
    def now(cls, tz=None):
        return cls.fromtimestamp(cls.moment, tz)
