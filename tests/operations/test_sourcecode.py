import hashlib
import os
import time

import pytest

from guild_ipy.domain.declarations.operation_def import SourceRule
from guild_ipy.domain.run_spec import SourceFile
from guild_ipy.operations.sourcecode import snapshot as sourcecode
from guild_ipy.operations.sourcecode import source_walk
from guild_ipy.operations.sourcecode.snapshot import SourceCache, digest_files, snapshot
from guild_ipy.operations.sourcecode.source_choice import SourceChoice


def make(root, *paths, content="x = 1\n"):
    for path in paths:
        target = root / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(content)


def paths(root, **options):
    return [file.path for file in snapshot(str(root), dest=".", **options).source.files]


def notes(root, **options):
    return snapshot(str(root), dest=".", **options).notes


def test_text_files_are_taken_with_their_path_content_and_origin(tmp_path):
    make(tmp_path, "train.py", "pkg/model.py", "conf/a b.yml", "README")
    source = snapshot(str(tmp_path), dest="code").source
    assert [file.path for file in source.files] == ["README", "conf/a b.yml", "pkg/model.py", "train.py"]
    assert source.files[3] == SourceFile(path="train.py", content=b"x = 1\n", origin=str(tmp_path / "train.py"))
    assert source.dest == "code"


def test_the_digest_is_over_sorted_paths_and_contents(tmp_path):
    make(tmp_path, "b.py", "a.py")
    expected = hashlib.md5(b"a.py\0x = 1\n\0b.py\0x = 1\n\0").hexdigest()
    assert snapshot(str(tmp_path), dest=".").source.digest == expected


def test_an_empty_project_has_no_digest(tmp_path):
    assert snapshot(str(tmp_path), dest=".").source.digest == ""


@pytest.mark.parametrize(
    "path",
    [
        ".git/config",
        ".hidden/a.py",
        ".DS_Store",
        "__pycache__/a.py",
        "node_modules/a.js",
        "build/a.py",
        "dist/a.py",
        "x.egg-info/PKG",
        "picture.PNG",
        "weights.pt",
    ],
)
def test_names_that_are_no_source_are_left_out(tmp_path, path):
    make(tmp_path, "a.py", path, f"sub/{path}")
    assert paths(tmp_path) == ["a.py"]


@pytest.mark.parametrize(
    "marker",
    ["bin/activate", "Scripts/activate", "pyvenv.cfg", "conda-meta/history", ".guild-nocopy", ".guild/opref"],
)
def test_environments_runs_and_marked_folders_are_left_out(tmp_path, marker):
    make(tmp_path, "a.py", f"other/{marker}", "other/b.py", "other/lib/c.py")
    assert paths(tmp_path) == ["a.py"]


def test_markers_do_not_hide_the_project_itself(tmp_path):
    make(tmp_path, "a.py", "pyvenv.cfg", "lib/b.py")
    assert paths(tmp_path) == ["a.py", "lib/b.py", "pyvenv.cfg"]


def test_guild_home_is_not_entered(tmp_path):
    make(tmp_path, "a.py", "home/runs/1/b.py", "homes/c.py")
    link = tmp_path / "link"
    link.symlink_to(tmp_path / "home")
    assert paths(tmp_path, excluded_dirs=[str(link)]) == ["a.py", "homes/c.py"]


def test_a_project_that_is_itself_guild_home_is_still_read(tmp_path):
    make(tmp_path, "a.py", "runs/1/b.py")
    assert paths(tmp_path, excluded_dirs=[str(tmp_path), str(tmp_path / "runs")]) == ["a.py"]


@pytest.mark.parametrize("encoding", ["utf-8", "latin-1", "cp1252", "utf-16", "utf-32", "shift-jis", "gb18030"])
def test_text_is_taken_in_whatever_encoding(tmp_path, encoding):
    text = "größer\r\n\tÿ" if encoding in {"latin-1", "cp1252"} else "日本\n"
    (tmp_path / "notes").write_bytes(text.encode(encoding))
    assert paths(tmp_path) == ["notes"]


