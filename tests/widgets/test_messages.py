"""What a table is asked, and answers, is what the files of ``messages`` say, which the front end is tested with."""

from __future__ import annotations

import pytest

from guild_ipy.store.trash import delete_run
from guild_ipy.widgets.detail.run_detail import DETAILS
from guild_ipy.widgets.run_changes import CHANGES
from guild_ipy.widgets.runs_requests import RunsRequests
from tests.used_runs import used
from tests.widgets.described_runs import add_described_runs
from tests.widgets.message_files import NAMES, read_buffers, read_message, shape_of
from tests.widgets.searched_trials import add_searched_trials

ASKED = [name for name in NAMES if not name.startswith("event_")]
ABOUT_ONE_RUN = [name for name in ASKED if read_message(name)["request"]["type"] in DETAILS]
ABOUT_A_SEARCH = [name for name in ASKED if read_message(name).get("home") == "search"]
ABOUT_THE_TABLE = [name for name in ASKED if name not in {*ABOUT_ONE_RUN, *ABOUT_A_SEARCH}]


def fill(add_run, home):
    """Fill a home with runs that differ in all that a message can say of them."""
    add_run("aaaa", flags={"lr": 0.1, "big": 2**60}, label="lr=0.1", tags=["first"], scalars={"loss": [2.0, 1.0]})
    add_run("bbbb", flags={"lr": 0.2, "data": "x"}, marked=True, scalars={"loss": [4.0, float("nan")]})
    add_run("cccc", operation="serve", flags={"fast": True}, deps=used("train", "aaaa"), exit_status=1)
    delete_run(home, add_run("dddd", flags={"lr": 0.4}))


@pytest.fixture
def requests(add_run, home, make_table):
    fill(add_run, home)
    return RunsRequests(make_table(), None, lambda: None)


@pytest.fixture
def detail_requests(add_run, make_table):
    """Requests about runs that have something to show; one of them is marked."""
    add_described_runs(add_run)
    requests = RunsRequests(make_table(), None, lambda: None)
    requests.answer({"type": "mark", "runs": ["cccc0000"], "reason": "best"})
    return requests


@pytest.mark.parametrize("name", ABOUT_THE_TABLE)
def test_an_answer_is_as_the_front_end_knows_it(requests, name):
    message = read_message(name)
    last = None
    for before in message.get("after", ()):
        last = requests.answer(read_message(before)["request"]).content.get("gen", last)
    request = message["request"]
    answer = requests.answer(request | {"since": last} if request.get("since") == "gen" else request)
    assert without_gen(answer.content) == without_gen(message["answer"])
    assert read_buffers(answer.buffers, message) == message.get("buffers", [])


@pytest.mark.parametrize("name", ABOUT_ONE_RUN)
def test_an_answer_about_one_run_has_the_shape_that_the_front_end_knows(detail_requests, name):
    message = read_message(name)
    answer = detail_requests.answer(message["request"])
    assert shape_of(answer.content) == shape_of(message["answer"])
    assert not answer.buffers


@pytest.mark.parametrize("name", ABOUT_A_SEARCH)
def test_an_answer_about_a_search_is_as_the_front_end_knows_it(add_run, make_table, name):
    add_searched_trials(add_run)
    message = read_message(name)
    answer = RunsRequests(make_table(), None, lambda: None).answer(message["request"])
    assert answer.content == message["answer"]
    assert read_buffers(answer.buffers, message) == message.get("buffers", [])


def test_each_kind_of_request_has_a_file(requests):
    kinds = {read_message(name)["request"]["type"] for name in ASKED}
    assert kinds == {*CHANGES, *DETAILS, *requests._answers}


def without_gen(content):
    """Give an answer without the generation, which counts whatever happens; it is a number in any case."""
    assert isinstance(content.get("gen", 0), int)
    return {name: value for name, value in content.items() if name != "gen"}
