"""The table of runs in JupyterLab, as a person uses it."""

import os
import re
import subprocess
import sys
import time
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.browser.accessibility import find_violations
from tests.browser.test_run_in_cell import CONTRASTS
from tests.frame.conftest import add_run, home
from tests.hostile import TEXTS, make_hostile_home

__all__ = ["add_run", "home"]

SET_UP = """import os; os.environ["GUILD_HOME"] = {home!r}
%load_ext guild_ipy
import guild_ipy
@guild_ipy.operation(requires={{"operation": "train"}})
def serve():
    print("served", open("model.txt").read())
def wait():
    import time
    print("loss: 0.5", flush=True)
    time.sleep(600)
"""
TABLE = "table = guild_ipy.table()\ntable"
#: Attributes and elements that execute something.
_ACTIVE = """section => [...section.querySelectorAll('*')].filter(node =>
    ['SCRIPT', 'IFRAME', 'IMG', 'OBJECT', 'EMBED', 'STYLE'].includes(node.tagName) ||
    [...node.attributes].some(each => each.name.startsWith('on'))).map(node => node.outerHTML.slice(0, 120))"""
_CELLS = "window.jupyterapp.shell.currentWidget.content.widgets.length"
_RESTART = "window.jupyterapp.shell.currentWidget.sessionContext.restartKernel()"


@pytest.fixture
def runs(add_run):
    """Three runs of `train`, each with a model."""
    for digit, lr in zip("abc", (0.1, 0.2, 0.3), strict=True):
        run_dir = add_run(digit * 4, flags={"lr": lr}, label=f"lr={lr}", scalars={"loss": [2.0, 1.0 - lr]})
        Path(run_dir.path, "model.txt").write_text(digit * 4)


def open_table(lab, home, *cells):
    """Open a notebook with a table in its second cell; return the table."""
    lab.open([SET_UP.format(home=home.path), TABLE, *cells])
    lab.run(0)
    return table_in(lab.run(1))


def table_in(area):
    section = area.get_by_role("region", name="Table of runs")
    expect(section.locator(".row:not(.head)").first).to_be_visible()
    return section


def row(table, name):
    return table.get_by_role("row").filter(has_text=name)


def notice(table):
    return table.get_by_role("status")


def names(table):
    return table.locator(".row:not(.head) code").all_inner_texts()


def expect_width(heading, width):
    expect(heading).to_have_js_property("offsetWidth", width)


def test_the_run_that_is_marked_by_a_click_is_used_by_the_next_run(lab, home, runs):
    table = open_table(lab, home, "%guild_run serve", "print(list(table.marked.run))")
    expect(row(table, "cccc0000").get_by_role("img", name="in use")).to_be_visible()
    table.get_by_role("checkbox", name="mark aaaa0000").click()
    expect(row(table, "aaaa0000").get_by_role("img", name="in use: dependencies on train use it")).to_be_visible()
    expect(notice(table)).to_contain_text("Marked 1 run(s): train() aaaa0000")
    expect(lab.run(2)).to_contain_text("served aaaa")
    table = table_in(lab.output(1))
    lab.page.mouse.move(0, 0)  # at rest it could not press on what has just come to where the first click was
    table.get_by_role("checkbox", name="mark bbbb0000").click()
    expect(row(table, "bbbb0000").get_by_role("img", name="in use")).to_be_visible()
    expect(row(table, "aaaa0000").get_by_role("img", name="in use")).to_have_count(0)
    table.get_by_role("grid").focus()
    lab.page.keyboard.press("u")
    expect(row(table, "aaaa0000").get_by_role("img", name="in use")).to_be_visible()
    table.get_by_role("button", name="Mark the best").click()
    table.get_by_role("button", name="the least loss").click()
    expect(table.get_by_role("checkbox", name="mark cccc0000")).to_be_checked()
    expect(table.get_by_role("checkbox", name="mark aaaa0000")).not_to_be_checked()
    assert lab.run(3).inner_text().strip() == "['cccc0000']"