@pytest.mark.parametrize("content", [b"a\0b", b"\x7fELF\x02", b"\x89PNG\r\n\x1a\n", b"\x1f\x8b\x08"])
def test_binary_content_is_left_out_but_where_the_name_says_text(tmp_path, content):
    for name in ("data", "data.csv", "data.bin"):
        (tmp_path / name).write_bytes(content)
    assert paths(tmp_path) == ["data.csv"]


def test_hidden_text_files_are_taken(tmp_path):
    make(tmp_path, ".config.toml", ".gitignore", "conf/.flake8", "a.py")
    (tmp_path / ".cache.bin").write_bytes(b"\0")
    assert paths(tmp_path) == [".config.toml", ".gitignore", "a.py", "conf/.flake8"]


def test_a_work_tree_of_git_is_not_made_of_the_run(tmp_path):
    make(tmp_path, "a.py", ".git", content="gitdir: elsewhere\n")
    assert paths(tmp_path) == ["a.py"]


def test_links_to_files_and_folders_are_followed(tmp_path):
    make(tmp_path, "project/a.py", "outside/b.py", "outside/sub/c.txt")
    (tmp_path / "project/link.py").symlink_to(tmp_path / "outside/b.py")
    (tmp_path / "project/data").symlink_to("../outside")
    (tmp_path / "project/again").symlink_to("data")
    (tmp_path / "project/broken.py").symlink_to("nowhere")
    os.mkfifo(tmp_path / "project/pipe")
    source = snapshot(str(tmp_path / "project"), dest=".").source
    found = ["a.py", "again/b.py", "again/sub/c.txt", "data/b.py", "data/sub/c.txt", "link.py"]
    assert [file.path for file in source.files] == found
    assert notes(tmp_path / "project") == ()


@pytest.mark.parametrize("target", [".", "..", "/", "../other", "self"])
def test_a_link_in_a_circle_is_not_followed_and_said_so(tmp_path, target):
    make(tmp_path, "project/a.py", "other/b.py")
    (tmp_path / "other/back").symlink_to(tmp_path / "project")
    (tmp_path / "project/self").symlink_to(target)
    assert paths(tmp_path / "project") == (["a.py", "self/b.py"] if target == "../other" else ["a.py"])
    circles = {"../other": ("'self/back/'",), "self": ()}.get(target, ("'self/'",))
    assert notes(tmp_path / "project") == tuple(
        f"links to a folder that they are in, not followed: {circle}" for circle in circles
    )


def test_of_a_linked_disk_only_so_much_is_looked_at(tmp_path, monkeypatch):
    monkeypatch.setattr(source_walk, "MAX_LINKED", 10)
    make(tmp_path, "project/z/a.py", *(f"disk/{n:02}/x.png" for n in range(40)))
    (tmp_path / "project/data").symlink_to("../disk")
    assert paths(tmp_path / "project") == ["z/a.py"]
    assert notes(tmp_path / "project")[0].startswith("more than 5000 files in linked folders")


def test_a_link_to_guild_home_is_not_followed(tmp_path):
    make(tmp_path, "project/a.py", "home/runs/1/b.py")
    (tmp_path / "project/runs").symlink_to("../home/runs")
    assert paths(tmp_path / "project", excluded_dirs=[str(tmp_path / "home/runs")]) == ["a.py"]


def test_what_holds_secrets_is_linked_and_not_in_the_digest(tmp_path):
    make(tmp_path, "a.py", ".env", "conf/db.pem", ".aws/credentials", "conf/plain.txt")
    make(tmp_path, "deploy", content="-----BEGIN OPENSSH PRIVATE KEY-----\nb3Bl\n")
    (tmp_path / "settings.txt").symlink_to(".env")
    source = snapshot(str(tmp_path), dest=".").source
    assert [file.path for file in source.files] == ["a.py", "conf/plain.txt"]
    links = {link.path: link.origin for link in source.links}
    assert links == {path: str(tmp_path / path) for path in (".aws", ".env", "conf/db.pem", "deploy", "settings.txt")}
    assert notes(tmp_path) == ("may hold secrets, linked and not copied: '.aws', '.env', 'conf/db.pem' and 2 more",)
    before = source.digest
    make(tmp_path, ".env", content="other\n")
    assert snapshot(str(tmp_path), dest=".").source.digest == before


