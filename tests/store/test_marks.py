import os
import shutil

import pytest

from guild_ipy.errors import StoreError
from guild_ipy.store.files.attrs import list_attrs, read_attr, write_attr
from guild_ipy.store.run_dir import RunDir
from guild_ipy.store.state.marks import (
    MOST_ENTRIES,
    MarkedBy,
    MarkEntry,
    describe_mark,
    is_marked,
    last_action,
    read_history,
    read_mark_time,
    undo_mark,
    write_mark,
)
from tests.bare_runs import touch
from tests.used_runs import NOON

MARK = MarkEntry(when=1_795_176_000_000_000, who="ada", host="lab", reason="best of all", marked=True)
UNMARK = MarkEntry(when=1_795_176_060_000_000, who="bob", host="lab", by=MarkedBy.RULE, rule="min loss", marked=False)


def test_a_mark_is_what_guild_knows_and_a_history_beside_it(make_run):
    run_dir = make_run()
    write_mark(run_dir, MARK)
    assert read_attr(run_dir, "marked") is True
    assert read_attr(run_dir, "_marks") == [
        {
            "when": 1_795_176_000_000_000,
            "who": "ada",
            "host": "lab",
            "by": "user",
            "reason": "best of all",
            "rule": None,
            "marked": True,
            "before": False,
        }
    ]
    write_mark(run_dir, UNMARK)
    assert "marked" not in list_attrs(run_dir)
    assert [(entry.marked, entry.before) for entry in read_history(run_dir)] == [(True, False), (False, True)]


def test_what_was_written_is_read(make_run):
    run_dir = make_run()
    write_mark(run_dir, MARK)
    assert read_history(run_dir) == (MARK,)


def test_an_undone_entry_stays_and_the_mark_is_as_before(make_run):
    run_dir = make_run(marked=True)
    write_mark(run_dir, UNMARK)
    undo_mark(run_dir, read_history(run_dir)[-1], when=7)
    assert is_marked(run_dir)
    (entry,) = read_history(run_dir)
    assert entry.undone == 7
    assert last_action(read_history(run_dir)) is None


def test_the_newest_entries_are_kept(make_run):
    run_dir = make_run()
    for number in range(MOST_ENTRIES + 5):
        write_mark(run_dir, MarkEntry(when=number, marked=True))
    assert [entry.when for entry in read_history(run_dir)] == list(range(5, MOST_ENTRIES + 5))


@pytest.mark.parametrize(
    "content",
    [b"", b"{}", b"[1, x, null]", b"\xff", b"[", b"- when: soon\n  marked: true\n", b"- {when: 1, marked: 1}\n"],
)
def test_a_history_that_cannot_be_read_is_none_and_can_be_written_over(make_run, content):
    run_dir = make_run(marked=True)
    touch(run_dir.attr("_marks"), content)
    assert read_history(run_dir) == ()
    assert describe_mark(run_dir) == "by guild or by hand"
    write_mark(run_dir, MARK)
    assert [entry.who for entry in read_history(run_dir)] == ["ada"]


def test_good_entries_beside_bad_ones_are_read(make_run):
    run_dir = make_run()
    write_attr(
        run_dir, "_marks", [{"when": "x"}, {"when": 5, "marked": True, "by": "ghost"}, {"when": 5, "marked": True}]
    )
    assert read_history(run_dir) == (MarkEntry(when=5, marked=True),)


def test_a_mark_that_cannot_be_written_is_as_it_was(make_run):
    run_dir = make_run()
    os.makedirs(f"{run_dir.attr('marked')}/in the way")
    with pytest.raises(StoreError, match="cannot write"):
        write_mark(run_dir, MARK)
    assert not is_marked(run_dir)
    assert describe_mark(run_dir) == ""


def test_a_history_that_cannot_be_written_leaves_the_mark_alone(make_run):
    run_dir = make_run()
    os.makedirs(f"{run_dir.attr('_marks')}/in the way")
    with pytest.raises(StoreError, match="cannot write"):
        write_mark(run_dir, MARK)
    assert "marked" not in list_attrs(run_dir)


@pytest.mark.parametrize(
    ("entry", "words"),
    [
        (MARK, "by ada on lab: best of all"),
        (MarkEntry(when=5, who="bob", by=MarkedBy.OPTIMIZER, marked=True), "by bob (optimizer)"),
        (
            MarkEntry(when=5, who="c", by=MarkedBy.RULE, rule="min loss", reason="new", marked=True),
            "by c (rule): min loss: new",
        ),
    ],
)
def test_a_mark_is_described_by_who_and_why(make_run, entry, words):
    run_dir = make_run()
    write_mark(run_dir, entry)
    assert describe_mark(run_dir).partition("by ")[1:] == ("by ", words.removeprefix("by "))


def test_a_mark_of_guild_after_ours_is_not_ours(make_run):
    run_dir = make_run()
    write_mark(run_dir, MARK)
    write_mark(run_dir, UNMARK)
    write_attr(run_dir, "marked", value=True)
    assert describe_mark(run_dir) == "by guild or by hand"


class TestTime:
    """When a run was marked."""

    def test_it_is_that_of_the_last_action_that_was_not_taken_back(self, make_run):
        run = make_run()
        write_mark(run, MarkEntry(when=NOON, marked=True))
        write_mark(run, MarkEntry(when=NOON + 1, marked=True))
        assert read_mark_time(run) == NOON + 1
        undo_mark(run, read_history(run)[-1], NOON + 2)
        assert read_mark_time(run) == NOON

    def test_a_mark_whose_loss_was_taken_back_is_as_old_as_before(self, make_run):
        run = make_run()
        write_mark(run, MarkEntry(when=NOON, marked=True))
        write_mark(run, MarkEntry(when=NOON + 1, marked=False))
        undo_mark(run, read_history(run)[-1], NOON + 2)
        assert read_mark_time(run) == NOON

    def test_that_of_another_program_is_that_of_the_file(self, make_run):
        run = make_run(marked=True)
        os.utime(run.attr("marked"), (7, 7))
        assert read_mark_time(run) == 7_000_000

    def test_another_program_can_mark_anew_what_we_have_marked(self, make_run):
        run = make_run()
        write_mark(run, MarkEntry(when=NOON, marked=True))
        later = os.stat(run.attr("_marks")).st_mtime_ns + 5_000_000_000
        os.utime(run.attr("marked"), ns=(later, later))
        assert read_mark_time(run) == later // 1000

    def test_a_run_that_is_copied_without_the_times_of_its_files_was_marked_when_it_was(self, make_run, tmp_path):
        run = make_run()
        write_mark(run, MarkEntry(when=NOON, marked=True))
        shutil.copytree(run.path, tmp_path / run.id, copy_function=shutil.copyfile)
        assert read_mark_time(RunDir(f"{tmp_path}/{run.id}")) == NOON

    def test_a_run_that_is_not_marked_has_none(self, make_run):
        assert read_mark_time(make_run()) == 0
