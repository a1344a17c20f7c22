"""Tags and comments: each program reads, filters by and changes what the other has written."""

from __future__ import annotations

import json

import pytest

from guild_ipy.domain.choosing.run_filter import RunFilter
from guild_ipy.engine.run_files.provenance import user_name
from guild_ipy.session.run_handle import Run
from guild_ipy.session.run_refs import list_runs
from guild_ipy.store.files.attrs import delete_attr, read_attr, write_attr
from guild_ipy.verbs.changing.comment import CommentEdit, edit_comments
from guild_ipy.verbs.changing.tag import Tag, edit_tags

pytestmark = pytest.mark.guild

TEXT = "it's 'good':\n  - {x}: 1\n\n# not a heading\nñ \U0001f600 no"


@pytest.fixture
def run(bench) -> Run:
    run = bench.make("script")["script"]
    delete_attr(run.dir, "tags")
    return run


def info(bench, run) -> dict:
    return json.loads(bench.guild("runs", "info", "--json", "--comments", run.id))


def listed(bench, *options: str) -> list[str]:
    return [each["id"] for each in json.loads(bench.guild("runs", "--json", *options))]


@pytest.mark.parametrize("tag", ["green", "two words", "1.0", "yes", "ünï", "a: b", "#x", "'"])
def test_guild_reads_filters_by_and_removes_our_tags(bench, run, tag):
    edit_tags(bench.context, [run], Tag(add=(tag, "other")))
    assert info(bench, run)["tags"] == sorted([tag, "other"])
    assert listed(bench, "--tag", tag) == [run.id]
    bench.guild("tag", "-y", "--delete", tag, run.id)
    assert run.tags == ("other",)


def test_we_read_filter_by_and_remove_tags_of_guild(bench, run):
    bench.guild("tag", "-y", "--add", "b c", "--add", "a", "--add", "1", run.id)
    assert list_runs(bench.context, RunFilter(tags=("b c",))) == [run]
    assert list_runs(bench.context, RunFilter(where="tag = '1' and tag = a")) == [run]
    edit_tags(bench.context, [run], Tag(remove=("b c", "1")))
    assert info(bench, run)["tags"] == ["a"]
    edit_tags(bench.context, [run], Tag(clear=True))
    assert info(bench, run)["tags"] == []
    bench.guild("tag", "-y", "--add", "x", run.id)
    assert run.tags == ("x",)


@pytest.mark.parametrize(
    ("label", "words", "edit"),
    [
        ("lr=0.1", ("--add", "best", "--add", "a"), Tag(add=("best", "a"), sync_labels=True)),
        ("old lr=0.1", ("--delete", "old"), Tag(remove=("old",), sync_labels=True)),
        ("old note", ("--delete", "old", "--add", "new"), Tag(remove=("old",), add=("new",), sync_labels=True)),
        ("lr=0.1 old", ("--add", "old"), Tag(add=("old",), sync_labels=True)),
        ("old older x", ("--clear",), Tag(clear=True, sync_labels=True)),
        ("old", ("--clear", "--add", "new"), Tag(clear=True, add=("new",), sync_labels=True)),
    ],
)
def test_labels_go_along_as_those_of_guild_do(bench, run, label, words, edit):
    found = []
    for change in (
        lambda: bench.guild("tag", "-y", "--sync-labels", *words, run.id),
        lambda: edit_tags(bench.context, [run], edit),
    ):
        write_attr(run.dir, "tags", ["old"])
        write_attr(run.dir, "label", label)
        change()
        found.append((run.tags, (run.label or "").strip()))
    assert found[0] == found[1]


def test_guild_reads_filters_by_and_deletes_our_comments(bench, run):
    edit_comments(bench.context, [run], CommentEdit(add=TEXT, user="ada@lab"))
    edit_comments(bench.context, [run], CommentEdit(add="second"))
    first, second = info(bench, run)["comments"]
    assert (first["body"], first["user"], first["host"]) == (TEXT, "ada", "lab")
    assert (second["body"], second["user"]) == ("second", user_name())
    assert run.started.strftime("%Y-%m-%d") <= second["time"][:10]
    assert listed(bench, "--comment", "LAB") == listed(bench, "--comment", "good") == [run.id]
    bench.guild("comment", "-y", "--delete", "1", run.id)
    assert [each.body for each in run.comments] == ["second"]
    assert "second" in bench.guild("comment", "--list", run.id)


def test_we_read_filter_by_edit_and_delete_comments_of_guild(bench, run):
    bench.guild("comment", "-y", "--add", TEXT, "--user", "ada@lab", run.id)
    bench.guild("comment", "-y", "--add", "second", run.id)
    assert [each.body for each in run.comments] == [TEXT, "second"]
    assert list_runs(bench.context, RunFilter(comments=("lab",))) == [run]
    assert list_runs(bench.context, RunFilter(where="comment contains 'Not A'")) == [run]
    edit_comments(bench.context, [run], CommentEdit(edit=2, text="changed"))
    edit_comments(bench.context, [run], CommentEdit(delete=1))
    assert [each["body"] for each in info(bench, run)["comments"]] == ["changed"]
    bench.guild("comment", "-y", "--add", "third", run.id)
    assert [each.body for each in run.comments] == ["changed", "third"]


def test_both_write_comments_with_the_same_facts(bench, run):
    edit_comments(bench.context, [run], CommentEdit(add="ours"))
    bench.guild("comment", "-y", "--add", "theirs", run.id)
    ours, theirs = read_attr(run.dir, "comments")
    assert {name: type(value) for name, value in ours.items()} == {name: type(value) for name, value in theirs.items()}
    assert 0 <= theirs["time"] - ours["time"] < 60_000_000
    assert ours["host"] == theirs["host"]
