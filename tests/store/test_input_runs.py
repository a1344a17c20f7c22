"""Reading `guild-runs.json`, whatever is in it."""

import json

import pytest

from guild_ipy.errors import DamagedRun
from guild_ipy.store.used_runs.input_runs import find_input_files, list_input_dirs, read_input_runs
from tests.bare_runs import touch

A = "a" * 32


def entry(*paths):
    return {"config": [A], "paths": list(paths), "uri": "operation:op"}


def test_each_set_has_the_name_of_its_dependency(make_run):
    run_dir = make_run(
        deps={
            "operation:op": {"operation:op": entry(f"../{A}", "guild-runs.json")},
            "models": {"multi-run:a": entry("in/guild-runs.json")},
            "operation:train": {"operation:train": entry("../x/model")},
        }
    )
    assert find_input_files(run_dir) == {
        "operation:op": f"{run_dir.path}/guild-runs.json",
        "models": f"{run_dir.path}/in/guild-runs.json",
    }


def test_two_sets_of_one_dependency_have_the_names_of_their_sources(make_run):
    run_dir = make_run(deps={"models": {"a": entry("a/guild-runs.json"), "b": entry("b/guild-runs.json")}})
    assert list(find_input_files(run_dir)) == ["a", "b"]


@pytest.mark.parametrize(
    "deps",
    [None, [], 5, "x", {"a": 1}, {"a": {"b": 1}}, {"a": {"b": {"paths": 1}}}, {"a": {"b": {"paths": [1, None]}}}],
)
def test_malformed_deps_tell_nothing(make_run, deps):
    assert find_input_files(make_run(deps=deps)) == {}
    assert list_input_dirs(make_run(deps=deps)) == []


@pytest.mark.parametrize("path", ["gone/guild-runs.json", "a\0b/guild-runs.json", "../../guild-runs.json"])
def test_a_folder_that_is_not_there_has_no_runs(make_run, path):
    assert list_input_dirs(make_run(deps={"a": {"b": entry(path)}})) == []


def test_unreadable_deps_are_damage(make_run):
    run_dir = make_run(deps={})
    touch(run_dir.attr("deps"), b"a: [")
    with pytest.raises(DamagedRun):
        find_input_files(run_dir)


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"{",
        b"null",
        b"5",
        b'{"a": 1}',
        b"[1]",
        b"[[]]",
        b'["x"]',
        b"[{}]",
        b'[{"id": "a"}]',
        b'[{"id": 1, "dir": "a"}]',
        b'[{"id": "a", "dir": 1}]',
        b'[{"id": "a", "dir": "a", "started": 5}]',
        b'[{"id": "a", "dir": "a", "started": "yesterday"}]',
        b'[{"id": "a", "dir": "a", "flags": [1]}]',
        b'[{"id": "a", "dir": "a", "flags": "x"}]',
        b'[{"id": "a", "dir": "a", "scalars": {"loss": "x"}}]',
        b'[{"id": "a", "dir": "a", "scalars": {"loss": []}}]',
        b'[{"id": "a", "dir": "a", "scalars": {"loss": 1' + b"0" * 400 + b"}}]",
        b'[{"id": "a", "dir": "a", "label": {}}]',
        b"[" * 100_000,
        b"\xff\xfe",
        b'[{"id": ' + b"1" * 10_000 + b"}]",
    ],
)
def test_malformed_files_are_damage_and_nothing_else(tmp_path, content):
    touch(f"{tmp_path}/guild-runs.json", content)
    with pytest.raises(DamagedRun, match=r"guild-runs.json is damaged: "):
        read_input_runs(f"{tmp_path}/guild-runs.json")


@pytest.mark.parametrize("path", ["/no/such/guild-runs.json", "/a\0b/guild-runs.json"])
def test_a_file_that_is_not_there_is_damage(path):
    with pytest.raises(DamagedRun):
        read_input_runs(path)


def test_what_is_left_out_is_none(tmp_path):
    touch(f"{tmp_path}/guild-runs.json", json.dumps([{"id": A, "dir": f"./{A}"}]).encode())
    (run,) = read_input_runs(f"{tmp_path}/guild-runs.json")
    assert (run.id, run.dir, run.status, run.started, run.flags) == (A, f"{tmp_path}/{A}", None, None, {})


def test_values_are_read_as_they_are(tmp_path):
    content = {"id": A, "dir": "x", "started": "2026-11-25T09:51:19", "flags": {"a": [1, {"b": None}]}}
    touch(f"{tmp_path}/guild-runs.json", json.dumps([content | {"scalars": {"x": None, "n": 1}}]).encode())
    (run,) = read_input_runs(f"{tmp_path}/guild-runs.json")
    assert (run.flags, run.scalars) == ({"a": [1, {"b": None}]}, {"x": None, "n": 1.0})
    assert run.started.isoformat() == "2026-11-25T09:51:19+00:00"
