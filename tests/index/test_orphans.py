import os
import shutil
import time

from benchmarks.homes import make_home
from guild_ipy.index.index import Index
from guild_ipy.index.place import find_folder, remove_orphans
from guild_ipy.session.settling import settle_run
from guild_ipy.store.guild_home import Home

MONTH = 31 * 86_400


def make_index(path: str, settings) -> str:
    """Make a home and its index; the folder of the index."""
    make_home(path, 2)
    index = Index(Home(path), settings, settle_run)
    assert index.refresh()
    index.close()
    return find_folder(Home(path), settings.cache_dir)


def age(folder: str) -> None:
    before = time.time() - MONTH
    for name in os.listdir(folder):
        os.utime(f"{folder}/{name}", (before, before))


def test_an_old_index_of_a_home_that_is_gone_is_removed_when_another_is_made(tmp_path, settings):
    folders = {name: make_index(f"{tmp_path}/{name}", settings) for name in ("there", "gone", "gone lately", "used")}
    for name in ("there", "gone"):
        age(folders[name])
    for name in ("gone", "gone lately"):
        shutil.rmtree(tmp_path / name)
    new = make_index(f"{tmp_path}/new", settings)
    kept = [folders[name] for name in ("there", "gone lately", "used")]
    assert {entry.path for entry in os.scandir(os.path.dirname(new))} == {*kept, new}


def test_what_is_no_index_is_left_alone(tmp_path):
    (tmp_path / "other").mkdir()
    (tmp_path / "file").write_text("")
    age(str(tmp_path))
    remove_orphans(str(tmp_path))
    remove_orphans(str(tmp_path / "not there"))
    assert sorted(os.listdir(tmp_path)) == ["file", "other"]