def test_a_pattern_that_takes_secrets_links_them_and_one_that_leaves_them_out_does_not(tmp_path):
    make(tmp_path, "a.py", ".env", "keys/x.key", "secrets/plain.txt")
    make(tmp_path, "deploy", content="-----BEGIN PRIVATE KEY-----\nb3Bl\n")
    (tmp_path / "settings.txt").symlink_to(".env")
    linked = [".env", "deploy", "keys/x.key", "secrets/plain.txt", "settings.txt"]
    takes = SourceChoice(rules=(SourceRule(pattern="*", is_include=True),))
    leaves = SourceChoice(rules=(SourceRule(pattern="*", is_include=False),))
    found = [snapshot(str(tmp_path), dest=".", choice=choice) for choice in (takes, leaves)]
    assert [[link.path for link in each.source.links] for each in found] == [linked, []]
    assert [[file.path for file in each.source.files] for each in found] == [["a.py"], []]
    assert found[0].notes == ("may hold secrets, linked and not copied: '.env', 'deploy', 'keys/x.key' and 2 more",)
    assert found[1].notes == ()


def test_patterns_take_files_of_linked_folders(tmp_path):
    make(tmp_path, "project/a.py")
    make(tmp_path, "store/big.csv", content="1," * 2**20)
    (tmp_path / "project/data").symlink_to("../store")
    (tmp_path / "store/back").symlink_to("../project")
    choice = SourceChoice(rules=(SourceRule(pattern="data/*.csv", is_include=True),))
    assert paths(tmp_path / "project", choice=choice) == ["a.py", "data/big.csv"]


def test_notebooks_are_left_out_where_asked(tmp_path):
    make(tmp_path, "a.py", "lab.ipynb")
    assert paths(tmp_path, include_notebooks=False) == ["a.py"]
    assert paths(tmp_path) == ["a.py", "lab.ipynb"]


def test_extra_files_come_first_and_hide_others(tmp_path):
    make(tmp_path, "a.py", "cells/01.py")
    cell = SourceFile(path="cells/01.py", content=b"def f(): ...\n")
    source = snapshot(str(tmp_path), dest=".", extra=[cell]).source
    assert [file.path for file in source.files] == ["a.py", "cells/01.py"]
    assert source.files[1] is cell
    assert source.digest == digest_files(source.files)


def test_a_large_text_file_is_left_out_and_said_so(tmp_path):
    make(tmp_path, "data.csv", content="1," * 2**19 + "1")
    make(tmp_path, "fits.csv", content="1," * 2**19)
    (tmp_path / "large").write_bytes(b"\0" * 2**21)
    assert paths(tmp_path) == ["fits.csv"]
    assert notes(tmp_path) == ("larger than 1 MiB, not copied: 'data.csv'", "not text, not copied: 'large'")


def test_the_first_hundred_files_are_taken_and_the_rest_is_said(tmp_path):
    make(tmp_path, *(f"b/{n:03}.py" for n in range(60)), *(f"a/{n:03}.py" for n in range(60)), "z.py")
    taken = paths(tmp_path)
    assert len(taken) == 100
    assert (taken[0], taken[98], taken[99]) == ("a/000.py", "b/038.py", "z.py")
    assert notes(tmp_path)[0].startswith("more than 100 source files: 'b/039.py' and those after it are not copied")


def test_exactly_a_hundred_files_need_no_note(tmp_path):
    make(tmp_path, *(f"{n:03}.py" for n in range(100)))
    assert notes(tmp_path) == ()


def test_a_huge_project_is_not_walked_to_its_end(tmp_path, monkeypatch):
    monkeypatch.setattr(source_walk, "MAX_ENTRIES", 10)
    make(tmp_path, "a.py", *(f"z/{n}/x.py" for n in range(20)))
    assert "a.py" in paths(tmp_path)
    assert notes(tmp_path)[0].startswith("more than ")


def test_a_crowded_folder_is_data(tmp_path):
    make(tmp_path, "a.py", *(f"texts/{n}.txt" for n in range(1001)), *(f"images/{n}.png" for n in range(1001)))
    assert paths(tmp_path) == ["a.py"]
    assert notes(tmp_path) == ("more than 1000 files in a folder, not copied: 'texts/'",)


