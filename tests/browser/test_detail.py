"""The detail of a run, in JupyterLab, as a person reads it and goes through it by keyboard."""

import json
import os
import re
import subprocess
import sys

import pytest
from playwright.sync_api import expect

from guild_ipy.store.guild_home import Home
from tests.browser.accessibility import find_violations
from tests.browser.test_run_in_cell import CONTRASTS
from tests.hostile import FIRE, make_hostile_home

SET_UP = """import guild_ipy, os
os.environ["GUILD_HOME"] = {home!r}
%load_ext guild_ipy
"""
RUNS = (
    """import json, pathlib
import matplotlib.pyplot as plt
# Fit a line, and say how well it fits.
def train(lr=0.1, epochs=40, optimizer="adam"):
    \\"\\"\\"Train.\\"\\"\\"
    print("\\x1b[1;32mtraining\\x1b[0m with lr", lr)
    for step in range(epochs):
        print(f"step: {step}\\nloss: {(1 - lr) ** step}\\nacc: {1 - (1 - lr) ** step}")
    plt.figure(figsize=(4, 2)); plt.plot([1, 2, 3]); plt.savefig("curve.png"); plt.show()
    print("\\x1b[33mafter the figure\\x1b[0m")
    pathlib.Path("model.json").write_text(json.dumps({"weights": [1, 2]}))
    pathlib.Path("scores.csv").write_text("epoch,score\\n1,0.5\\n2,0.7\\n")
    pathlib.Path("model.bin").write_bytes(bytes(100))

@guild_ipy.operation(requires={"operation": "train", "select": r"model\\\\.json"})
def serve(port=80):
    print(open("model.json").read())
    raise ValueError(f"port {port} is taken")

guild_ipy.run(train, lr=0.1, _tags=["first"])
guild_ipy.run(train, lr=0.2, _tags=["second"])
guild_ipy.mark(1, reason="best on the test set")
guild_ipy.comment(1, add="fits well, and fast")
try: guild_ipy.run(serve)
except guild_ipy.RunError: pass
""".replace('\\"', '"')
    .replace("\\\\.", "\\.")
    .replace("\\\\", "\\")
)
OTHER_SOURCE = """
def train(lr=0.1, epochs=20, optimizer="sgd"):
    '''Train with less.'''
    pathlib.Path("scores.csv").write_text("epoch,score\\n1,0.4\\n")
    pathlib.Path("model.bin").write_bytes(bytes(99) + b"x")
    for step in range(epochs):
        print(f"step: {step}\\nloss: {(1 - lr) ** step}")
guild_ipy.run(train, lr=0.4, _tags=["small"])
"""
TABLE = "guild_ipy.table()"
LIVE = """import time
def wait(path):
    for line in range(100): print(line)
    print("first line", flush=True)
    while not os.path.exists(path): time.sleep(0.05)
    print("last line")
_ = guild_ipy.run(wait, path={path!r}, _background=True)
"""
#: CONTRASTS does not look into a shadow root by itself; a part of it is handed to it.
_TABS = ("Overview", "Source", "Output", "Files", "Environment", "Lineage", "Diff")


def open_table(lab, home, *cells):
    """Open a notebook whose last cell is a table; return that, with the names of its runs."""
    lab.open([SET_UP.format(home=str(home)), *cells, TABLE])
    for index in range(len(cells) + 1):
        lab.run(index)
    table = lab.run(len(cells) + 1).get_by_role("region", name="Table of runs")
    expect(table.get_by_role("grid", name="Runs")).to_be_visible()
    expect(table.locator("[aria-rowindex='2']")).to_be_visible()
    return table


def row(table, text):
    return table.get_by_role("row").filter(has_text=text).first


def open_detail(table, text):
    row(table, text).dblclick(position={"x": 60, "y": 10})
    panel = table.get_by_role("region", name=re.compile("^Detail of"))
    expect(panel.get_by_role("tabpanel")).to_contain_text("Comments")
    return panel


def tab(panel, name):
    panel.get_by_role("tab", name=name, exact=True).click()
    content = panel.get_by_role("tabpanel", name=name)
    expect(content).not_to_contain_text("loading")
    return content


def choose_other(diff, text):
    """Choose the run to compare with."""
    option = diff.get_by_role("option").filter(has_text=text)
    diff.get_by_role("combobox").select_option(option.get_attribute("value"))


def add_elsewhere(home, tag, text):
    """Write a comment on a run from another process."""
    command = [sys.executable, "-m", "guild_ipy", "comment", "--where", f"tag = {tag}", "--comment", text]
    subprocess.run(command, env={**os.environ, "GUILD_HOME": str(home)}, check=True, capture_output=True)


