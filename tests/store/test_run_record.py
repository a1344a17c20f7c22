from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest

from guild_ipy.domain.opref import OpRef
from guild_ipy.domain.status import RunStatus
from guild_ipy.index.rows.entry import read_entry
from guild_ipy.store.files.attr_types import Comment
from guild_ipy.store.run_dir import RunDir
from guild_ipy.store.run_record import read_opref, read_run, read_status

MakeRun = Callable[..., RunDir]


def write(path: str, content: bytes) -> None:
    with open(path, "wb") as file:
        file.write(content)


def test_record_holds_what_the_attributes_say(make_run: MakeRun):
    flags = {"lr": 0.1, "n": 3, "on": True, "name": "a b", "none": None, "layers": [1, 2], "map": {"a": 1e-05}}
    comments = [{"body": "good", "time": 5, "user": "ada", "host": "h"}]
    run_dir = make_run(
        initialized=1, started=2, stopped=3, exit_status=0, label="a: b", tags=["x"], comments=comments,
        marked=True, flags=flags, sourcecode_digest="0123",
    )  # fmt: skip
    record = read_run(run_dir)
    assert record.opref == OpRef(type="func", package="lab.ipynb", name="train")
    assert (record.initialized, record.started, record.stopped, record.exit_status) == (1, 2, 3, 0)
    assert (record.label, record.tags, record.marked) == ("a: b", ("x",), True)
    assert record.comments == (Comment(body="good", time=5, user="ada", host="h"),)
    assert (record.flags, record.sourcecode_digest) == (flags, "0123")
    assert (record.status, record.damage) == (RunStatus.COMPLETED, None)


def test_bare_run_has_nothing_but_its_operation(make_run: MakeRun):
    record = read_run(make_run())
    assert (record.label, record.started_at, record.duration, record.flags) == (None, None, None, {})
    assert record.status is RunStatus.ERROR


def test_times_are_local_and_have_a_timezone(make_run: MakeRun):
    record = read_run(make_run(started=1_000_000, stopped=3_500_000, exit_status=0))
    assert record.started_at == datetime(1970, 1, 1, 0, 0, 1, tzinfo=UTC)
    assert record.started_at.utcoffset() is not None
    assert record.duration == timedelta(seconds=2.5)


def test_duration_is_never_negative(make_run: MakeRun):
    assert read_run(make_run(started=2_000_000, stopped=1_000_000, exit_status=0)).duration == timedelta(0)


def test_what_yaml_can_say_beyond_flags_becomes_text(make_run: MakeRun):
    run_dir = make_run()
    write(run_dir.attr("flags"), b"day: 2026-01-02\nraw: !!binary aGk=\n3: [2026-01-02]\n")
    assert read_run(run_dir).flags == {"day": "2026-01-02", "raw": "b'hi'", "3": ["2026-01-02"]}


@pytest.mark.parametrize(
    ("name", "content", "reason"),
    [
        ("flags", b"a: [1, 2", "attrs/flags: did not find expected ',' or ']'"),
        ("flags", b"- 1\n", "attrs/flags: it holds list, not a map"),
        ("flags", b"\xff\xfe\x00", "attrs/flags: 'utf-8' codec can't decode byte 0xff"),
        ("flags", b"!!python/object/apply:os.system [ls]", "attrs/flags: could not determine a constructor"),
        ("flags", b"\0\0\0", "attrs/flags: unacceptable character #x0000: control characters are not allowed"),
        ("started", b"yesterday\n", "attrs/started: it holds str, not a time in microseconds"),
        ("started", b"1e30\n", "attrs/started: it holds float, not a time in microseconds"),
        ("started", b"9" * 30, "attrs/started: 999999999999999999999999999999 is no time"),
        ("initialized", b"9" * 5000, "attrs/initialized: Exceeds the limit"),
        ("exit_status", b"[]\n", "attrs/exit_status: it holds list, not a number"),
        ("label", b"a: b\n", "attrs/label: it holds dict, not text"),
        ("tags", b"a\n", "attrs/tags: it holds str, not a list"),
        ("comments", b"[a]\n", "attrs/comments: it is not a list of maps"),
    ],
)
def test_attribute_that_cannot_be_read_makes_a_damaged_run(make_run: MakeRun, name: str, content: bytes, reason: str):
    run_dir = make_run(marked=True)
    write(run_dir.attr(name), content)
    record = read_run(run_dir)
    assert record.status is RunStatus.DAMAGED
    assert record.damage is not None
    assert record.damage.startswith(reason)
    assert "\n" not in record.damage
    assert record.marked  # the rest is still there


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"func:x '' ", "opref: opref \"func:x '' \" has 2 words, not 4"),
        (b"func:'x '' '' train", "opref: opref"),
        (b"\xff\xfe", "opref: 'utf-8' codec"),
    ],
)
def test_operation_reference_that_cannot_be_read_makes_a_damaged_run(make_run: MakeRun, content: bytes, reason: str):
    run_dir = make_run(label="x")
    write(run_dir.opref, content)
    record = read_run(run_dir)
    assert (record.status, record.opref, record.label) == (RunStatus.DAMAGED, None, "x")
    assert record.damage is not None
    assert record.damage.startswith(reason)


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("opref", "opref: it is missing"),
        ("attrs", "attrs: Not a directory"),
        ("", ".guild: Not a directory"),
    ],
)
def test_file_in_the_place_of_something_else_makes_a_damaged_run(make_run: MakeRun, name: str, reason: str):
    run_dir = make_run()
    shutil.rmtree(path) if os.path.isdir(path := f"{run_dir.guild}/{name}".rstrip("/")) else os.unlink(path)
    if name != "opref":
        write(path, b"a file")
    record = read_run(run_dir)
    assert record.status is RunStatus.DAMAGED
    assert reason in (record.damage or "")


