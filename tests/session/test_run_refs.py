import pytest

from guild_ipy.domain.choosing.run_filter import RunFilter
from guild_ipy.domain.status import RunStatus
from guild_ipy.errors import RunNotFound, UsageError
from guild_ipy.session.run_refs import list_runs, select_run, select_runs
from guild_ipy.verbs.changing.delete import delete


@pytest.fixture
def runs(train):
    """Four runs, newest first; the second failed."""
    train.cell("def fail():\n    raise ValueError")
    train.run("train", lr=0.1)
    train.run("train", lr=0.2)
    train.fail("fail")
    train.run("train", lr=0.4)
    return list_runs(train.context)


ERRORS = RunFilter(statuses=frozenset({RunStatus.ERROR}))
TRAINS = RunFilter(operations=("train",))


def test_runs_are_listed_newest_first_within_a_filter(train, runs):
    assert [run.operation for run in runs] == ["train()", "fail()", "train()", "train()"]
    assert list_runs(train.context, ERRORS) == runs[1:2]
    assert list_runs(train.context, RunFilter(limit=2)) == runs[:2]
    assert [record.dir.id for record in train.context.index.records(TRAINS)] == [runs[n].id for n in (0, 2, 3)]


@pytest.mark.parametrize(
    ("refs", "positions"),
    [
        ([1], [0]),
        (["2"], [1]),
        ([3, 1, 3], [2, 0]),
        (["2:3"], [1, 2]),
        ([":2"], [0, 1]),
        (["3:"], [2, 3]),
        ([":"], [0, 1, 2, 3]),
    ],
)
def test_an_index_counts_from_the_newest(train, runs, refs, positions):
    assert select_runs(train.context, refs) == [runs[position] for position in positions]


def test_an_index_counts_within_the_filter(train, runs):
    assert select_runs(train.context, [2], TRAINS) == [runs[2]]
    assert select_run(train.context, 1, ERRORS) == runs[1]


def test_ids_their_beginnings_and_runs_are_found_whatever_the_filter(train, runs):
    first, second = runs[0], runs[1]
    assert select_runs(train.context, [first.id, second.id[:10], first], ERRORS) == [first, second]


def test_no_reference_means_the_latest_all_or_none(train, runs):
    assert select_runs(train.context, []) == runs[:1]
    assert select_runs(train.context, [], TRAINS, default="all") == [runs[0], runs[2], runs[3]]
    assert select_runs(train.context, [], default="none") == []
    assert select_run(train.context, None, ERRORS) == runs[1]


@pytest.mark.parametrize(
    ("ref", "message"),
    [
        (9, "no run matches '9': there are 4 runs"),
        ("7:", "no run matches '7:': there are 4 runs"),
        ("xyz", "no run matches 'xyz': a run is named by its id .hex digits. or by an index"),
        ("0" * 32, "no run matches"),
        ("../../etc", "a run is named by its id"),
        ("", "no run matches ''"),
    ],
)
def test_what_names_no_run_is_refused_in_one_line(train, runs, ref, message):
    with pytest.raises(RunNotFound, match=message) as caught:
        select_runs(train.context, [ref])
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("ref", "hint"),
    [
        ("all", "; all are 1:"),
        ("1,", ", several like this: 1 2, or 1:2"),
        ("[1,2]", ", several like this: 1 2, or 1:2"),
        ("train", "; runs of an operation are chosen by --operation train (in Python where='op = train')"),
        ("wide", "; text with spaces is put in quotes"),
        ("best_run", "; the run in that variable is written {best_run}"),
        ("x.y", ""),
    ],
)
def test_what_was_meant_is_said(train, runs, ref, hint):
    train.shell.user_ns["best_run"] = runs[0]
    with pytest.raises(RunNotFound) as caught:
        select_runs(train.context, [ref])
    what = f"no run matches {ref!r}: a run is named by its id (hex digits) or by an index"
    assert str(caught.value) == f"{what}{hint}"


def test_a_run_that_is_deleted_is_named_so(train, runs):
    delete(train.context, runs[:1])
    with pytest.raises(RunNotFound, match=f"^no run matches '{runs[0].id}'"):
        select_runs(train.context, [runs[0]])
    (deleted,) = select_runs(train.context, [runs[0]], RunFilter(deleted=True))
    assert (deleted.id, deleted.status) == (runs[0].id, RunStatus.COMPLETED)


@pytest.mark.parametrize("ref", [0, -1, "0"])
def test_an_index_before_the_first_says_what_the_first_is(train, runs, ref):
    with pytest.raises(RunNotFound, match=f"^no run matches '{ref}': indexes begin with 1, the newest$"):
        select_runs(train.context, [ref])


def test_a_variable_with_a_run_whose_name_could_begin_an_id_is_not_taken_for_another_run(train, runs):
    train.shell.user_ns["fade"] = runs[0]
    with pytest.raises(UsageError, match=r"^'fade' can be the beginning of an id; the run in the variable is written"):
        select_runs(train.context, ["fade"])


@pytest.mark.parametrize(
    ("run_filter", "why"),
    [
        (
            RunFilter(operations=("trian",)),
            "no run is of an operation 'trian' (did you mean 'train()'?); there are fail(), train()",
        ),
        (
            RunFilter(operations=("train", "xyz"), labels=("no",)),
            "no run is of an operation 'xyz'; there are fail(), train()",
        ),
        (
            RunFilter(where="op in [xyz, abc] and completed"),
            "no run is of an operation 'xyz'; there are fail(), train()",
        ),
        (RunFilter(where="not op = xyz and terminated"), ""),
        (RunFilter(operations=("train",), labels=("nosuch",)), "no run has 'nosuch' in its label"),
        (RunFilter(tags=("nosuch",)), "no run has the tag 'nosuch'"),
        (RunFilter(comments=("nosuch",)), "no run has 'nosuch' in a comment"),
        (RunFilter(digest="0123"), "no run has a digest that begins with '0123'"),
        (RunFilter(operations=("train",), statuses=frozenset({RunStatus.ERROR})), ""),
    ],
)
def test_a_slip_in_a_name_of_a_filter_is_told(train, runs, run_filter, why):
    with pytest.raises(RunNotFound) as caught:
        select_run(train.context, None, run_filter)
    assert str(caught.value) == "no run passes the filter" + (f"; {why}" if why else "")


def test_an_empty_home_has_no_latest_run(train):
    with pytest.raises(RunNotFound, match="there are no runs yet"):
        select_run(train.context, None)
    with pytest.raises(RunNotFound, match=r"^no run has the status error$"):
        select_run(train.context, None, ERRORS)
