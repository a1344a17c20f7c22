from __future__ import annotations

import io

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from guild_ipy.errors import NoRunColumn, RunNotFound, UsageError
from guild_ipy.tables.columns.run_names import find_ids, read_names, short_names

ids = st.lists(st.text("01e", min_size=9, max_size=12), unique=True)


def test_a_run_is_named_by_8_digits():
    assert short_names(["0123456789abcdef"], ["0123456789abcdef", "ffff456789abcdef"]) == ["01234567"]


def test_runs_that_share_8_digits_are_named_by_more():
    same = ["01234567aa00", "01234567ab00"]

    assert short_names(same, same) == ["01234567aa", "01234567ab"]


@given(ids)
def test_a_name_means_its_run(ids):
    named = dict(zip(short_names(ids, ids), ids, strict=True))

    assert find_ids(named, ids) == named


def test_a_name_that_has_come_to_mean_two_runs_is_refused():
    with pytest.raises(RunNotFound, match=r"'01234567'.*01234567aa, 01234567bb.*more digits"):
        find_ids(["01234567"], ["01234567bb", "01234567aa", "ffffffff"])


def test_a_whole_id_wins_over_a_longer_one_that_begins_so():
    assert find_ids(["abc"], ["abcd", "abc"]) == {"abc": "abc"}


def test_a_name_that_means_no_run_is_left_out():
    assert find_ids(["ffff"], ["abcd"]) == {}


def test_each_run_is_read_once_and_rows_without_one_are_left_out():
    frame = pd.DataFrame({"run": ["bb", "aa", None, "bb"]})

    assert read_names(frame) == ["bb", "aa"]


def test_a_run_column_may_have_become_the_index():
    frame = pd.DataFrame({"run": ["aa", "bb"], "x": [1, 2]})

    assert read_names(frame.set_index("run")) == ["aa", "bb"]
    assert read_names(frame.set_index(["x", "run"])) == ["aa", "bb"]


def test_digits_that_became_numbers_in_a_csv_file_are_names_again():
    text = pd.DataFrame({"run": ["00012345", "98765432"]}).to_csv(index=False)

    assert read_names(pd.read_csv(io.StringIO(text))) == ["00012345", "98765432"]


def test_digits_that_a_csv_file_lost_are_refused():
    text = pd.DataFrame({"run": ["1234e003"]}).to_csv(index=False)

    with pytest.raises(UsageError, match="read the column as text"):
        read_names(pd.read_csv(io.StringIO(text)))


@pytest.mark.parametrize("value", [True, -1, 1.5, ("a",), ""])
def test_what_is_no_id_is_refused(value):
    with pytest.raises(UsageError, match="is no run id"):
        read_names(pd.DataFrame({"run": [value]}))


def test_a_frame_without_runs_says_which_columns_it_has():
    with pytest.raises(NoRunColumn, match="needs one column 'run', and this frame has 'run_x', 'run_y'"):
        read_names(pd.DataFrame({"run_x": ["a"], "run_y": ["b"]}))


def test_two_run_columns_are_refused():
    frame = pd.DataFrame({"run": ["a"]})

    with pytest.raises(NoRunColumn):
        read_names(pd.concat([frame, frame], axis=1))


def test_a_table_with_two_rows_of_headings_is_refused():
    with pytest.raises(NoRunColumn):
        read_names(pd.DataFrame({("run", "first"): ["a"]}))


def test_of_several_deletions_the_last_has_the_short_name():
    run_id = "01234567" + "a" * 24
    ids = [f"{run_id}_x1", run_id, f"{run_id}_x2", "01234567b", f"01234567b_{run_id}"]
    names = short_names(ids, ids)
    assert names == [f"{run_id}_x1", "01234567a", f"{run_id}_x2", "01234567b", "01234567b_"]
    assert find_ids(names, ids) == dict(zip(names, ids, strict=True))
    assert find_ids([run_id[:9]], ids[:3]) == {run_id[:9]: run_id}
