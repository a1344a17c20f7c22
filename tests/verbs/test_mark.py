"""Marks with memory: by whom and why, by rule, and taken back."""

import getpass

import pytest

from guild_ipy.domain.choosing.best import Best
from guild_ipy.domain.choosing.run_filter import RunFilter
from guild_ipy.domain.declarations.dependency import Source, SourceKind
from guild_ipy.errors import RunNotFound, RunStateError
from guild_ipy.launching.marking import MarkNote, mark
from guild_ipy.operations.dependencies.run_choice import choose_run
from guild_ipy.operations.dependencies.run_query import make_query
from guild_ipy.store.files.attrs import list_attrs, write_attr
from guild_ipy.store.state.marks import MarkedBy
from guild_ipy.verbs.changing.mark import describe_rule, mark_best, report_marks, undo_marks
from guild_ipy.verbs.looking.info import get_info

LOSS = Best(name="lr")


@pytest.fixture
def runs(add):
    """Three runs of `train` and one of `other`; the second has the least `lr`."""
    rates = {"a1": 0.3, "b2": 0.1, "c3": 0.2}
    return [
        *(add(beginning, flags={"lr": lr}) for beginning, lr in rates.items()),
        add("d4", "other", flags={"lr": 0.05}),
    ]


def marked(runs):
    return [run.marked for run in runs]


def test_a_mark_is_remembered_with_who_when_and_why(bare_context, runs):
    mark(bare_context, runs[:1], note=MarkNote(reason="first"))
    (entry,) = runs[0].marks
    assert (entry.who, entry.by, entry.reason, entry.marked) == (getpass.getuser(), MarkedBy.USER, "first", True)
    assert get_info(runs[0]).lines["mark"].endswith(": first")
    mark(bare_context, runs, clear=True)
    assert [entry.marked for entry in runs[0].marks] == [True, False]
    assert "_marks" not in list_attrs(runs[1].dir)
    assert "mark" not in get_info(runs[0]).lines


def test_an_optimizer_marks_through_the_same_function(bare_context, runs):
    mark(bare_context, runs[:1], note=MarkNote(by=MarkedBy.OPTIMIZER, reason="best trial"))
    assert "(optimizer): best trial" in get_info(runs[0]).lines["mark"]


def test_a_mark_without_history_says_so(bare_context, runs):
    write_attr(runs[0].dir, "marked", value=True)
    assert get_info(runs[0]).lines["mark"] == "by guild or by hand"
    assert runs[0].marks == ()


def test_a_rule_marks_the_best_and_unmarks_the_others_of_its_operation(bare_context, runs):
    mark(bare_context, [runs[0], runs[3]])
    done = mark_best(bare_context, RunFilter(operations=("train",)), LOSS, reason="monthly")
    assert marked(runs) == [False, True, False, True]
    assert (
        str(done)
        == "Marked 1 run(s): train() b2000000 by min lr, operations train; unmarked 1 other(s): train() a1000000"
    )
    for run, is_marked in ((runs[1], True), (runs[0], False)):
        last = run.marks[-1]
        assert (last.by, last.rule, last.reason) == (MarkedBy.RULE, "min lr, operations train", "monthly")
        assert last.marked is is_marked


def test_a_rule_takes_the_greatest_of_those_that_are_selected(bare_context, runs):
    mark_best(bare_context, RunFilter(where="op = train and lr < 0.25"), Best(name="lr", greatest=True))
    assert marked(runs) == [False, False, True, False]


def test_a_rule_passes_over_runs_that_cannot_be_used(bare_context, runs, add):
    failed = add("e5", exit_status=1, flags={"lr": 0.001})
    mark_best(bare_context, RunFilter(operations=("train",)), LOSS)
    assert marked([*runs, failed]) == [False, True, False, False, False]


def test_a_rule_without_a_best_run_changes_nothing(bare_context, runs):
    mark(bare_context, runs[:1])
    with pytest.raises(RunNotFound):
        mark_best(bare_context, RunFilter(where="lr > 5"), LOSS)
    assert marked(runs) == [True, False, False, False]


