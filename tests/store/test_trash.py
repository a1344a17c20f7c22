from __future__ import annotations

import os
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from guild_ipy.errors import RunNotFound, RunStateError
from guild_ipy.store.files.attrs import read_attr
from guild_ipy.store.guild_home import Home
from guild_ipy.store.run_dir import RunDir
from guild_ipy.store.run_list import find_run_dir, list_run_dirs
from guild_ipy.store.trash import delete_run, purge_run, restore_run

MakeRun = Callable[..., RunDir]


def write(path: str, text: str = "") -> None:
    with open(path, "w") as file:
        file.write(text)


def test_deleted_run_lies_whole_in_the_trash_and_comes_back(home: Home, make_run: MakeRun):
    run_dir = make_run(id="a")
    write(f"{run_dir.path}/model.bin", "weights")
    trashed = delete_run(home, run_dir)
    assert (os.listdir(home.runs), os.listdir(home.trash)) == ([], ["a"])
    assert restore_run(home, trashed) == run_dir
    assert Path(run_dir.path, "model.bin").read_text() == "weights"


def test_older_run_of_the_same_id_in_the_trash_is_renamed(home: Home, make_run: MakeRun):
    delete_run(home, make_run(id="a", label="old"))
    delete_run(home, make_run(id="a", label="new"))
    assert sorted(name.partition("_")[0] for name in os.listdir(home.trash)) == ["a", "a"]
    assert read_attr(RunDir(f"{home.trash}/a"), "label") == "new"


def test_run_is_not_restored_over_a_live_one(home: Home, make_run: MakeRun):
    trashed = delete_run(home, make_run(id="a"))
    make_run(id="a")
    with pytest.raises(RunStateError, match="run 'a' is among the live runs"):
        restore_run(home, trashed)


def test_running_run_is_not_deleted(home: Home, make_run: MakeRun, hold):
    run_dir = make_run(id="a")
    hold(run_dir)
    with pytest.raises(RunStateError, match="run 'a' is running; stop it first"):
        delete_run(home, run_dir)
    assert os.listdir(home.runs) == ["a"]


def test_running_run_of_guild_is_not_deleted(home: Home, make_run: MakeRun):
    run_dir = make_run(id="a")
    with subprocess.Popen(["cat"], stdin=subprocess.PIPE, env={"RUN_ID": run_dir.id}) as process:
        write(run_dir.lock, str(process.pid))
        with pytest.raises(RunStateError, match="run 'a' is running"):
            delete_run(home, run_dir)


def test_pending_run_that_nobody_starts_can_be_deleted(home: Home, make_run: MakeRun):
    run_dir = make_run(id="a")
    write(run_dir.pending)
    delete_run(home, run_dir)
    assert os.listdir(home.runs) == []


def test_damaged_run_can_be_deleted(home: Home, make_run: MakeRun):
    run_dir = make_run(id="a")
    os.unlink(run_dir.opref)
    write(run_dir.attr("exit_status"), "a: [")
    assert delete_run(home, run_dir).path == f"{home.trash}/a"


@pytest.mark.parametrize("folder", ["{trash}/.purged-b-0123", "{trash}/../.purged-b-0123"])
def test_purged_run_is_gone_with_what_an_interrupted_purge_left(home: Home, make_run: MakeRun, folder: str):
    trashed = delete_run(home, make_run(id="a"))
    os.makedirs(f"{folder.format(trash=home.trash)}/.guild")
    purge_run(home, trashed)
    assert (os.listdir(home.trash), os.listdir(f"{home.path}/trash")) == ([], ["runs"])


def test_what_an_interrupted_purge_leaves_is_not_listed(home: Home, make_run: MakeRun):
    trashed = delete_run(home, make_run(id="a"))
    os.rename(trashed.path, f"{home.path}/trash/.purged-a-0123")  # killed in between
    assert list_run_dirs(home, deleted=True) == []
    with pytest.raises(RunNotFound):
        restore_run(home, trashed)


def test_purge_removes_folders_that_are_not_writable(home: Home, make_run: MakeRun):
    run_dir = make_run(id="a")
    os.makedirs(f"{run_dir.path}/data/inner")
    write(f"{run_dir.path}/data/inner/rows")
    for name in ("data/inner", "data"):
        os.chmod(f"{run_dir.path}/{name}", 0o500)
    purge_run(home, delete_run(home, run_dir))
    assert os.listdir(f"{home.path}/trash") == ["runs"]


