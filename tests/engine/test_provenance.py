import importlib.metadata
import os
import platform
import shutil
import subprocess

import pytest

from guild_ipy.engine.run_files import provenance
from guild_ipy.engine.run_files.provenance import find_commit, record_commit, record_packages
from guild_ipy.store.files.attrs import list_attrs, read_attr


@pytest.fixture
def project(tmp_path):
    """A work tree with one commit."""
    folder = tmp_path / "project"
    (folder / "a/b/c").mkdir(parents=True)
    (folder / "train.py").write_text("lr = 0.1\n")
    (folder / "a/b/c/deep.py").write_text("x = 1\n")
    (folder / ".gitignore").write_text("ignored\n")
    git(folder, "init", "--quiet")
    commit(folder)
    return folder


@pytest.fixture
def count_git(tmp_path, monkeypatch):
    """Count how often git is asked."""
    log, folder = tmp_path / "log", tmp_path / "bin"
    folder.mkdir()
    (folder / "git").write_text(f'#!/bin/sh\necho "$*" >> "{log}"\nexec {shutil.which("git")} "$@"\n')
    (folder / "git").chmod(0o755)
    monkeypatch.setenv("PATH", f"{folder}:{os.environ['PATH']}")
    return lambda: len(log.read_text().splitlines()) if log.exists() else 0


def git(folder, *arguments):
    options = ("-c", "user.name=Ada", "-c", "user.email=ada@localhost", "-c", "commit.gpgsign=false")
    done = subprocess.run(["git", "-C", folder, *options, *arguments], check=True, capture_output=True, text=True)
    return done.stdout.strip()


def commit(folder):
    git(folder, "add", "--all")
    git(folder, "commit", "--quiet", "--allow-empty", "--message", "one")


def test_a_clean_work_tree_gives_its_commit(project, tmp_path):
    expected = git(project, "rev-parse", "HEAD")
    assert find_commit(str(project), f"{tmp_path}/cache") == expected
    assert find_commit(str(project / "a/b"), f"{tmp_path}/cache") == expected


@pytest.mark.parametrize("path", ["train.py", "new.py", ".gitignore", "a/new.py", "a/b/c/deep.py", "a/b/c/new.py"])
def test_a_change_anywhere_is_seen_at_once(project, tmp_path, path):
    clean = find_commit(str(project), f"{tmp_path}/cache")
    (project / path).write_text("changed = 1\n")
    assert find_commit(str(project), f"{tmp_path}/cache") == clean + "*"


def test_a_new_commit_is_seen_at_once(project, tmp_path):
    first = find_commit(str(project), f"{tmp_path}/cache")
    commit(project)
    assert find_commit(str(project), f"{tmp_path}/cache") not in {first, first + "*"}


def test_what_git_ignores_does_not_count(project, tmp_path):
    clean = find_commit(str(project), f"{tmp_path}/cache")
    (project / "ignored").write_text("x")
    assert find_commit(str(project), f"{tmp_path}/cache") == clean


def test_git_is_asked_once_for_each_state(project, tmp_path, count_git):
    for _ in range(3):
        find_commit(str(project), f"{tmp_path}/cache")
    once = count_git()
    assert 1 <= once <= 2
    (project / "train.py").write_text("changed = 1\n")
    for _ in range(3):
        find_commit(str(project), f"{tmp_path}/cache")
    assert count_git() == 2 * once


def test_a_tree_too_large_to_look_at_is_asked_about_each_time(project, tmp_path, count_git, monkeypatch):
    monkeypatch.setattr(provenance, "_MOST_FILES", 5)
    clean = find_commit(str(project), f"{tmp_path}/cache")
    asked = count_git()
    assert find_commit(str(project), f"{tmp_path}/cache") == clean
    assert count_git() == 2 * asked


def test_a_folder_without_git_has_no_commit(tmp_path, count_git):
    assert find_commit(str(tmp_path), f"{tmp_path}/cache") is None
    assert count_git() == 0


def test_a_work_tree_that_git_refuses_has_no_commit(tmp_path):
    (tmp_path / ".git").mkdir()
    assert find_commit(str(tmp_path), f"{tmp_path}/cache") is None


def test_a_new_repository_has_no_commit(tmp_path):
    git(tmp_path, "init", "--quiet")
    assert find_commit(str(tmp_path), f"{tmp_path}/cache") is None


def test_a_cache_that_cannot_be_written_costs_nothing_else(project, tmp_path):
    (tmp_path / "cache").write_text("a file")
    assert find_commit(str(project), f"{tmp_path}/cache") == git(project, "rev-parse", "HEAD")


@pytest.mark.parametrize("content", [b"", b"\xff\xfe", b"a state and no commit", None])
def test_an_answer_that_is_remembered_badly_is_asked_for_again(project, tmp_path, content):
    commit = find_commit(str(project), f"{tmp_path}/cache")
    (memory,) = (tmp_path / "cache/vcs").iterdir()
    memory.unlink()
    if content is None:
        memory.mkdir()
    else:
        memory.write_bytes(content)
    assert find_commit(str(project), f"{tmp_path}/cache") == commit


def test_packages_platform_and_commit_are_recorded(run_dir, project, tmp_path):
    record_packages(run_dir)
    assert record_commit(run_dir, str(project), f"{tmp_path}/cache")
    assert list_attrs(run_dir) == ["pip_freeze", "platform", "vcs_commit"]
    packages = dict(line.split("==") for line in read_attr(run_dir, "pip_freeze"))
    assert packages["cloudpickle"] == importlib.metadata.version("cloudpickle")
    assert packages["ipython"] == importlib.metadata.version("ipython")
    recorded = read_attr(run_dir, "platform")
    assert recorded["python_version"].startswith(platform.python_version())
    assert recorded["cpus"] == os.cpu_count()


def test_git_is_asked_only_where_it_may(run_dir, project, tmp_path, count_git):
    assert record_commit(run_dir, "", f"{tmp_path}/cache", may_ask=False)
    assert not record_commit(run_dir, str(project), f"{tmp_path}/cache", may_ask=False)
    assert (count_git(), list_attrs(run_dir)) == (0, [])
    find_commit(str(project), f"{tmp_path}/cache")
    assert record_commit(run_dir, str(project), f"{tmp_path}/cache", may_ask=False)
    assert list_attrs(run_dir) == ["vcs_commit"]


def test_a_home_that_cannot_be_written_does_not_stop_a_run(run_dir, project, tmp_path):
    shutil.rmtree(run_dir.attrs)
    record_packages(run_dir)
    assert record_commit(run_dir, str(project), f"{tmp_path}/cache")


def test_names_of_user_and_host_are_there():
    assert provenance.user_name()
    assert provenance.host_name() == platform.node()
