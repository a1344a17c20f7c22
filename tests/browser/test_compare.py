"""The compare view below a table of runs, in JupyterLab: curves and parallel coordinates, linked with the table."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser.accessibility import find_violations
from tests.browser.test_run_in_cell import CONTRASTS

RUNS = """import os
os.environ["GUILD_HOME"] = {home!r}
%load_ext guild_ipy
import guild_ipy, json, math
def train(lr=0.1, batch=32, optimizer="adam", steps=30):
    for step in range(1, steps + 1):
        left = math.exp(-step * lr)
        print(f"step: {{step}}\\nloss: {{left + 4 / batch + len(optimizer) / 30}}")
        print(f"acc: {{1 - left}}\\nmargin: {{0.6 - left}}")
for at in range(12):
    guild_ipy.run(train, lr=(0.001, 0.01, 0.1)[at % 3], batch=(16, 64)[at % 2], optimizer=("adam", "sgd")[at // 6])
table = guild_ipy.table()
"""
GROWING = """import time
def grow(path, lr=0.5):
    for step in (1, 2):
        print(f"step: {{step}}\\nloss: {{lr / step}}", flush=True)
        while not os.path.exists(path): time.sleep(0.01)
run = guild_ipy.run(grow, {path!r}, _background=True)
"""
SELECTED = """selected = table.selected
print(json.dumps([type(selected).__name__, sorted(set(selected["lr"])), len(selected)]))"""
#: Whether something was drawn on a canvas.
_IS_DRAWN = """canvas => {
    const { data } = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height);
    return data.some(Boolean);
}"""


@pytest.fixture
def compare(lab, tmp_path):
    """The compare view of a table of twelve runs."""
    lab.open([RUNS.format(home=str(tmp_path)), "table", SELECTED])
    lab.run(0)
    area = lab.run(1)
    area.get_by_role("button", name="Compare").click()
    view = area.get_by_role("region", name="Compare")
    expect(view.get_by_role("img", name=re.compile("Learning curves of loss: 12 runs"))).to_be_visible()
    return view


def drag(page, track, start, end):
    """Drag along an axis; places are parts of its height from the top."""
    track.scroll_into_view_if_needed()
    box = track.bounding_box()
    x = box["x"] + box["width"] / 2
    page.mouse.move(x, box["y"] + start * box["height"])
    page.mouse.down()
    page.mouse.move(x, box["y"] + (start + end) / 2 * box["height"])
    page.mouse.move(x, box["y"] + end * box["height"])
    page.mouse.up()


def drag_across(page, plot):
    """Drag over the middle third of a picture of curves."""
    plot.scroll_into_view_if_needed()
    box = plot.bounding_box()
    y = box["y"] + box["height"] / 2
    page.mouse.move(box["x"] + box["width"] / 3, y)
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] / 2, y)
    page.mouse.move(box["x"] + box["width"] * 2 / 3, y)
    page.mouse.up()


def test_what_is_brushed_is_selected_and_a_frame_in_python(lab, compare):
    track = compare.get_by_role("group", name="lr, logarithmic").locator(".track")
    drag(lab.page, track, 0.2, 0.7)

    expect(lab.output(1).locator(".count")).to_have_text("12 runs, 4 selected")
    expect(compare.get_by_role("img", name=re.compile("4 of them selected"))).to_be_visible()
    expect(compare.get_by_role("img", name=re.compile("Learning curves of loss: 4 runs"))).to_be_visible()
    expect(lab.run(2)).to_contain_text('["DataFrame", [0.01], 4]')
    compare.get_by_role("button", name="Clear").click()
    expect(lab.output(1).locator(".count")).to_have_text("12 runs")


def test_what_was_brushed_and_chosen_is_so_again_when_it_is_closed_and_opened(lab, compare):
    compare.get_by_role("slider", name="greatest optimizer").press("ArrowDown")
    compare.get_by_role("checkbox", name="log scale").check()
    for _ in range(2):
        lab.output(1).get_by_role("button", name="Compare", exact=True).click()
    expect(compare.get_by_role("slider", name="greatest optimizer")).to_have_attribute("aria-valuetext", "adam")
    expect(compare.get_by_role("checkbox", name="log scale")).to_be_checked()
    expect(compare.get_by_role("img", name=re.compile("Learning curves of loss: 6 runs"))).to_be_visible()
    expect(lab.output(1).locator(".count")).to_have_text("12 runs, 6 selected")


def test_steps_are_zoomed_into_and_a_log_scale_says_what_it_leaves_out(lab, compare):
    compare.get_by_role("button", name="Scalars").click()
    compare.get_by_role("checkbox", name="margin").check()
    lab.page.keyboard.press("Escape")
    reset = compare.get_by_role("button", name="Reset zoom")
    for end in (lambda: reset.press("Enter"), compare.locator(".u-over").last.dblclick):
        expect(reset).to_be_disabled()
        drag_across(lab.page, compare.locator(".u-over").first)
        for scalar in ("loss", "margin"):
            name = re.compile(f"Learning curves of {scalar}: 12 runs, .* steps 1[01] to 2[0-2]$")
            expect(compare.get_by_role("img", name=name)).to_be_visible()
        end()
    expect(reset).to_be_disabled()
    expect(compare.get_by_text("≤ 0")).to_have_count(0)
    compare.get_by_role("checkbox", name="log scale").check()
    expect(compare.get_by_text(re.compile("^[0-9]+ values ≤ 0 are not shown$"))).to_have_count(1)


def test_a_brush_is_made_by_keys_and_ends_by_a_click(lab, compare):
    slider = compare.get_by_role("slider", name="greatest optimizer")
    expect(slider).to_have_attribute("aria-valuetext", "sgd")
    slider.press("ArrowDown")
    expect(slider).to_have_attribute("aria-valuetext", "adam")
    expect(lab.output(1).locator(".count")).to_have_text("12 runs, 6 selected")
    compare.get_by_role("slider", name="least lr").press("End")
    expect(lab.output(1).locator(".count")).to_have_text("12 runs, 2 selected")
    for name in ("optimizer", "lr, logarithmic"):
        drag(lab.page, compare.get_by_role("group", name=name).locator(".track"), 0.5, 0.5)
    expect(lab.output(1).locator(".count")).to_have_text("12 runs")


def test_curves_grow_while_a_run_goes(lab, tmp_path):
    go = tmp_path / "go"
    cells = [RUNS.format(home=str(tmp_path)).replace("range(12)", "range(0)"), GROWING.format(path=str(go)), "table"]
    lab.open(cells)
    lab.run(0)
    lab.run(1)
    area = lab.run(2)
    area.get_by_role("button", name="Compare").click()
    expect(area.get_by_role("img", name="Learning curves of loss: 1 run, ending between 0.500")).to_be_visible()
    go.touch()
    expect(area.get_by_role("img", name="Learning curves of loss: 1 run, ending between 0.250")).to_be_visible()
    expect(area.get_by_text("There is one run; lines tell several from each other.")).to_be_visible()
    area.get_by_role("textbox", name="filter").fill("lr > 7")
    expect(area.get_by_text("No runs are shown.")).to_have_count(2)


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_it_is_drawn_and_readable_in_both_themes(lab, compare, pictures, theme):
    lab.set_theme(theme)
    compare.get_by_role("slider", name="greatest loss").press("PageDown")
    contrasts = {}
    for width in (1000, 1600):
        lab.page.set_viewport_size({"width": width, "height": 1400})
        expect(compare.get_by_role("img", name=re.compile("8 of them selected"))).to_be_visible()
        lab.output(1).screenshot(path=pictures / f"compare-{width}-{theme}.png")
        contrasts |= compare.evaluate(CONTRASTS)
    violations = find_violations(compare)
    drawn = [canvas.evaluate(_IS_DRAWN) for canvas in compare.locator("canvas").all()]
    lab.set_theme("light")
    lab.page.set_viewport_size({"width": 1180, "height": 900})
    assert drawn == [
        True,
        True,
        True,
        False,
    ]  # curves; all lines, those that are selected, and the one that is pointed at
    assert len(contrasts) > 10
    assert {text: value for text, value in contrasts.items() if value < 4.5} == {}
    assert violations == []