def test_running_run_is_not_purged(home: Home, make_run: MakeRun, hold):
    trashed = delete_run(home, make_run(id="a"))
    hold(trashed)
    with pytest.raises(RunStateError, match="run 'a' is running; stop it first"):
        purge_run(home, trashed)
    assert os.listdir(home.trash) == ["a"]


def test_run_that_was_pushed_aside_in_the_trash_has_its_id_again(home: Home, make_run: MakeRun):
    run_id = "0123456789abcdef" * 2
    trashed = delete_run(home, make_run(id=run_id))
    aside = RunDir(f"{trashed.path}_k2x9mq0z")  # as guild names it
    os.rename(trashed.path, aside.path)
    assert restore_run(home, aside) == home.run_dir(run_id)


def test_last_deletion_is_found_by_the_beginning_of_the_id(home: Home, make_run: MakeRun):
    run_id = "0123456789abcdef" * 2
    for label in ("old", "new"):
        delete_run(home, make_run(id=run_id, label=label))
    assert find_run_dir(home, "0123", deleted=True).id == run_id
    delete_run(home, make_run(id=f"0123{run_id[4:][::-1]}"))
    with pytest.raises(RunNotFound, match="3 runs begin so"):
        find_run_dir(home, "0123", deleted=True)


def test_nothing_is_moved_through_a_link(home: Home, make_run: MakeRun, tmp_path):
    trashed = delete_run(home, make_run(id="a"))
    os.rename(home.runs, tmp_path / "elsewhere")
    os.symlink(tmp_path / "elsewhere", home.runs)
    with pytest.raises(RunStateError, match="is a symbolic link"):
        restore_run(home, trashed)
    assert os.listdir(home.trash) == ["a"]


def test_nothing_is_deleted_into_a_linked_trash(home: Home, make_run: MakeRun, tmp_path):
    (tmp_path / "elsewhere").mkdir()
    os.mkdir(os.path.dirname(home.trash))
    os.symlink(tmp_path / "elsewhere", home.trash)
    with pytest.raises(RunStateError, match="is a symbolic link"):
        delete_run(home, make_run(id="a"))
    assert os.listdir(home.runs) == ["a"]


def test_purge_removes_links_and_not_what_they_point_to(home: Home, make_run: MakeRun, tmp_path):
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "kept").touch()
    run_dir = make_run(id="a")
    os.symlink(tmp_path / "data", f"{run_dir.path}/data")
    purge_run(home, delete_run(home, run_dir))
    assert os.listdir(tmp_path / "data") == ["kept"]


def test_run_that_is_a_link_is_not_touched(home: Home, make_run: MakeRun, tmp_path):
    run_dir = make_run(id="a")
    os.rename(run_dir.path, tmp_path / "elsewhere")
    os.symlink(tmp_path / "elsewhere", run_dir.path)
    with pytest.raises(RunStateError, match="is a symbolic link"):
        delete_run(home, run_dir)
    assert os.path.exists(tmp_path / "elsewhere" / ".guild")


def test_runs_behind_a_link_are_not_touched(home: Home, make_run: MakeRun, tmp_path):
    run_dir = make_run(id="a")
    os.rename(home.runs, tmp_path / "elsewhere")
    os.symlink(tmp_path / "elsewhere", home.runs)
    with pytest.raises(RunStateError, match="is a symbolic link"):
        delete_run(home, run_dir)
    assert os.listdir(tmp_path / "elsewhere") == ["a"]


@pytest.mark.parametrize("path", ["{home}/runs/..", "{home}/runs/", "{home}", "/tmp", "{home}/runs/a/.guild"])
def test_what_is_no_run_of_the_home_is_not_deleted(home: Home, make_run: MakeRun, path: str):
    make_run(id="a")
    with pytest.raises(RunStateError, match="is not a run in"):
        delete_run(home, RunDir(path.format(home=home.path)))
    assert os.path.exists(f"{home.runs}/a/.guild/opref")


def test_live_run_is_not_purged(home: Home, make_run: MakeRun):
    with pytest.raises(RunStateError, match="is not a run in"):
        purge_run(home, make_run(id="a"))


def test_run_that_is_gone_is_not_found(home: Home, make_run: MakeRun):
    run_dir = make_run(id="a")
    delete_run(home, run_dir)
    with pytest.raises(RunNotFound):
        delete_run(home, run_dir)
