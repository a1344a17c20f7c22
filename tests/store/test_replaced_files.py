import os
import subprocess
import sys
from pathlib import Path

import pytest

from guild_ipy.errors import StoreError
from guild_ipy.store.run_dir import RunDir
from guild_ipy.store.state.replaced_files import put_back_replaced, replace_files

KILLED = """
import os, sys
from guild_ipy.store.state.replaced_files import replace_files
from guild_ipy.store.run_dir import RunDir

renames, rename = [], os.rename

def rename_some(source, target):
    renames.append(target)
    if len(renames) > int(sys.argv[2]):
        os._exit(9)
    rename(source, target)

os.rename = rename_some
run = RunDir(sys.argv[1])
replace_files(run, {name: f"{run.tmp}/{name}" for name in ("a.py", "b.py", "new/c.py")}, ["old/d.py"])
"""


@pytest.fixture
def run_dir(tmp_path) -> RunDir:
    """A run with files, and others for their places beside them."""
    run_dir = RunDir(f"{tmp_path}/{'0' * 32}")
    for name in ("a.py", "b.py", "old/d.py"):
        write(run_dir.path, name, "old")
    for name in ("a.py", "b.py", "new/c.py"):
        write(run_dir.tmp, name, "new")
    return run_dir


def write(folder, name, text):
    path = Path(folder, name)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)


def texts(run_dir):
    """All files of the run besides its private ones."""
    found = (path for path in Path(run_dir.path).rglob("*") if path.is_file() and ".guild" not in path.parts)
    return {str(path.relative_to(run_dir.path)): path.read_text() for path in found}


def replace_all(run_dir):
    replace_files(run_dir, {name: f"{run_dir.tmp}/{name}" for name in ("a.py", "b.py", "new/c.py")}, ["old/d.py"])


OLD = {"a.py": "old", "b.py": "old", "old/d.py": "old"}
NEW = {"a.py": "new", "b.py": "new", "new/c.py": "new"}


def test_files_take_the_place_of_others(run_dir):
    replace_all(run_dir)
    assert texts(run_dir) == NEW
    assert not os.path.exists(f"{run_dir.path}/old")
    assert not os.path.exists(run_dir.replaced)


def test_where_one_cannot_be_replaced_all_are_as_they_were(run_dir):
    os.unlink(f"{run_dir.tmp}/new/c.py")
    with pytest.raises(StoreError, match="cannot replace files of run 00000000"):
        replace_all(run_dir)
    assert texts(run_dir) == OLD
    assert not os.path.exists(f"{run_dir.path}/new")
    assert not os.path.exists(run_dir.replaced)


def test_a_folder_in_the_way_is_an_error_and_nothing_changes(run_dir):
    os.unlink(f"{run_dir.path}/b.py")
    write(run_dir.path, "b.py/made.txt", "by the run")
    with pytest.raises(StoreError, match="cannot replace"):
        replace_all(run_dir)
    assert texts(run_dir) == {"a.py": "old", "b.py/made.txt": "by the run", "old/d.py": "old"}


@pytest.mark.parametrize("count", range(5))
def test_after_a_kill_at_any_moment_the_earlier_files_come_back(run_dir, count):
    killed = subprocess.run([sys.executable, "-c", KILLED, run_dir.path, str(count)], check=False)
    assert killed.returncode == 9
    put_back_replaced(run_dir)
    assert texts(run_dir) == OLD
    assert not os.path.exists(run_dir.replaced)


def test_what_is_put_back_twice_is_there_once(run_dir):
    subprocess.run([sys.executable, "-c", KILLED, run_dir.path, "3"], check=False)
    os.rename(f"{run_dir.replaced}/0", f"{run_dir.path}/a.py")  # as a process that was killed while it put files back
    put_back_replaced(run_dir)
    assert texts(run_dir) == OLD
