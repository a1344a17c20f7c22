"""``tag``."""

import threading

import pytest

from guild_ipy.domain.choosing.run_filter import RunFilter
from guild_ipy.errors import DamagedRun, UsageError
from guild_ipy.session.run_refs import list_runs
from guild_ipy.store.files.attrs import list_attrs, write_attr
from guild_ipy.verbs.changing.tag import Tag, edit_tags, list_tags, report_tags


@pytest.fixture
def runs(train):
    """Two runs, newest first; the older one has the tags a and b."""
    older = train.run("train", lr=0.1)
    train.run("train", lr=0.2)
    write_attr(older.dir, "tags", ["a", "b"])
    return list_runs(train.context)


def edit(train, runs, **changes):
    changed = edit_tags(train.context, runs, Tag(**changes))
    return str(report_tags(changed))


@pytest.mark.parametrize(
    ("changes", "tags"),
    [
        ({"add": ("c", "ä b")}, ("a", "b", "c", "ä b")),
        ({"add": ("a",)}, ("a", "b")),
        ({"remove": ("a", "x")}, ("b",)),
        ({"remove": ("b",), "add": ("b", "0")}, ("0", "a", "b")),
        ({"clear": True}, ()),
        ({"clear": True, "add": ("d", "b")}, ("b", "d")),
        ({"add": ("true", "1.0", "a: b", "'")}, ("'", "1.0", "a", "a: b", "b", "true")),
    ],
)
def test_tags_are_changed(train, runs, changes, tags):
    edit(train, runs[1:], **changes)
    assert runs[1].tags == tags
    assert runs[0].tags == ()


def test_the_last_tag_leaves_no_file(train, runs):
    edit(train, runs, remove=("a", "b"))
    assert "tags" not in list_attrs(runs[1].dir)


@pytest.mark.parametrize(
    ("label", "changes", "expected"),
    [
        ("a lr=0.1", {"remove": ("a",)}, "lr=0.1"),
        ("lr=0.1", {"add": ("best",)}, "best lr=0.1"),
        ("lr=0.1 best", {"add": ("best", "x")}, "x lr=0.1 best"),
        ("a b note", {"clear": True}, "note"),
        ("a b note", {"clear": True, "add": ("b", "c")}, "c b note"),
        ("aa a.b a", {"remove": ("a",)}, "aa a.b"),
        ("", {"add": ("c", "d")}, "c d"),
        ("a", {"remove": ("a",)}, None),
        ("x  y", {"remove": ("b",)}, "x  y"),
    ],
)
def test_labels_go_along_if_that_is_wanted(train, runs, label, changes, expected):
    write_attr(runs[1].dir, "label", label)
    edit(train, runs[1:], sync_labels=True, **changes)
    assert runs[1].label == expected


def test_labels_stay_otherwise(train, runs):
    edit(train, runs, add=("best",))
    assert [run.label for run in runs] == ["lr=0.2 steps=2", "lr=0.1 steps=2"]


def test_it_is_said_what_was_changed_and_how_it_is_taken_back(train, runs):
    one, other = (f"train() {run.short_id}" for run in runs)
    assert edit(train, runs[:1], add=("x y",)) == (
        f"Tagged 1 run: {one} no tags -> x y; tag {runs[0].short_id} --remove 'x y' takes it back"
    )
    assert edit(train, runs, clear=True, add=("c",)) == (f"Tagged 2 runs: {one} x y -> c, {other} a, b -> c")
    assert edit(train, runs, add=("d",)).endswith("; tag RUN ... --remove d takes it back")
    assert edit(train, runs, add=("d",)) == f"Tagged 0 runs: the tags stay as they were of {one}, {other}"
    assert edit(train, runs[:1], add=("e",), sync_labels=True).endswith(
        f" (label: 'e lr=0.2 steps=2'); tag {runs[0].short_id} --remove e --sync-labels takes it back"
    )
    assert edit(train, [], add=("d",)) == "Tagged 0 runs: no run was selected"


def test_tags_are_found_by_filters_and_expressions_at_once(train, runs):
    context = train.context
    assert [run.id for run in list_runs(context, RunFilter(tags=("best",)))] == []
    edit(train, runs[:1], add=("best",))
    assert list_runs(context, RunFilter(tags=("best",))) == runs[:1]
    assert list_runs(context, RunFilter(where="tag = best")) == runs[:1]
    assert list_runs(context, RunFilter(where="tags is undefined")) == []
    assert list_tags(runs) == ["a", "b", "best"]
    edit(train, runs, clear=True)
    assert list_runs(context, RunFilter(where="tags is undefined")) == runs


@pytest.mark.parametrize("tag", ["", "  ", "a\nb", "a\u2028b", "x" * 2000, 3, None])
def test_what_is_no_tag_is_refused(tag):
    with pytest.raises(UsageError, match="a tag is a text"):
        Tag(add=(tag,))


def test_no_change_is_refused():
    with pytest.raises(UsageError, match="nothing is to be changed; give tags with --add or --remove, or --clear"):
        Tag(sync_labels=True)


def test_damaged_tags_are_never_lost_unless_they_are_to_be_removed(train, runs):
    with open(runs[1].dir.attr("tags"), "w") as file:
        file.write("a: 1\n")
    with pytest.raises(DamagedRun, match="it holds dict, not a list"):
        edit(train, runs, add=("c",))
    assert runs[0].tags == ()
    edit(train, runs, clear=True, add=("c",))
    assert [run.tags for run in runs] == [("c",), ("c",)]


def test_a_running_run_can_be_tagged(train, start_waiting, let_go):
    run = start_waiting()
    edit(train, [run], add=("mine",))
    assert let_go(run).tags == ("mine",)


def test_those_who_tag_at_once_lose_nothing(train, runs):
    names = [f"t{number:02}" for number in range(20)]
    threads = [threading.Thread(target=edit, args=(train, runs[:1]), kwargs={"add": (name,)}) for name in names]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert list(runs[0].tags) == names
