from __future__ import annotations

import numpy as np
import pytest

from guild_ipy.domain.choosing.run_filter import EVERY
from guild_ipy.session.session import get_session
from guild_ipy.widgets.run_curves import read_curves
from guild_ipy.widgets.runs_requests import RunsRequests
from guild_ipy.widgets.table_runs import TableRuns
from tests.frame.conftest import add_run, home

__all__ = ["add_run", "home"]


def test_the_curves_of_the_scalars_that_are_named_are_read(add_run):
    add_run("aaaa", scalars={"loss": [3.0, 2.0, 1.0], "acc": [0.1], "sys/cpu": [1.0]})
    add_run("bbbb", scalars={"acc": [0.2]})

    curves = read_curves(get_session(), ["aaaa0000", "bbbb0000"], ["loss"], 100)

    assert [(each.run, each.scalar, each.count) for each in curves] == [("aaaa0000", "loss", 3)]
    assert (curves[0].steps.tolist(), curves[0].values.tolist()) == ([1, 2, 3], [3, 2, 1])


def test_without_a_name_all_but_those_of_the_machine_are_read(add_run):
    add_run("aaaa", scalars={"loss": [3.0], "acc": [0.1], "sys/cpu": [1.0]})

    assert {each.scalar for each in read_curves(get_session(), ["aaaa0000"], [], 100)} == {"loss", "acc"}


def test_a_long_curve_keeps_its_ends_and_its_peaks(add_run):
    values = np.sin(np.arange(1000.0))
    values[[333, 666]] = 50, -50
    add_run("aaaa", scalars={"loss": values.tolist()})

    (curve,) = read_curves(get_session(), ["aaaa0000"], ["loss"], 40)

    assert (len(curve.steps) <= 42, curve.count) == (True, 1000)
    assert {1, 334, 667, 1000} <= {*curve.steps.tolist()}
    assert (curve.values.max(), curve.values.min()) == (50, -50)


def test_a_long_curve_of_which_parts_are_no_numbers_can_be_thinned(add_run):
    add_run("aaaa", scalars={"loss": [float("nan")] * 300 + [1.0] * 300 + [float("inf")] * 300})

    (curve,) = read_curves(get_session(), ["aaaa0000"], ["loss"], 20)

    assert len(curve.steps) <= 22
    assert 1.0 in curve.values


@pytest.mark.parametrize("points", [-1, 0, 1, 10**9])
def test_any_number_of_points_is_brought_into_its_limits(add_run, points):
    add_run("aaaa", scalars={"loss": [3.0, 2.0, 1.0, 0.0, -1.0]})

    (curve,) = read_curves(get_session(), ["aaaa0000"], ["loss"], points)

    assert {1, 5} <= {*curve.steps.tolist()}


def test_other_columns_are_sent_while_the_table_keeps_its_own(add_run):
    for name, batch in (("aaaa", 16), ("bbbb", 32)):
        add_run(name, flags={"lr": 0.1, "batch": batch}, scalars={"loss": [1.0]})
    requests = RunsRequests(TableRuns(session=get_session(), filter=EVERY), None, lambda: None)
    table = requests.answer({"type": "runs", "since": -1}).content

    values = requests.answer({"type": "values", "columns": ["flag::lr", "scalar:last:loss"]}).content

    assert [column["key"] for column in values["columns"]] == ["flag::lr", "scalar:last:loss"]
    assert (values["count"], values["rows"], values["gen"]) == (2, None, table["gen"])
    again = requests.answer({"type": "runs", "since": table["gen"]}).content
    assert (again["rows"], again["columns"]) == ([], table["columns"])


def test_a_key_of_no_column_is_refused(home):
    requests = RunsRequests(TableRuns(session=get_session(), filter=EVERY), None, lambda: None)

    assert (
        "'nonsense' is the key of no column"
        in requests.answer({"type": "values", "columns": ["nonsense"]}).content["error"]["text"]
    )
