import os

import pytest

from guild_ipy.store.files.attrs import write_attr
from guild_ipy.store.run_dir import RunDir
from guild_ipy.store.used_runs.deps import find_users, read_upstreams
from tests.bare_runs import touch
from tests.used_runs import used, whole

A, B = whole("a1"), whole("b2")


def shown(run_dir: RunDir) -> list[tuple[str, str, str]]:
    return [(each.source, each.run_id, each.reason) for each in read_upstreams(run_dir)]


def test_runs_that_were_used_are_read(make_run):
    run_dir = make_run(deps=used("train", "a1"))
    (found,) = read_upstreams(run_dir)
    assert (found.dependency, found.source, found.uri) == ("train", "operation:train", "operation:train")
    assert (found.run_id, found.reason, found.operations) == (A, "automatic", ("train",))


def test_a_set_names_all_its_runs(make_run):
    assert shown(make_run(deps=used("train", "a1", "b2"))) == [
        ("operation:train", A, "automatic"),
        ("operation:train", B, "automatic"),
    ]


@pytest.mark.parametrize(
    ("config", "paths"),
    [
        (None, [f"../{A}/model.bin"]),
        ("a1", [f"../{A}/model.bin"]),
        (None, [f"../../{A}/sub/deep/model.bin", f"../../{A}/other"]),
        (None, [f"/home/{B}/runs/{A}/model.bin"]),
    ],
)
def test_where_the_run_is_not_named_paths_tell(make_run, config, paths):
    source = {"paths": paths, "uri": "operation:train"} | ({"config": config} if config else {})
    assert shown(make_run(deps={"model": {"operation:train": source}})) == [("operation:train", A, "automatic")]


def test_a_list_of_paths_alone_is_read(make_run):
    assert shown(make_run(deps={"train": {"operation:train": [f"../{A}/model.bin"]}})) == [
        ("operation:train", A, "automatic")
    ]


@pytest.mark.parametrize("uri", ["file:data", "config:a.yml", "https://example.org/x"])
def test_a_file_is_no_run_whatever_its_path_looks_like(make_run, uri):
    assert shown(make_run(deps={"data": {"data": {"paths": [f"../../{A}/data"], "uri": uri}}})) == []


def test_an_id_in_escapes_is_read(make_run):
    run_dir = make_run()
    touch(run_dir.attr("deps"), f'm: {{x: {{config: "\\x61{A[1:]}", uri: "operation:{B}"}}}}'.encode())
    assert shown(run_dir) == [("x", A, "automatic")]


def test_a_set_of_many_runs_is_read(make_run):
    many = [f"{number:08x}" for number in range(1000)]
    assert [run_id for _, run_id, _ in shown(make_run(deps=used("train", *many)))] == list(map(whole, many))


@pytest.mark.parametrize("flag", ["train", "operation:train"])
def test_a_run_that_the_user_named_is_explicit(make_run, flag):
    assert shown(make_run(deps=used("train", "a1"), user_flags={flag: "a1"})) == [("operation:train", A, "explicit")]


def test_what_is_noted_says_why(make_run):
    note = {"dependency": "operation:train", "source": "operation:train", "runs": [A], "reason": "marked"}
    assert shown(make_run(deps=used("train", "a1"), _dependencies=[note])) == [("operation:train", A, "marked")]


def test_a_note_on_another_run_than_the_one_used_does_not_count(make_run):
    note = {"dependency": "operation:train", "source": "operation:train", "runs": [B], "reason": "marked"}
    assert shown(make_run(deps=used("train", "a1"), _dependencies=[note])) == [("operation:train", A, "automatic")]


def test_a_note_counts_before_the_files_are_there(make_run):
    note = {"dependency": "best", "source": "run:loss < 1", "runs": [A], "reason": "loss < 1"}
    (found,) = read_upstreams(make_run(_dependencies=[note]))
    assert (found.run_id, found.is_chosen_by_rule, found.operations) == (A, False, ())


def test_names_with_ids_in_them_stay_what_they_are(make_run):
    deps = {f"the {B}": {f"from {A}": {"config": A, "paths": []}}}
    (found,) = read_upstreams(make_run(deps=deps))
    assert (found.dependency, found.source, found.run_id) == (f"the {B}", f"from {A}", A)


def test_runs_that_note_the_same_of_other_runs_are_not_confused(make_run):
    one, other = make_run(deps=used("train", "a1", "b2")), make_run(deps=used("train", "b2", "a1"))
    assert [run_id for _, run_id, _ in shown(one)] == [A, B]
    assert [run_id for _, run_id, _ in shown(other)] == [B, A]


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"{}",
        b"[1, 2",
        b"\xff\xfe",
        b"- a\n",
        b"train: 5\n",
        b"train:\n  operation:train: 5\n",
        b"train:\n  operation:train:\n    config: [1, {a: b}, null]\n    paths: {a: b}\n    uri: 7\n",
        b"? [a, b]\n: c\n",
        b"&a [*a]\n",
    ],
)
@pytest.mark.parametrize("name", ["deps", "_dependencies", "user_flags"])
def test_what_is_malformed_tells_nothing(make_run, name, content):
    run_dir = make_run()
    touch(run_dir.attr(name), content)
    assert read_upstreams(run_dir) == ()
    assert find_users([run_dir]) == {}


def test_a_directory_in_place_of_the_file_tells_nothing(make_run):
    run_dir = make_run()
    os.makedirs(run_dir.attr("deps"))
    assert read_upstreams(run_dir) == ()
    assert find_users([run_dir]) == {}


def test_steps_of_a_pipeline_are_its_links(make_run):
    run_dir = make_run(steps=[{"run": "train"}])
    os.symlink(f"../{A}", f"{run_dir.path}/train")
    os.symlink(f"{os.path.dirname(run_dir.path)}/{B}", f"{run_dir.path}/train_2")
    os.symlink(f"../{A}/model.bin", f"{run_dir.path}/file")
    os.symlink(f"/elsewhere/{A}", f"{run_dir.path}/elsewhere")
    found = [(each.dependency, each.run_id, each.reason) for each in read_upstreams(run_dir)]
    assert found == [("train", A, "step"), ("train_2", B, "step")]
    assert find_users([run_dir]) == {A: [run_dir], B: [run_dir]}


def test_links_of_other_runs_are_not_steps(make_run):
    run_dir = make_run()
    os.symlink(f"../{A}", f"{run_dir.path}/trial")
    assert read_upstreams(run_dir) == ()


def test_users_are_found_by_what_they_used(make_run):
    first, second = make_run(deps=used("train", "a1")), make_run(deps=used("train", "a1", "b2"))
    assert find_users([first, make_run(), second]) == {A: [first, second], B: [second]}


def test_what_a_run_used_is_read_anew(make_run):
    run_dir = make_run(deps=used("train", "a1"))
    read_upstreams(run_dir)
    write_attr(run_dir, "deps", used("train", "b2"))
    assert [each.run_id for each in read_upstreams(run_dir)] == [B]
