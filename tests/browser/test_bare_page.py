"""The table in a page that is no notebook, by the rules of anywidget, as VS Code, Colab and marimo follow them.

The page forbids `eval`, scripts and styles in it, and everything from elsewhere. Behind the model is a table of Python.
"""

import base64
import re
from pathlib import Path

import pytest
from playwright.sync_api import expect

import guild_ipy
from guild_ipy.widgets.front_end import read_bundle
from tests.browser.test_run_in_cell import CONTRASTS
from tests.frame.conftest import add_scalars
from tests.notebook_session import wait_until

PAGE = Path(__file__).parent / "bare_page"
ADDRESS = "https://bare.test"
POLICY = "default-src 'none'; script-src 'self' blob:; style-src 'self'"


class Bridge:
    """The Python side of the model of a page."""

    def __init__(self, table):
        self.table = table
        self.sent = []
        table.send = lambda content, buffers=None: self.sent.append({"content": content, "buffers": buffers or []})

    def open_state(self):
        return _as_json(self.table.get_state())

    def receive(self, content):
        self.sent.clear()
        self.table.receive(content)
        return _as_json(self.sent)

    def save(self, changed):
        self.table.set_state(changed)


def _as_json(value):
    if isinstance(value, dict):
        return {key: _as_json(each) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [_as_json(each) for each in value]
    return {"$bytes": base64.b64encode(value).decode()} if isinstance(value, bytes | memoryview) else value


@pytest.fixture
def table(add):
    for number in range(30):
        operation = "train" if number % 2 else "prepare"
        run = add(f"{number:02x}", operation, label=f"number {number}", marked=number == 3 or None)
        add_scalars(run.dir, {"loss": [1.0, 1 / (number + 2)]})
    table = guild_ipy.table()
    yield table
    table.close()


@pytest.fixture
def page(whole_lab, table):
    """A page with a table in it; whatever it or its console says against it is a failure."""
    context = whole_lab.page.context.browser.new_context(viewport={"width": 1000, "height": 700})
    page = context.new_page()
    page.set_default_timeout(10_000)
    said, asked = [], []
    page.on("console", lambda message: said.append(message.text) if message.type in {"error", "warning"} else None)
    page.on("pageerror", lambda error: said.append(str(error)))
    bridge = Bridge(table)
    for name in ("open_state", "receive", "save"):
        page.expose_function(name, getattr(bridge, name))
    context.route("**/*", lambda route: asked.append(route.request.url) or _serve(route))
    page.goto(f"{ADDRESS}/index.html")
    page.evaluate("async () => { window.widget = await window.openWidget() }")
    page.get_by_role("grid", name="Runs").wait_for()
    yield page
    assert page.evaluate("window.violations") == []
    assert said == []
    assert {url for url in asked if not url.startswith(f"{ADDRESS}/")} == set()
    context.close()


def _serve(route):
    path = PAGE / route.request.url.rpartition("/")[2]
    headers = {"Content-Security-Policy": POLICY}
    route.fulfill(path=path, headers=headers) if path.exists() else route.fulfill(status=204)


def test_a_click_marks_a_run_and_python_follows(page, table):
    box = page.get_by_role("checkbox", name="mark 1d").first
    box.check()
    wait_until(lambda: page.wait_for_timeout(20) or len(table.marked) == 2)
    assert list(table.marked["label"]) == ["number 29", "number 3"]
    expect(box).to_be_checked()


def test_what_is_selected_and_filtered_is_so_in_python(page, table):
    page.get_by_role("textbox", name="filter").fill("label contains 28")
    expect(page.get_by_role("grid", name="Runs")).to_have_attribute("aria-rowcount", "2")
    page.get_by_text("number 28").click()
    wait_until(lambda: page.wait_for_timeout(20) or len(table.selected) == 1)
    assert list(table.selected["label"]) == ["number 28"]
    assert table.filter == "label contains 28"


def test_an_error_of_the_filter_has_its_caret_in_place(page):
    page.get_by_role("textbox", name="filter").fill("loss <")
    expect(page.get_by_role("alert")).to_contain_text("      ^")


def test_nothing_is_left_outside_of_its_root(page):
    styles = "[document.querySelectorAll('style, link').length, document.adoptedStyleSheets.length]"
    assert page.evaluate(styles) == [1, 0]  # the page has one of its own
    assert page.evaluate("widget.globals()") == []


def test_no_rule_of_the_page_reaches_it(page):
    looks = page.get_by_text("number 28").evaluate("node => [getComputedStyle(node).color, node.offsetHeight < 40]")
    assert looks == ["rgb(33, 33, 33)", True]


def test_it_exports_what_anywidget_asks_for(page):
    assert page.evaluate("widget.exports") == ["render"]


def test_what_is_closed_is_gone_with_all_that_it_held_of_the_page(page):
    page.get_by_role("button", name="Compare").click()
    expect(page.get_by_role("img", name="Learning curves of loss: 30 runs")).to_be_visible()
    page.get_by_text("number 28", exact=True).dblclick()
    expect(page.get_by_role("tabpanel")).to_contain_text("Comments")
    page.get_by_role("button", name="Columns", exact=True).click()
    expect(page.get_by_role("dialog", name="Columns")).to_contain_text("exit_status")
    assert page.evaluate("widget.held()") > 5
    page.evaluate("widget.dispose()")
    assert page.evaluate("[widget.host.childNodes.length, widget.heard()]") == [0, 0]
    wait_until(lambda: page.wait_for_timeout(20) or page.evaluate("widget.held()") == 0)  # Preact ends effects later
    assert page.evaluate("document.querySelectorAll('body > :not(main)').length") == 0


def test_what_was_closed_is_shown_again_and_twice(page, table):
    page.evaluate("widget.dispose()")
    page.evaluate("async () => { window.other = [await widget.render(), await widget.render()] }")
    first, second = (page.get_by_role("grid", name="Runs").nth(number) for number in (0, 1))
    first.get_by_role("checkbox", name="mark 1d").check()
    expect(second.get_by_role("checkbox", name="mark 1d")).to_be_visible()
    wait_until(lambda: page.wait_for_timeout(20) or len(table.marked) == 2)
    page.evaluate("other.forEach(dispose => dispose())")
    assert page.evaluate("[widget.host.childNodes.length, widget.heard()]") == [0, 0]
    wait_until(lambda: page.wait_for_timeout(20) or page.evaluate("widget.held()") == 0)  # Preact ends effects later


def test_two_tables_on_a_page_agree(page):
    page.evaluate("async () => { window.other = await window.openWidget() }")
    first, second = (page.get_by_role("checkbox", name="mark 1d").nth(number) for number in (0, 1))
    first.check()
    page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")  # it looks now, and not in some seconds
    expect(second).to_be_checked()
    assert page.evaluate("other.globals()") == []


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_it_can_be_read_in_vs_code(page, pictures, theme):
    page.evaluate("isDark => document.body.classList.toggle('vscode', isDark)", theme == "dark")
    page.get_by_text("number 28").click()
    page.screenshot(path=pictures / f"bare-{theme}.png")
    contrasts = page.locator("main > div").evaluate(f"host => ({CONTRASTS})(host.shadowRoot)")
    assert {text: value for text, value in contrasts.items() if value < 4.5 and text != "Stop"} == {}  # not pressable


def test_the_bundle_makes_no_code_and_loads_nothing():
    bundle = read_bundle()
    assert re.findall(r"\beval\(|new Function\b|importScripts|\bimport\(|@import|document\.write", bundle) == []
    assert {each for each in re.findall(r"https?://[^\"'`)\s]*", bundle) if "www.w3.org" not in each} == set()