def test_rows_stay_under_the_pointer_while_runs_are_made(lab, home, runs, add_run):
    table = open_table(lab, home)
    box = table.get_by_role("checkbox", name="mark bbbb0000").bounding_box()
    lab.page.mouse.move(box["x"] + 5, box["y"] + 5)
    lab.page.mouse.down()  # a press that takes its time; that a pointer moves is tried with a clock of its own
    for digit in "def":
        add_run(digit * 4, flags={"lr": 0.4})
    expect(table.locator(".coming")).to_have_text("3 new runs: shown when the pointer rests")
    assert names(table) == ["cccc0000", "bbbb0000", "aaaa0000"]
    lab.page.mouse.up()
    expect(table.get_by_role("checkbox", name="mark bbbb0000")).to_be_checked()
    expect(table.locator(".coming")).to_have_count(0)
    assert names(table)[3:] == ["cccc0000", "bbbb0000", "aaaa0000"]
    expect(table.locator("input:checked")).to_have_count(1)


def test_a_run_is_labeled_tagged_commented_deleted_and_brought_back(lab, home, runs):
    look = (
        "print(guild_ipy.runs(details=True).set_index('run').loc['bbbb0000', ['label', 'tags', 'comments']].to_list())"
    )
    table = open_table(lab, home, look)
    row(table, "bbbb0000").click()
    for kind, text in (("Label", "careful"), ("Tag", "best, paper"), ("Comment", "looks right")):
        table.get_by_role("button", name=kind, exact=True).click()
        table.get_by_role("textbox", name=kind.lower()).fill(text)
        lab.page.keyboard.press("Enter")
        expect(table.get_by_role("textbox", name=kind.lower())).to_have_count(0)
    expect(row(table, "bbbb0000").locator(".label")).to_have_text(re.compile(r"best\s*paper\s*careful"))
    assert lab.run(2).inner_text().strip() == "['careful', 'best, paper', 'looks right']"
    table = table_in(lab.output(1))
    table.get_by_role("button", name="Delete").click()
    expect(row(table, "bbbb0000")).to_have_count(0)
    expect(table.locator(".count")).to_have_text("2 runs")
    table.get_by_role("button", name="Undo").click()
    expect(row(table, "bbbb0000")).to_be_visible()


def test_a_run_in_the_background_is_seen_and_stopped(lab, home, runs):
    table = open_table(lab, home, "_ = %guild_run wait --background")
    lab.run(2)
    table = table_in(lab.output(1))
    running = table.get_by_role("row").filter(has_text="running")
    expect(running).to_be_visible()
    cell = running.get_by_role("gridcell").last
    before = cell.inner_text()
    expect(cell).not_to_have_text(before)
    running.click()
    table.get_by_role("button", name="Stop").click()
    expect(table.get_by_role("row").filter(has_text="terminated")).to_be_visible(timeout=20_000)
    expect(notice(table)).to_contain_text("Stopped 1 run")


def test_what_is_filtered_and_selected_is_known_in_python(lab, home, runs):
    table = open_table(lab, home, "print(table.filter, list(table.selected.run))")
    box = table.get_by_role("textbox", name="filter")
    box.fill("lr > > 1")
    error = table.get_by_role("alert")
    expect(error).to_contain_text("expected a value after '>', not '>'")
    caret, width = error.locator(".caret i").bounding_box(), box.bounding_box()
    assert error.locator(".caret i").text_content() == "lr > "
    assert abs(caret["x"] - width["x"] - 9) < 2
    assert len(names(table)) == 3
    box.fill("lr > 0.15")
    expect(error).to_have_count(0)
    expect(table.locator(".count")).to_have_text("2 of 3 runs")
    table.get_by_role("button", name="loss", exact=True).click()
    assert names(table) == ["cccc0000", "bbbb0000"]
    row(table, "bbbb0000").click()
    row(table, "cccc0000").click(modifiers=["Control"])
    expect(table.locator(".count")).to_have_text("2 of 3 runs, 2 selected")
    assert lab.run(2).inner_text().strip() == "lr > 0.15 ['cccc0000', 'bbbb0000']"
    table = table_in(lab.output(1))
    table.get_by_role("textbox", name="filter").fill("lr > 7")
    expect(table.get_by_text("no run passes the filter")).to_be_visible()