def test_the_last_action_is_taken_back_with_all_runs_that_it_touched(bare_context, runs):
    mark(bare_context, runs[:1])
    mark_best(bare_context, RunFilter(operations=("train",)), LOSS)
    assert len(undo_marks(bare_context)) == 2
    assert marked(runs) == [True, False, False, False]
    assert len(undo_marks(bare_context)) == 1
    assert marked(runs) == [False] * 4
    with pytest.raises(RunStateError, match="there is no mark to take back"):
        undo_marks(bare_context)


def test_the_last_mark_of_a_run_is_taken_back(bare_context, runs):
    mark(bare_context, runs[:2])
    mark(bare_context, runs[2:3])
    assert undo_marks(bare_context, runs[:1]) == runs[:1]
    assert marked(runs) == [False, True, True, False]
    assert [entry.undone is None for entry in runs[0].marks] == [False]


def test_marking_a_marked_run_again_and_taking_that_back_leaves_it_marked(bare_context, runs):
    write_attr(runs[0].dir, "marked", value=True)
    mark(bare_context, runs[:1], note=MarkNote(reason="really"))
    undo_marks(bare_context)
    assert runs[0].marked


def test_listings_see_a_mark_that_was_taken_back(bare_context, runs):
    mark(bare_context, runs[:1])
    bare_context.index.ids(RunFilter(marked=True))
    undo_marks(bare_context)
    assert bare_context.index.ids(RunFilter(marked=True)) == []


@pytest.mark.parametrize(
    ("best", "rule"),
    [
        (Best(name="loss"), "min loss, where lr < 1"),
        (Best(name="loss", greatest=True), "max loss, where lr < 1"),
        (Best(name="last acc", greatest=True), "max last acc, where lr < 1"),
    ],
)
def test_a_rule_is_written_in_words(best, rule):
    assert describe_rule(best, RunFilter(where="lr < 1")) == rule


class TestUsedNow:
    """What is said of the runs that dependencies use."""

    def test_the_last_one_marked_is_named_and_what_guild_would_use(self, bare_context, runs):
        mark(bare_context, runs[1:2])
        assert str(report_marks(bare_context, runs[1:2])).splitlines() == [
            "Marked 1 run(s): train() b2000000; mark --undo takes it back",
            "Dependencies on train use b2000000 from now on: it is the one marked last",
        ]
        mark(bare_context, runs[:1])
        assert str(report_marks(bare_context, runs[:1])).splitlines()[1] == (
            "Dependencies on train use a1000000 from now on: it is the one marked last (`guild run` uses b2000000, "
            "which is marked and newer; mark b2000000 --clear takes its mark away)"
        )

    def test_a_marked_run_that_cannot_be_used_is_named(self, bare_context, runs, add):
        failed = add("e5", exit_status=1)
        mark(bare_context, [failed])
        assert str(report_marks(bare_context, [failed])).splitlines()[1] == (
            "Dependencies on train use c3000000 from now on: it is the latest, and none is marked but "
            "e5000000, which is error"
        )

    def test_each_operation_has_a_line(self, bare_context, runs):
        mark(bare_context, runs)
        assert [line.split()[2:5] for line in str(report_marks(bare_context, runs)).splitlines()[1:]] == [
            ["train", "use", "c3000000"],
            ["other", "use", "d4000000"],
        ]

    def test_where_nothing_can_be_used_the_message_says_so(self, bare_context, add):
        failed = add("e5", exit_status=1)
        mark(bare_context, [failed])
        assert str(report_marks(bare_context, [failed])).endswith("Dependencies on train find no run that they can use")

    def test_it_is_the_run_that_is_used(self, bare_context, runs):
        for run in (runs[2], runs[0], runs[1], runs[0]):
            mark(bare_context, [run])
            source = Source(kind=SourceKind.OPERATION, value="train")
            (used,) = choose_run(bare_context.index, make_query(source)).records
            assert used.dir == run.dir
            assert f"use {run.short_id} from now on" in str(report_marks(bare_context, [run]))