def test_hidden_folders_are_left_out_and_said_so_but_for_those_of_tools(tmp_path):
    make(tmp_path, "a.py", ".data/b.txt", *(f"{tool}/x.py" for tool in (".git", ".venv", ".mypy_cache", ".vscode")))
    assert paths(tmp_path) == ["a.py"]
    assert notes(tmp_path) == ("hidden folders, not copied: '.data/'",)


def test_files_that_are_no_text_are_named_where_a_run_would_look_for_them(tmp_path):
    make(tmp_path, "a.py", "data/x.parquet")
    assert notes(tmp_path) == ("not text, not copied: 'data/x.parquet'",)
    assert snapshot(str(tmp_path), dest=".guild/sourcecode").notes == ()


def test_many_left_out_files_are_counted(tmp_path):
    make(tmp_path, *(f"{n}.csv" for n in range(5)), content="1," * 2**20)
    assert notes(tmp_path) == ("larger than 1 MiB, not copied: '0.csv', '1.csv', '2.csv' and 2 more",)


def test_names_that_are_not_utf_8_are_taken(tmp_path):
    (tmp_path / os.fsdecode(b"\xff.py")).write_text("x = 1\n")
    make(tmp_path, "new\nline 'q' ü.py")
    source = snapshot(str(tmp_path), dest=".").source
    assert [os.fsencode(file.path) for file in source.files] == ["new\nline 'q' ü.py".encode(), b"\xff.py"]


@pytest.fixture
def reads(monkeypatch):
    """The paths of the files that snapshots read, an hour after they were written."""
    paths = []
    real_read, hour_later = sourcecode._read, time.time_ns() + 3600 * 10**9
    monkeypatch.setattr(time, "time_ns", lambda: hour_later)
    monkeypatch.setattr(sourcecode, "_read", lambda found, stamp: paths.append(found.path) or real_read(found, stamp))
    return paths


def test_an_unchanged_project_is_not_read_again(tmp_path, reads):
    make(tmp_path, "a.py", "pkg/b.py")
    (tmp_path / "c.dat").write_bytes(b"\0")
    cache = SourceCache()
    first = snapshot(str(tmp_path), dest=".", cache=cache)
    again = snapshot(str(tmp_path), dest=".", cache=cache)
    assert reads == ["a.py", "c.dat", "pkg/b.py"]
    assert again.source is first.source


def test_a_changed_file_is_read_again(tmp_path, reads):
    make(tmp_path, "a.py", "b.py")
    cache = SourceCache()
    snapshot(str(tmp_path), dest=".", cache=cache)
    status = os.stat(tmp_path / "a.py")
    make(tmp_path, "a.py", content="y = 2\n")
    os.utime(tmp_path / "a.py", ns=(status.st_atime_ns, status.st_mtime_ns))
    source = snapshot(str(tmp_path), dest=".", cache=cache).source
    assert reads == ["a.py", "b.py", "a.py"]
    assert source.files[0].content == b"y = 2\n"
    assert source.digest == digest_files(source.files)


def test_a_file_that_changed_just_now_is_not_trusted(tmp_path):
    make(tmp_path, "a.py")
    cache = SourceCache()
    for number in range(300):
        make(tmp_path, "a.py", content=f"x = {number:03}\n")
        source = snapshot(str(tmp_path), dest=".", cache=cache).source
        assert source.files[0].content == f"x = {number:03}\n".encode()


def test_a_removed_file_is_gone_from_the_next_snapshot(tmp_path, reads):
    make(tmp_path, "a.py", "b.py")
    cache = SourceCache()
    snapshot(str(tmp_path), dest=".", cache=cache)
    (tmp_path / "a.py").unlink()
    assert paths(tmp_path, cache=cache) == ["b.py"]


def test_one_cache_serves_several_projects_and_rules(tmp_path, reads):
    make(tmp_path, "one/a.py", "one/n.ipynb", "two/a.py", content="x = 1\n")
    cache = SourceCache()
    found = [
        paths(tmp_path / "one", cache=cache),
        paths(tmp_path / "one", cache=cache, include_notebooks=False),
        paths(tmp_path / "two", cache=cache),
        paths(tmp_path / "one", cache=cache),
    ]
    assert found == [["a.py", "n.ipynb"], ["a.py"], ["a.py"], ["a.py", "n.ipynb"]]
    assert len(reads) == 4