def test_what_a_shell_marks_is_seen_within_a_second_in_two_tables(lab, home, runs):
    table = open_table(lab, home, "guild_ipy.table(columns='=lr')")
    other = table_in(lab.run(2))
    environment = {**os.environ, "GUILD_HOME": home.path}
    subprocess.run(
        [sys.executable, "-m", "guild_ipy", "mark", "aaaa"], check=True, capture_output=True, env=environment
    )
    begun = time.monotonic()
    for each in (table, other):
        seen = "row => row.querySelector('input').checked && row.querySelector('.use')"
        lab.page.wait_for_function(seen, arg=row(each, "aaaa0000").element_handle())
    assert time.monotonic() - begun < 1
    other.get_by_role("checkbox", name="mark bbbb0000").click()
    expect(table.get_by_role("checkbox", name="mark bbbb0000")).to_be_checked()


def test_after_a_restart_the_table_says_so_and_comes_back(lab, home, runs):
    table = open_table(lab, home)
    path = lab.page.evaluate("window.jupyterapp.shell.currentWidget.context.path")
    lab.page.evaluate(_RESTART)
    expect(notice(table)).to_contain_text("The kernel has ended or was restarted; run the cell again")
    lab.run(0)
    table = table_in(lab.run(1))
    table.get_by_role("checkbox", name="mark aaaa0000").click()
    expect(row(table, "aaaa0000").get_by_role("img", name="in use")).to_be_visible()
    lab.close()
    lab.show(path)
    area = lab.output(1)
    expect(area.locator(".guild-ipy-beside table")).to_be_visible()
    expect(area).to_contain_text("cccc0000")
    assert "rror" not in area.inner_text()
    assert "The table to click on" not in area.inner_text()


def test_the_keyboard_is_enough(lab, home, runs):
    table = open_table(lab, home, "print(list(table.selected.run), list(table.marked.run))")
    keyboard, cells = lab.page.keyboard, lab.page.evaluate(_CELLS)
    table.get_by_role("textbox", name="filter").focus()
    for _ in range(4):
        keyboard.press("Tab")
    expect(table.get_by_role("grid")).to_be_focused()
    keyboard.press("ArrowDown")
    keyboard.press("Space")
    keyboard.press("m")
    expect(table.get_by_role("checkbox", name="mark bbbb0000")).to_be_checked()
    for key in ("d", "d", "a", "b", "x", "ArrowUp"):
        keyboard.press(key)
    assert lab.page.evaluate(_CELLS) == cells
    keyboard.press("Enter")
    expect(table.get_by_role("region", name="Detail of cccc0000")).to_be_visible()
    keyboard.press("Escape")
    expect(table.get_by_role("region", name="Detail of cccc0000")).to_have_count(0)
    keyboard.press("l")
    keyboard.type("typed d d")
    keyboard.press("Enter")
    expect(row(table, "bbbb0000")).to_contain_text("typed d d")
    expect(table.get_by_role("grid")).to_be_focused()
    keyboard.press("u")
    expect(row(table, "bbbb0000")).not_to_contain_text("typed d d")
    assert lab.run(2).inner_text().strip() == "['bbbb0000'] ['bbbb0000']"