@pytest.fixture(scope="module")
def home(whole_lab, tmp_path_factory):
    """A home with two runs of train, the second of which is marked, and one of serve that failed."""
    home = tmp_path_factory.mktemp("detail") / "home"
    whole_lab.open([SET_UP.format(home=str(home)), RUNS, OTHER_SOURCE])
    whole_lab.run(0)
    text = whole_lab.run(1).inner_text()
    whole_lab.run(2)
    assert "ValueError: port 80 is taken" in text
    whole_lab.close()
    return home


def test_each_tab_shows_its_part(lab, home):
    table = open_table(lab, home)
    panel = open_detail(table, "second")
    overview = panel.get_by_role("tabpanel")
    expect(overview).to_contain_text("best on the test set")
    expect(overview).to_contain_text("In use: dependencies on train use it: it is the one marked last")
    expect(overview).to_contain_text("fits well, and fast")
    expect(overview.get_by_role("table", name="Scalars").get_by_role("img")).to_have_count(2)

    source = tab(panel, "Source")
    expect(source.locator(".t-keyword").first).to_have_text("import")
    expect(source.locator(".t-comment").first).to_contain_text("Fit a line")

    output = tab(panel, "Output")
    expect(output.locator(".t-fg2.t-bold")).to_have_text("training")
    picture = output.locator("img")
    assert picture.get_attribute("src").startswith("data:image/png;base64,")
    assert picture.evaluate("image => image.decode().then(() => image.naturalWidth)") > 100
    kinds = output.locator(".output").evaluate("node => [...node.children].map(each => each.tagName)")
    assert kinds == ["PRE", "IMG", "PRE"]

    files = tab(panel, "Files")
    files.get_by_role("button", name="scores.csv").click()
    expect(files.get_by_role("table", name="scores.csv")).to_contain_text("0.7")
    files.get_by_role("button", name="curve.png").click()
    expect(files.get_by_role("img", name="curve.png")).to_be_visible()
    files.get_by_role("button", name="model.bin").click()
    expect(files).to_contain_text("its bytes are not shown")
    files.get_by_role("button", name="model.json").click()
    expect(files.locator(".code")).to_contain_text("weights")

    expect(tab(panel, "Environment")).to_contain_text("Python3.")
    diff = tab(panel, "Diff")
    expect(diff.get_by_role("table", name="flags")).to_contain_text("0.10.2")
    choose_other(diff, "lr=0.4")
    source = diff.get_by_role("group", name="Difference of the source")
    expect(source.locator(".added").first).to_be_visible()
    lines = source.locator(".removed, .added").evaluate_all(
        "lines => lines.map(line => line.getBoundingClientRect().x)"
    )
    assert len(lines) > 10
    assert len(set(lines)) == 1
    files = diff.get_by_role("table", name="files")
    expect(files.get_by_role("row").filter(has_text="curve.png")).to_contain_text("none")
    expect(files.get_by_role("row").filter(has_text="model.bin")).to_contain_text("100 bytes, other content")
    diff.get_by_text("the lines of scores.csv that differ").click()
    expect(files.get_by_role("group", name="Difference of scores.csv").locator(".removed")).to_have_text("-1,0.4")
    choose_other(diff, "serve()")
    expect(diff.get_by_role("table", name="attributes")).to_contain_text("serve()")


def test_a_run_that_failed_says_why_and_lineage_leads_to_what_it_used(lab, home):
    table = open_table(lab, home)
    panel = open_detail(table, "serve()")
    expect(panel).to_contain_text("ValueError: port 80 is taken")
    lineage = tab(panel, "Lineage")
    name = lineage.get_by_role("button").first.inner_text()
    lineage.get_by_role("button", name=f"Open {name}").click()
    other = table.get_by_role("region", name=f"Detail of {name}")
    expect(other.get_by_role("tabpanel", name="Lineage")).to_contain_text("serve()")
    other.get_by_role("button", name=re.compile("^←")).click()
    expect(table.get_by_role("region", name=re.compile("^Detail of"))).to_contain_text("serve()")


def test_the_keyboard_opens_goes_through_and_closes(lab, home):
    table = open_table(lab, home)
    grid = table.get_by_role("grid", name="Runs")
    grid.focus()
    lab.page.keyboard.press("ArrowDown")
    lab.page.keyboard.press("Enter")
    panel = table.get_by_role("region", name=re.compile("^Detail of"))
    for name in _TABS:
        expect(panel.get_by_role("tab", name=name, exact=True)).to_be_focused()
        expect(panel.get_by_role("tab", name=name, exact=True)).to_have_attribute("aria-selected", "true")
        lab.page.keyboard.press("ArrowRight")
    expect(panel.get_by_role("tab", name="Overview")).to_be_focused()
    lab.page.keyboard.press("Escape")
    expect(panel).to_have_count(0)
    expect(grid).to_be_focused()


