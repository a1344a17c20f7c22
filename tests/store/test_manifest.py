from __future__ import annotations

import hashlib
import shlex

import pytest
from hypothesis import given
from hypothesis import strategies as st

from guild_ipy.store.used_runs.manifest import (
    ManifestEntry,
    format_manifest,
    parse_manifest,
    read_manifest,
    write_manifest,
)

LINE = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\n\r"))
ENTRIES = st.builds(
    ManifestEntry,
    kind=st.sampled_from(["s", "d", "i"]),
    path=LINE,
    digest=LINE,
    origin=st.lists(LINE, max_size=2).map(tuple),
)


@given(st.lists(ENTRIES, max_size=4))
def test_entries_are_read_back(entries: list[ManifestEntry]):
    assert parse_manifest(format_manifest(entries)) == entries


def test_line_is_what_guild_writes():
    entry = ManifestEntry.source(path="a b.py", content=b"x = 1\n", origin="src/a b.py")
    digest = hashlib.sha1(b"x = 1\n").hexdigest()
    assert format_manifest([entry]) == f"s 'a b.py' {digest} 'src/a b.py'\n"
    assert shlex.split(format_manifest([entry])) == ["s", "a b.py", digest, "src/a b.py"]


@pytest.mark.parametrize("name", ["a\nb", "a\rb", "a\udcff"])
def test_name_that_guild_cannot_read_is_left_out(name: str):
    kept = ManifestEntry(kind="s", path="b.py")
    assert parse_manifest(format_manifest([ManifestEntry(kind="s", path=name), kept])) == [kept]


def test_lines_that_say_nothing_are_passed_over():
    text = "s a.py - a.py\n\ns 'torn\nx what is this\ns short\nd data - file:data sub/data\n"
    assert [entry.path for entry in parse_manifest(text)] == ["a.py", "data"]


def test_manifest_of_a_run_is_read_back(make_run):
    run_dir = make_run()
    assert read_manifest(run_dir) == []
    entries = [ManifestEntry(kind="d", path="data", origin=("file:data", "part"))]
    write_manifest(run_dir, entries)
    assert read_manifest(run_dir) == entries


def test_binary_manifest_is_read_without_an_exception(make_run):
    run_dir = make_run()
    with open(run_dir.manifest, "wb") as file:
        file.write(bytes(range(256)) + b"\ns a - \xff\n")
    assert [entry.path for entry in read_manifest(run_dir)] == ["a"]