def test_columns_are_chosen_moved_and_made_wider(lab, home, runs):
    table = open_table(lab, home)
    headings = table.get_by_role("columnheader")
    before = headings.all_inner_texts()
    table.get_by_role("button", name="Columns", exact=True).click()
    panel = table.get_by_role("dialog", name="Columns")
    panel.get_by_role("textbox", name="find a column").fill("exit")
    panel.get_by_role("button", name="show exit_status").click()
    panel.get_by_role("button", name="hide time").click()
    panel.get_by_role("button", name="move lr to the left").click()
    expect(headings).to_have_text([*before[:6], "lr", "loss", "started", "exit_status"])
    assert panel.bounding_box()["y"] + panel.bounding_box()["height"] <= lab.page.viewport_size["height"]
    lab.page.keyboard.press("Escape")
    expect(panel).to_have_count(0)
    heading = table.get_by_role("columnheader", name="lr")
    width = heading.bounding_box()["width"]
    heading.get_by_role("button").focus()
    lab.page.keyboard.press("Shift+ArrowRight")
    expect_width(heading, width + 10)
    lab.page.keyboard.press("Control+ArrowRight")
    expect(headings).to_have_text([*before[:6], "loss", "lr", "started", "exit_status"])
    edge = heading.locator(".edge").bounding_box()
    lab.page.mouse.move(edge["x"] + 5, edge["y"] + 8)
    lab.page.mouse.down()
    lab.page.mouse.move(edge["x"] + 55, edge["y"] + 8)
    lab.page.mouse.up()
    expect_width(heading, width + 60)


@pytest.mark.usefixtures("runs")
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_it_is_readable_and_accessible_in_both_themes(lab, home, add_run, pictures, theme):
    add_run("dddd", operation="a much longer name", exit_status=1, tags=["best"], label="best by far x=1")
    lab.set_theme(theme)
    table = open_table(lab, home)
    table.get_by_role("checkbox", name="mark aaaa0000").click()
    expect(row(table, "aaaa0000").get_by_role("img", name="in use")).to_be_visible()
    row(table, "bbbb0000").click()
    table.get_by_role("textbox", name="filter").fill("lr > > 1")
    expect(table.get_by_role("alert")).to_be_visible()
    table.get_by_role("button", name="Label", exact=True).click()
    table.get_by_role("button", name="Columns", exact=True).click()
    expect(table.get_by_role("dialog", name="Columns")).to_contain_text("exit_status")
    lab.page.screenshot(path=pictures / f"runs-table-{theme}.png")
    contrasts = table.evaluate(CONTRASTS)
    violations = find_violations(table)
    lab.set_theme("light")
    assert len(contrasts) > 30
    assert {text: value for text, value in contrasts.items() if value < 4.5} == {}
    assert violations == []


def test_nothing_that_a_run_says_is_taken_for_markup(lab, home):
    assert make_hostile_home(home) >= 500
    table = open_table(lab, home, "from tests.hostile import TEXTS")
    lab.page.evaluate("delete window.fired")
    table.get_by_role("button", name="Columns", exact=True).click()
    panel = table.get_by_role("dialog", name="Columns")
    for name in ("label", "tags", "comments", "error", "notebook", "project", "own"):
        show = panel.get_by_role("button", name=f"show {name}", exact=True)
        show.click() if show.count() else None
    found = table.evaluate(_ACTIVE)
    lab.page.keyboard.press("Escape")
    table.get_by_role("button", name="Mark the best").click()
    found += table.evaluate(_ACTIVE)
    lab.page.keyboard.press("Escape")
    row(table, "00000000").first.click()
    for text in (TEXTS[1], TEXTS[30]):
        table.get_by_role("button", name="Label", exact=True).click()
        table.get_by_role("textbox", name="label").fill(text)
        table.get_by_role("button", name="Save").click()
        expect(table.get_by_role("textbox", name="label")).to_have_count(0)
        found += table.evaluate(_ACTIVE)
    table.get_by_role("textbox", name="filter").fill(TEXTS[1])
    expect(table.get_by_role("alert")).to_be_visible()
    found += table.evaluate(_ACTIVE)
    assert found == []
    assert lab.page.evaluate("window.fired") is None
