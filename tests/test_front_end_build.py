"""The build of the front end without building it; `make packages` builds."""

import html
import importlib.util
import json
import re
import shutil
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import guild_ipy
from guild_ipy.widgets import front_end, runs_table
from tests.notebook_session import wait_until

LABEXTENSION = Path(guild_ipy.__file__).parents[1] / "labextension"


def load(folder):
    """Load the build of a tree."""
    spec = importlib.util.spec_from_file_location("build_of_a_copy", folder / "labextension/build_front_end.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


BUILD = load(LABEXTENSION.parent)


@pytest.fixture
def tree(tmp_path):
    """A copy of what the front end is made of, with a space in its path."""
    ignored = shutil.ignore_patterns("node_modules", "__pycache__", ".yarn")
    shutil.copytree(LABEXTENSION, tmp_path / "a tree/labextension", ignore=ignored)
    return tmp_path / "a tree"


@pytest.fixture
def built(tree, monkeypatch):
    """The build of a tree in which Yarn is a fake that writes a bundle; ``yarn`` has what it was asked for."""
    build = load(tree)
    build.yarn = []

    def run(*words):
        build.yarn.append(words)
        (tree / "guild_ipy/static/widget.js").write_text("export default {}")

    monkeypatch.setattr(build, "_run_jlpm", run)
    monkeypatch.setattr(build, "_read_licences", lambda: "MIT")
    (tree / "guild_ipy").mkdir()
    build.build()
    return build


def test_what_is_built_is_not_built_again(built):
    built.yarn.clear()
    built.build()
    assert built.yarn == []


def test_a_file_that_was_only_touched_changes_nothing(built, tree):
    (tree / "labextension/src/mount.ts").touch()
    assert built.is_built()


@pytest.mark.parametrize("name", ["src/mount.ts", "src/table/table.css", "yarn.lock", "package.json"])
def test_a_change_of_a_source_asks_for_a_build(built, tree, name):
    with open(tree / "labextension" / name, "a") as file:
        file.write(" ")
    assert not built.is_built()


def test_a_new_source_asks_for_a_build(built, tree):
    (tree / "labextension/src/new.ts").write_text("")
    assert not built.is_built()


@pytest.mark.parametrize("name", ["widget.js", "widget.js.licences.txt", "built_from.txt"])
def test_an_asset_that_is_missing_asks_for_a_build(built, tree, name):
    (tree / "guild_ipy/static" / name).unlink()
    assert not built.is_built()


def test_a_build_that_fails_leaves_the_reason_and_no_bundle(built, tree, monkeypatch):
    def fail(*words):
        raise built.NotBuiltError("no Node")

    (tree / "labextension/src/new.ts").write_text("")
    monkeypatch.setattr(built, "_run_jlpm", fail)
    with pytest.raises(built.NotBuiltError):
        built.build()
    assert (tree / "guild_ipy/static/not_built.txt").read_text() == "no Node\n"
    assert not (tree / "guild_ipy/static/widget.js").exists()


def test_a_build_takes_the_reason_of_an_earlier_one_away(built, tree):
    (tree / "guild_ipy/static/not_built.txt").write_text("no Node\n")
    (tree / "guild_ipy/static/built_from.txt").unlink()
    built.build()
    assert not (tree / "guild_ipy/static/not_built.txt").exists()


def test_a_build_that_is_skipped_keeps_a_bundle_that_is_there(built, tree):
    built.say_not_built("skipped")
    assert not (tree / "guild_ipy/static/not_built.txt").exists()


@pytest.mark.parametrize(
    ("said", "needed"),
    [("v20.20.2", []), ("v24.1.0", []), ("v18.19.0", ["nodejs"]), ("nonsense", ["nodejs"]), (None, ["nodejs"])],
)
def test_node_is_required_where_there_is_none_that_is_new_enough(tree, tmp_path, monkeypatch, said, needed):
    if said is not None:
        (tmp_path / "node").write_text(f"#!/bin/sh\necho {said}\n")
        (tmp_path / "node").chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    assert [each.partition("-wheel")[0] for each in load(tree).requirements()[1:]] == needed


def test_yarn_that_does_not_end_is_ended_with_all_that_it_has_started(tree, tmp_path, monkeypatch):
    build = load(tree)
    child = "import subprocess; child = subprocess.Popen(['sleep', '300'])"
    monkeypatch.setattr(
        build, "_JLPM", f"{child}; open({str(tmp_path / 'pid')!r}, 'w').write(str(child.pid)); child.wait()"
    )
    monkeypatch.setattr(build, "_SECONDS", 1)
    with pytest.raises(build.NotBuiltError, match="`jlpm install` did not end within 1 s"):
        build._run_jlpm("install")
    process = Path("/proc", (tmp_path / "pid").read_text(), "stat")
    wait_until(lambda: not process.exists() or process.read_text().rpartition(") ")[2][0] == "Z")


@pytest.mark.parametrize(
    ("output", "said"),
    [
        (
            "➤ YN0000: ┌ Fetch step\n➤ YN0001: │ RequestError: connect ECONNREFUSED 127.0.0.1:9\n",
            "could not be fetched",
        ),
        ("➤ YN0001: │ RequestError: Timeout awaiting 'socket' for 10000ms\n", "Timeout awaiting 'socket'"),
        ('✘ [ERROR] Could not resolve "./x"\n\n    src/mount.ts:3:7:\n', 'failed (✘ [ERROR] Could not resolve "./x")'),
        ("➤ YN0028: │ The lockfile would have been modified\n➤ YN0000: Failed with errors in 0s 47ms\n", "47ms"),
        ("", "it says nothing"),
    ],
)
def test_why_yarn_failed_is_one_line(tree, output, said):
    why = load(tree)._explain(("install",), output)
    assert said in why
    assert "\n" not in why


@given(st.text())
def test_whatever_yarn_says_the_reason_is_one_line(output):
    assert len(BUILD._explain(("install",), output).splitlines()) == 1


def test_the_lock_names_no_host():
    assert re.findall(r"https?://", (LABEXTENSION / "yarn.lock").read_text()) == []


def test_the_licences_are_those_of_all_that_is_bundled():
    package = json.loads((LABEXTENSION / "package.json").read_text())
    assert set(BUILD._BUNDLED) == set(package["dependencies"])


def test_a_table_without_its_front_end_is_static_and_says_why(monkeypatch, tmp_path, add):
    add("3f", label="tuned")
    shown = []
    (tmp_path / "not_built.txt").write_text("there is no <Node>\n")
    monkeypatch.setattr(front_end, "_BUNDLE", str(tmp_path / "widget.js"))
    monkeypatch.setattr(front_end, "_NOT_BUILT", str(tmp_path / "not_built.txt"))
    monkeypatch.setattr(runs_table, "display", lambda bundle, **_: shown.append(bundle))
    guild_ipy.table()._ipython_display_()
    (bundle,) = shown
    note = "This cannot be clicked on, because its front end is not there: there is no <Node>"
    assert bundle["text/plain"].endswith(f"\n\n{note}")
    assert bundle["text/html"].endswith(f"<p><em>{html.escape(note)}</em></p></div>")
    assert "tuned" in bundle["text/html"]
