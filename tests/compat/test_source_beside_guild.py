"""Which files of a project both programs copy."""

import os

import pytest

from guild_ipy.operations.sourcecode.snapshot import read_source_file, snapshot
from guild_ipy.store.used_runs.manifest import read_manifest

pytestmark = pytest.mark.guild

FILES = {
    ".config.toml": b"a = 1\n",
    ".gitignore": b"x\n",
    "conf/.flake8": b"[flake8]\n",
    ".hidden/a.txt": b"a\n",
    "build/a.py": b"a\n",
    "empty.dat": b"",
    "fits.txt": b"a" * 2**20,
    "large.txt": b"a" * (2**20 + 1),
    "latin.dat": b"caf\xe9 du monde\n",
    "nul.csv": b"a\0b",
    "wide.txt": b"\xff\xfeh\0",
    "x.bin": b"\0\1\2",
    "n.ipynb": b"{}",
}


def test_the_same_files_are_copied_with_the_same_digest(guild, guild_run, home, tmp_path):
    for name, content in FILES.items():
        path = tmp_path / "project" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    (tmp_path / "store").mkdir()
    (tmp_path / "store/f.txt").write_text("linked\n")
    os.symlink("../store", tmp_path / "project/linked")
    theirs = guild_run("print(1)\n")
    ours = snapshot(
        str(tmp_path / "project"),
        dest=".",
        extra=[read_source_file(str(tmp_path / "project/script.py"), "script.py")],
    ).source
    assert [file.path for file in ours.files] == sorted(entry.path for entry in read_manifest(theirs))
    assert ours.digest in guild("runs", "info", theirs.id)
