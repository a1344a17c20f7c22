from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from guild_ipy.store.left_behind import hold_in_use, remove_left_behind

PREFIXES = (".work-", "guild_ipy-work-")
#: Makes a folder, says that it is in use, and is killed once that is seen.
MAKER = """
import os, signal, sys, tempfile
from guild_ipy.store.left_behind import hold_in_use
hold_in_use(tempfile.mkdtemp(prefix=".work-", dir=sys.argv[1]))
print("made", flush=True)
signal.pause()
"""


def make_old(path: Path) -> Path:
    os.utime(path, (0, 0))
    return path


@pytest.mark.parametrize("name", [".work-1", "guild_ipy-work-x y"])
def test_what_was_left_behind_is_removed(tmp_path: Path, name: str):
    folder = tmp_path / name
    (folder / "deep" / "deeper").mkdir(parents=True)
    (tmp_path / ".work-file").touch()
    for path in (folder, tmp_path / ".work-file"):
        make_old(path)
    remove_left_behind(str(tmp_path), PREFIXES)
    assert os.listdir(tmp_path) == []


def test_what_is_new_or_has_another_name_or_is_a_link_stays(tmp_path: Path):
    target = tmp_path / "kept"
    target.mkdir()
    (tmp_path / ".work-link").symlink_to(target)
    (tmp_path / ".work-new").mkdir()
    os.mkfifo(tmp_path / ".work-pipe")
    for path in (target, tmp_path / ".work-pipe"):
        make_old(path)
    os.utime(tmp_path / ".work-link", (0, 0), follow_symlinks=False)
    remove_left_behind(str(tmp_path), PREFIXES)
    assert sorted(os.listdir(tmp_path)) == [".work-link", ".work-new", ".work-pipe", "kept"]


def test_what_is_in_use_stays_until_its_maker_is_killed(tmp_path: Path):
    command = [sys.executable, "-c", MAKER, str(tmp_path)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as maker:
        assert maker.stdout is not None
        assert maker.stdout.readline() == "made\n"
        (folder,) = map(make_old, tmp_path.iterdir())
        remove_left_behind(str(tmp_path), PREFIXES)
        assert folder.exists()
        maker.kill()
    remove_left_behind(str(tmp_path), PREFIXES)
    assert not folder.exists()


def test_a_folder_that_is_not_there_holds_nothing(tmp_path: Path):
    remove_left_behind(f"{tmp_path}/gone", PREFIXES)


def test_a_file_that_is_gone_cannot_be_held(tmp_path: Path):
    with pytest.raises(FileNotFoundError):
        hold_in_use(f"{tmp_path}/gone")
