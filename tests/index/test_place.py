from __future__ import annotations

import os
import stat
import tempfile
from pathlib import Path

import pytest

from guild_ipy import linux
from guild_ipy.index.place import find_folder, home_key
from guild_ipy.settings import Settings
from guild_ipy.store.guild_home import Home


def mount(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, *lines: str) -> None:
    table = tmp_path / "mountinfo"
    table.write_text("".join(f"36 35 98:0 / {line}\n" for line in lines))
    monkeypatch.setattr(linux, "_MOUNTS", str(table))
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))


def test_index_is_in_the_cache_directory_of_the_user(home: Home, monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    monkeypatch.delenv("GUILD_IPY_CACHE")
    monkeypatch.setenv("XDG_CACHE_HOME", f"{tmp_path}/caches")
    folder = find_folder(home, Settings.from_environment().cache_dir)
    assert folder == f"{tmp_path}/caches/guild_ipy/index/{home_key(home)}"


def test_relative_cache_directory_is_ignored(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.delenv("GUILD_IPY_CACHE")
    monkeypatch.setenv("XDG_CACHE_HOME", "caches")
    assert Settings.from_environment().cache_dir == os.path.expanduser("~/.cache/guild_ipy")


def test_index_of_a_home_reached_by_two_paths_is_one(home: Home, tmp_path: Path):
    os.symlink(home.path, tmp_path / "link")
    assert home_key(Home(f"{tmp_path}/link")) == home_key(home)
    assert home_key(Home(f"{tmp_path}/other")) != home_key(home)


@pytest.mark.parametrize("kind", ["nfs4", "lustre", "fuse.sshfs"])
def test_index_is_never_on_a_file_system_of_another_machine(
    home: Home, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, kind: str
):
    mount(monkeypatch, tmp_path, "/ rw - ext4 /dev/sda rw", f"/net\\040home rw shared:1 - {kind} server:/ rw")
    folder = find_folder(home, "/net home/ada/.cache/guild_ipy")
    assert folder.startswith(f"{tmp_path}/guild_ipy-{os.getuid()}/index/")
    assert stat.S_IMODE(os.stat(f"{tmp_path}/guild_ipy-{os.getuid()}").st_mode) == 0o700


def test_temporary_folder_that_others_can_write_to_is_refused(
    home: Home, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
):
    mount(monkeypatch, tmp_path, "/ rw - nfs server:/ rw")
    os.mkdir(tmp_path / f"guild_ipy-{os.getuid()}", 0o777)
    os.chmod(tmp_path / f"guild_ipy-{os.getuid()}", 0o777)
    with pytest.raises(PermissionError, match="is not private"):
        find_folder(home, "/ada/.cache/guild_ipy")
