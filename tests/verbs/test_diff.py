from __future__ import annotations

import os

import pytest

from guild_ipy.errors import UsageError
from guild_ipy.session.run_handle import Run
from guild_ipy.store.files.whole_file import write_file
from guild_ipy.store.used_runs.manifest import ManifestEntry, write_manifest
from guild_ipy.verbs.looking.diff import diff, older_first
from guild_ipy.view.run_diff import Aspect
from tests.bare_runs import touch
from tests.frame.conftest import add_scalars


@pytest.fixture
def pair(make_run):
    """Make two runs of these attributes each."""

    def make(left=None, right=None):
        return [
            Run(make_run(**{"exit_status": 0, "started": 1 + at, **(own or {})}))
            for at, own in enumerate((left, right))
        ]

    return make


def found(runs, aspect):
    differences = diff(runs, [aspect]).differences.get(aspect, ())
    return {each.name: (each.left, each.right) for each in differences}


def test_flags_that_differ_are_shown_with_both_values(pair):
    runs = pair({"flags": {"lr": 0.1, "same": 1, "old": "x"}}, {"flags": {"lr": 0.2, "same": 1, "new": True}})

    assert found(runs, Aspect.FLAGS) == {"lr": ("0.1", "0.2"), "old": ("x", None), "new": (None, "yes")}


def test_last_values_of_scalars_are_compared(pair):
    runs = pair()
    add_scalars(runs[0].dir, {"loss": [3.0, 1.0], "acc": [0.5]})
    add_scalars(runs[1].dir, {"loss": [3.0, 2.0], "acc": [0.5]})

    assert found(runs, Aspect.SCALARS) == {"loss": ("1", "2")}


def test_labels_and_attributes_of_users_are_compared(pair):
    runs = pair({"label": "a", "note": "x", "tags": ["t"]}, {"label": "b", "note": "x", "exit_status": 1})

    assert found(runs, Aspect.ATTRIBUTES) == {
        "status": ("completed", "error"),
        "label": ("a", "b"),
        "tags": ("t", None),
    }


def test_the_environment_is_compared_package_by_package(pair):
    runs = pair(
        {"platform": {"cpus": 2}, "pip_freeze": ["numpy==2.1", "six==1.0"], "env": {"A": "1"}, "host": "one"},
        {"platform": {"cpus": 4}, "pip_freeze": ["numpy==2.2", "six==1.0"], "env": {"A": "1"}, "host": "one"},
    )

    assert found(runs, Aspect.ENVIRONMENT) == {"cpus": ("2", "4"), "package numpy": ("2.1", "2.2")}


def test_variables_that_name_the_run_itself_are_no_difference(pair, make_run):
    runs = pair()
    for run in runs:
        write_file(run.dir, run.dir.attr("env"), f"RUN_DIR: {run.path}\nA: '{run.short_id}'\n".encode())

    assert found(runs, Aspect.ENVIRONMENT) == {"$A": (runs[0].short_id, runs[1].short_id)}


def test_files_that_are_not_the_same_are_named(pair):
    runs = pair()
    for run, content in zip(runs, (b"abc", b"abd"), strict=True):
        touch(f"{run.path}/model.bin", content)
        touch(f"{run.path}/same.txt", b"same")
    touch(f"{runs[1].path}/more/new.txt", b"1")

    assert found(runs, Aspect.FILES) == {
        "model.bin": ("3 bytes", "3 bytes, other content"),
        "more/new.txt": (None, "1 bytes"),
    }


def test_links_are_compared_by_what_they_lead_to(pair, tmp_path):
    runs = pair()
    for run, target in zip(runs, ("one", "two"), strict=True):
        os.symlink(tmp_path / target, f"{run.path}/data")
        os.symlink(tmp_path, f"{run.path}/same")

    assert list(found(runs, Aspect.FILES)) == ["data"]


def test_source_is_a_unified_diff_of_what_the_manifest_and_the_snapshot_hold(pair):
    runs = pair()
    for run, rate in zip(runs, ("0.1", "0.2"), strict=True):
        touch(f"{run.path}/train.py", f"import sys\nlr = {rate}\n".encode())
        touch(f"{run.dir.sourcecode}/lab.py", b"x = 1\n")
        content = f"import sys\nlr = {rate}\n".encode()
        write_manifest(run.dir, [ManifestEntry.source(path="train.py", content=content, origin="train.py")])
    touch(f"{runs[1].dir.sourcecode}/new.py", b"y = 2\n")

    source = diff(runs).source

    assert source == (
        "--- a/new.py\n+++ b/new.py\n@@ -0,0 +1 @@\n+y = 2\n"
        "--- a/train.py\n+++ b/train.py\n@@ -1,2 +1,2 @@\n import sys\n-lr = 0.1\n+lr = 0.2\n"
    )
    assert Aspect.FILES not in diff(runs).differences


def test_source_that_is_no_text_is_only_mentioned(pair):
    runs = pair()
    for run, content in zip(runs, (b"\0\1", b"\0\1\2"), strict=True):
        touch(f"{run.dir.sourcecode}/lib.so", content)

    assert "-(binary, 2 bytes)\n+(binary, 3 bytes)\n" in diff(runs).source


def test_runs_that_are_alike_have_no_difference(pair):
    runs = pair({"flags": {"lr": 1}}, {"flags": {"lr": 1}})

    same = diff(runs)

    assert same.is_empty
    assert str(same).endswith("no difference")
    assert "no difference" in same._repr_html_()


def test_the_text_shows_both_runs_and_what_differs(pair):
    left, right = pair({"flags": {"lr": 0.1}, "label": "first"}, {"flags": {"lr": 0.2}})

    text = str(diff([left, right], [Aspect.FLAGS]))

    assert text == f"--- {left.short_id}  train()  first\n+++ {right.short_id}  train()\nflags:\n  lr: 0.1 → 0.2"


def test_nothing_in_a_run_becomes_part_of_the_page(pair):
    runs = pair({"label": "<script>", "flags": {"<b>": "<i>"}}, {"flags": {"<b>": "&"}})
    touch(f"{runs[0].dir.sourcecode}/a.py", b"<script>\n")

    html = diff(runs)._repr_html_()

    assert "<script>" not in html
    assert "<i>" not in html
    assert "&lt;script&gt;" in html
    assert "&amp;" in html


def test_attributes_that_cannot_be_read_are_missing(pair):
    runs = pair({"platform": {"cpus": 2}}, {"platform": {"cpus": 2}})
    write_file(runs[1].dir, runs[1].dir.attr("platform"), b"[unfinished")

    assert found(runs, Aspect.ENVIRONMENT) == {"cpus": ("2", None)}


@pytest.mark.parametrize("count", [0, 1, 3])
def test_it_takes_two_runs(make_run, count):
    runs = [Run(make_run()) for _ in range(count)]

    with pytest.raises(UsageError, match=f"diff takes two runs, not {count}"):
        diff(runs)


def test_the_older_one_is_the_first(pair):
    old, new = pair()

    assert older_first([new, old]) == [old, new]