def test_comments_and_the_mark_are_changed_here(lab, home):
    table = open_table(lab, home)
    panel = open_detail(table, "first")
    panel.get_by_role("textbox", name="new comment").fill("a remark")
    panel.get_by_role("button", name="Add").click()
    expect(panel.locator(".comment")).to_have_text("a remark")
    panel.get_by_role("button", name="Edit comment 1").click()
    panel.get_by_role("textbox", name="comment 1").fill("another remark")
    panel.get_by_role("button", name="Save").click()
    expect(panel.locator(".comment")).to_have_text("another remark")
    draft = panel.get_by_role("textbox", name="new comment")
    draft.fill("not written to its end")
    add_elsewhere(home, "first", "from a shell")
    expect(panel.locator(".comment")).to_have_count(2)
    expect(draft).to_have_value("not written to its end")
    expect(draft).to_be_focused()
    panel.get_by_role("button", name="Delete comment 2").click()
    expect(panel.locator(".comment")).to_have_count(1)
    draft.fill("")
    panel.get_by_role("button", name="Delete comment 1").click()
    expect(panel.locator(".comment")).to_have_count(0)

    panel.get_by_role("textbox", name="reason").fill("to look at")
    panel.get_by_role("button", name="Mark", exact=True).click()
    history = panel.get_by_role("table", name="History of the mark")
    expect(history).to_contain_text("to look at")
    expect(panel).to_contain_text("In use")
    panel.get_by_role("button", name="Unmark").click()
    expect(history.get_by_role("row")).to_have_count(3)
    expect(panel).to_contain_text("Not in use")


def test_the_detail_of_a_running_run_grows(lab, tmp_path):
    path = tmp_path / "go"
    table = open_table(lab, tmp_path / "home", LIVE.format(path=str(path)))
    panel = open_detail(table, "wait()")
    output = tab(panel, "Output")
    expect(output).to_contain_text("first line")
    expect(panel.locator(".detail-head")).to_contain_text("running")
    path.touch()
    expect(output).to_contain_text("last line")
    assert output.evaluate("box => box.scrollTop + box.clientHeight > box.scrollHeight - 2")
    expect(panel.locator(".detail-head")).to_contain_text("completed")


def test_hostile_texts_do_not_fire(lab, tmp_path):
    home = Home(f"{tmp_path}/home")
    make_hostile_home(home)
    table = open_table(lab, home.path)
    lab.page.evaluate("delete window.fired")
    seen = ""
    for number in (1, 5, 12):
        panel = open_detail(table, f"{number:08x}")
        for name in _TABS:
            content = tab(panel, name)
            seen += content.inner_text()
            if name == "Files":
                for button in content.get_by_role("list", name="Files of the run").get_by_role("button").all():
                    button.click()
                    expect(content.locator(".main")).to_contain_text("In Python it is")
                    seen += content.inner_text()
        active = panel.evaluate(
            "panel => [...panel.querySelectorAll('*')].flatMap(node => [...node.attributes])"
            ".filter(each => each.name.startsWith('on')).length + panel.querySelectorAll('script, iframe').length"
        )
        assert active == 0
        lab.page.keyboard.press("Escape")
    assert seen.count(FIRE) > 50
    assert lab.page.evaluate("window.fired") is None


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_it_can_be_read_in_both_themes(lab, home, pictures, theme):
    lab.set_theme(theme)
    table = open_table(lab, home)
    low, violations = {}, []
    for width in (1000, 1600):
        lab.page.set_viewport_size({"width": width, "height": 1100})
        panel = open_detail(table, "second")
        for name in _TABS:
            content = tab(panel, name)
            if name == "Files":
                content.get_by_role("button", name="curve.png").click()
                expect(content.get_by_role("img")).to_be_visible()
            if name == "Diff":
                choose_other(content, "lr=0.4")
                content.get_by_text("the lines of scores.csv that differ").click()
                expect(content.locator(".added").first).to_be_visible()
                content.get_by_role("group", name="Difference of scores.csv").scroll_into_view_if_needed()
            panel.screenshot(path=pictures / f"detail-{name.lower()}-{width}-{theme}.png")
            contrasts = panel.evaluate(CONTRASTS)
            low |= {f"{name}: {text}": value for text, value in contrasts.items() if value < 4.5}
            violations += [f"{name}: {each}" for each in find_violations(panel)]
        lab.page.keyboard.press("Escape")
        panel.get_by_role("button", name="Close").click() if panel.count() else None
    lab.set_theme("light")
    lab.page.set_viewport_size({"width": 1180, "height": 900})
    assert len(contrasts) > 20
    assert low == {}, json.dumps(low, indent=1)
    assert violations == [], json.dumps(violations, indent=1)