def test_directory_in_the_place_of_an_attribute_makes_a_damaged_run(make_run: MakeRun):
    run_dir = make_run()
    os.mkdir(run_dir.attr("label"))
    assert read_run(run_dir).damage == "attrs/label: Is a directory"


def test_huge_attribute_is_not_read(make_run: MakeRun):
    run_dir = make_run()
    with open(run_dir.attr("label"), "wb") as file:
        file.truncate(2**30)
    assert read_run(run_dir).damage == "attrs/label: more than 16777216 bytes"


def test_pipe_in_the_place_of_an_attribute_is_not_waited_for(make_run: MakeRun):
    run_dir = make_run()
    os.mkfifo(run_dir.attr("label"))
    assert read_run(run_dir).label is None


def test_emptied_attribute_is_damage_once_nobody_can_be_writing_it(make_run: MakeRun):
    run_dir = make_run()
    write(run_dir.attr("label"), b"")
    assert read_run(run_dir).damage is None
    os.utime(run_dir.attr("label"), (1, 1))
    assert read_run(run_dir).damage == "attrs/label: it is empty"


def test_run_that_is_gone_is_damaged(make_run: MakeRun):
    run_dir = make_run()
    shutil.rmtree(run_dir.path)
    assert read_run(run_dir).status is RunStatus.DAMAGED
    assert read_status(run_dir) is RunStatus.DAMAGED


@pytest.mark.parametrize(
    ("attrs", "time"),
    [
        ({"started": 5, "initialized": 3}, 5),
        ({"initialized": 3}, 3),
        ({"started": "now", "initialized": 3}, 3),
        ({}, 0),
    ],
)
def test_time_of_a_run_is_its_start_or_that_of_its_making(make_run: MakeRun, attrs: dict[str, object], time: int):
    assert read_entry(make_run(**attrs)).time == time


def test_reading_a_usual_run_needs_no_yaml_parser(make_run: MakeRun, monkeypatch):
    run_dir = make_run(started=1, flags={"lr": 0.1, "n": 3}, label="lr=0.1 n=3", tags=["a"], exit_status=0)
    monkeypatch.setitem(sys.modules, "yaml", None)
    assert read_run(run_dir).flags == {"lr": 0.1, "n": 3}


@pytest.mark.parametrize(
    ("opref", "name"),
    [("builtin:guildai 0.9.0 '' +", "a.py+"), ("builtin:guildai 0.9.0 skopt random", "a.py+skopt:random")],
)
def test_batch_has_the_operation_of_its_trials_in_its_name(make_run: MakeRun, opref: str, name: str):
    run_dir = make_run(opref=opref)
    os.makedirs(f"{run_dir.guild}/proto/.guild")
    write(f"{run_dir.guild}/proto/.guild/opref", b"script:p '' '' a.py")
    assert read_run(run_dir).operation == name


def test_run_that_is_no_batch_has_the_name_of_its_operation(make_run: MakeRun):
    assert read_run(make_run()).operation == "train()"
    assert read_run(make_run(opref="builtin:guildai 0.9.0 '' queue")).operation == "queue"


def test_operation_reference_is_quoted_as_a_shell_does(make_run: MakeRun):
    assert read_opref(make_run(opref="func:'my lab.ipynb' '' '' train")).package == "my lab.ipynb"


def test_an_opref_that_is_just_being_written_is_no_damage(make_run):
    run_dir = make_run(exit_status=0)
    write(run_dir.opref, b"")
    assert (read_run(run_dir).damage, read_run(run_dir).operation) == (None, None)
    os.utime(run_dir.opref, (0, 0))
    assert read_run(run_dir).damage == "opref: opref '' has 0 words, not 4"
