import pytest

import guild_ipy
from guild_ipy.errors import RunNotFound
from guild_ipy.widgets import front_end, runs_table
from guild_ipy.widgets.static_table import WIDGET_TEXT
from tests.widgets.message_files import read_message


@pytest.fixture(autouse=True)
def runs(add_run):
    add_run("aaaa", flags={"lr": 0.1}, scalars={"loss": [1.0]})
    add_run("bbbb", flags={"lr": 0.2}, marked=True)


@pytest.fixture
def table(monkeypatch):
    """A table whose messages are kept."""
    table = guild_ipy.table()
    table.sent = []
    monkeypatch.setattr(table, "send", lambda content, buffers=(): table.sent.append((content, list(buffers))))
    yield table
    table.close()


@pytest.fixture
def displayed(monkeypatch):
    """What was displayed."""
    found = []
    monkeypatch.setattr(runs_table, "display", lambda data, **_: found.append(data))
    return found


def test_a_request_is_answered_by_its_name(table):
    table.receive({"type": "filter", "where": "lr > 0.1", "request": "7"})
    table.receive({"type": "nothing", "request": "8"})
    assert table.sent[0] == ({"reply": "7", "runs": ["bbbb0000"]}, [])
    assert table.sent[1][0]["error"]["text"].startswith("a request of type 'nothing' is not known")


def test_a_request_that_comes_by_its_own_comm_is_answered_as_well(table):
    content = {"type": "filter", "where": "lr > 0.1", "request": "7"}
    table._handle_msg({"content": {"data": {"method": "custom", "content": content}}, "buffers": []})
    assert table.sent == [({"reply": "7", "runs": ["bbbb0000"]}, [])]


def test_a_fault_of_ours_is_answered_and_shown(table, monkeypatch):
    monkeypatch.setattr(table._requests, "answer", lambda _: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        table.receive({"type": "runs", "request": "7"})
    assert table.sent == [({"reply": "7", "error": {"text": "ZeroDivisionError: division by zero"}}, [])]


def test_a_change_is_told_as_the_front_end_knows_it(table):
    table._tell_change(7)
    assert table.sent == [(read_message("event_changed")["event"], [])]


def test_selected_and_marked_are_frames_of_this_moment(table):
    select = {"type": "select", "runs": ["bbbb0000", "aaaa0000"], "filter": "lr > 0", "request": "7"}
    table.receive(select)
    assert table.selected.run.to_list() == ["bbbb0000", "aaaa0000"]
    assert table.selected.lr.to_list() == [0.2, 0.1]
    assert table.marked.run.to_list() == ["bbbb0000"]
    guild_ipy.mark("aaaa")
    assert table.marked.run.to_list() == ["bbbb0000", "aaaa0000"]
    guild_ipy.delete("bbbb")
    assert table.selected.run.to_list() == ["aaaa0000"]
    assert table.filter == "lr > 0"


def test_the_first_rows_come_along_and_are_of_no_generation(table):
    assert table._first["content"]["count"] == 2
    assert table._first["content"]["gen"] == -1


def test_a_view_that_has_the_first_rows_only_gets_all(table):
    for request in ("1", "2"):
        table.receive({"type": "runs", "columns": None, "since": -1, "request": request})
    assert [content["rows"] for content, _ in table.sent] == [None, None]


def test_a_table_is_about_runs_that_are_named_or_pass(table):
    assert [
        guild_ipy.table("aaaa")._first["content"]["count"],
        guild_ipy.table(marked=True)._first["content"]["count"],
    ] == [1, 1]
    assert guild_ipy.table(columns="=lr")._first["content"]["columns"][0]["heading"] == "lr"
    with pytest.raises(RunNotFound):
        guild_ipy.table("ffff")


def test_the_static_table_is_shown_before_the_widget(table, displayed, monkeypatch):
    monkeypatch.setattr(runs_table, "find_trouble", lambda: None)
    table._ipython_display_()
    static, widget = displayed
    assert "aaaa0000" in static["text/html"]
    assert widget["text/plain"] == WIDGET_TEXT
    assert "application/vnd.jupyter.widget-view+json" in widget
    assert repr(table) == static["text/plain"]


def test_without_its_front_end_it_is_static_and_says_why(table, displayed, monkeypatch, tmp_path):
    (tmp_path / "not_built.txt").write_text("there is no Node 20 or newer\n")
    monkeypatch.setattr(front_end, "_BUNDLE", f"{tmp_path}/widget.js")
    monkeypatch.setattr(front_end, "_NOT_BUILT", f"{tmp_path}/not_built.txt")
    table._ipython_display_()
    (static,) = displayed
    assert "aaaa0000" in static["text/html"]
    assert "there is no Node 20 or newer" in static["text/plain"]
