import pytest

from guild_ipy.domain.choosing.run_filter import RunFilter
from guild_ipy.errors import RunNotFound, SelectError
from guild_ipy.index.queries.column_table import Field
from guild_ipy.store.trash import delete_run

LR = Field("flag", "lr")


@pytest.fixture
def runs(add_run):
    for digit, lr in zip("abc", (0.3, 0.1, None), strict=True):
        add_run(
            digit * 4,
            flags={"lr": lr} if lr else {},
            marked=digit == "b",
            operation="serve" if digit == "c" else "train",
        )


def shown(table):
    return table.snapshot().names.tolist()


def test_the_newest_run_comes_first(runs, make_table):
    assert shown(make_table()) == ["cccc0000", "bbbb0000", "aaaa0000"]


def test_a_table_can_be_about_some_runs_only(runs, make_table):
    assert shown(make_table(RunFilter(operations=("train",)))) == ["bbbb0000", "aaaa0000"]
    assert shown(make_table(names=("aaaa" + "0" * 28, "cccc0000", "ffff0000"))) == ["aaaa0000", "cccc0000"]


def test_a_filter_is_beside_that_of_the_table(runs, make_table):
    table = make_table(RunFilter(where="lr = 0.1 or lr = 0.3"))
    assert table.passing("lr > 0.2 or op = serve") == ["aaaa0000"]
    assert make_table(names=("aaaa0000",)).passing("lr > 0") == ["aaaa0000"]
    with pytest.raises(SelectError):
        table.passing("lr > > 1")


def test_runs_that_share_8_digits_have_longer_names(add_run, make_table):
    add_run("01234567aa")
    add_run("01234567bb")
    add_run("ffff")
    names = shown(make_table())
    assert names == ["ffff0000", "01234567b", "01234567a"]
    table = make_table(names=("01234567aa".ljust(32, "0"), "ffff0000"))
    assert shown(table) == ["01234567a", "ffff0000"]
    assert table.passing("true") == ["ffff0000", "01234567a"]
    assert make_table().frame(["01234567b"]).run.to_list() == ["01234567b"]


def test_deleted_runs_are_left_out(runs, home, make_table):
    table = make_table(names=("aaaa0000", "bbbb0000"))
    delete_run(home, home.run_dir("aaaa" + "0" * 28))
    assert shown(table) == ["bbbb0000"]
    assert table.frame(["aaaa0000", "bbbb0000"]).run.to_list() == ["bbbb0000"]
    assert table.passing("lr > 0") == ["bbbb0000"]


def test_the_marked_runs_are_those_of_the_table(runs, make_table):
    assert make_table().marked().run.to_list() == ["bbbb0000"]
    assert make_table(names=("aaaa0000",)).marked().empty


def test_the_best_is_that_with_the_least_or_the_greatest_number(runs, make_table):
    names = ["cccc0000", "bbbb0000", "aaaa0000"]
    assert make_table().best(names, LR, greatest=False) == "bbbb0000"
    assert make_table().best(names, LR, greatest=True) == "aaaa0000"
    with pytest.raises(RunNotFound, match="none of the 1 runs has a number 'lr'"):
        make_table().best(["cccc0000"], LR, greatest=True)
    with pytest.raises(RunNotFound, match="none of the 3 runs has a number 'label'"):
        make_table().best(names, Field("run", "label"), greatest=True)


def test_only_the_first_rows_can_be_read(runs, make_table):
    snapshot = make_table().snapshot(limit=1)
    assert snapshot.names.tolist() == ["cccc0000"]
    assert {len(column.data) for column in snapshot.encoded.values()} == {1}


def test_a_home_without_runs_is_an_empty_table(make_table):
    assert shown(make_table()) == []
    assert make_table().marked().empty
    assert make_table().whole_frame().empty
