"""The pictures of a search in the compare view, in JupyterLab: history, slice and importance of flags."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser.accessibility import find_violations
from tests.browser.test_run_in_cell import CONTRASTS

HISTORY = re.compile("History of min loss over 30 trials, best .*, [0-9]+ pruned, [0-9]+ failed")
#: Poor trials go on until they are pruned.
SEARCH = """import os
os.environ["GUILD_HOME"] = {home!r}
%load_ext guild_ipy
import guild_ipy, json, math, threading
def train(lr=0.01, batch=32, optimizer="adam"):
    if optimizer == "none":
        raise ValueError("no optimizer")
    for step in range(1, 6):
        left = (math.log10(lr) + 2.5) ** 2 / 4 + batch / 400 + (0.2 if optimizer == "sgd" else 0) + 1 / step
        print(f"step: {{step}}\\nloss: {{left}}\\nacc: {{1 / left}}", flush=True)
    if left > 1.2:
        threading.Event().wait(60)
batch = guild_ipy.run(
    train, lr=guild_ipy.loguniform(1e-5, 0.1), batch=guild_ipy.uniform(16, 128), optimizer=["adam", "sgd", "none"],
    _optimizer="tpe", _minimize="min loss", _prune="median", _max_trials=30, _random_seed=1,
)
table = guild_ipy.table()
"""
OTHERS = """for each in (0.01, 0.1):
    guild_ipy.run(train, lr=each)
table = guild_ipy.table(where="lr > 0")"""
#: Where the star of the best is on a canvas: in the middle of a block of orange.
_STAR = """canvas => {
    const { data, width, height } = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height);
    const isOrange = (x, y) => [217, 102, 11, 255].every((part, at) => data[4 * (y * width + x) + at] === part);
    const { left, top, width: shown } = canvas.getBoundingClientRect();
    for (let y = 3; y < height - 3; y++) for (let x = 3; x < width - 3; x++) {
        const around = [-2, 0, 2].every(down => [-1, 0, 1].every(across => isOrange(x + across, y + down)));
        if (around) return [left + x * shown / width, top + y * shown / width];
    }
}"""
_IS_DRAWN = """canvas => {
    const { data } = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height);
    return data.some(Boolean);
}"""


@pytest.fixture
def compare(lab, tmp_path):
    """The compare view of a table of a search, with its pictures and no others."""
    lab.open([SEARCH.format(home=str(tmp_path)), "table", "print(batch.best().short_id)", OTHERS, "table"])
    lab.run(0)
    area = lab.run(1)
    area.get_by_role("button", name="Compare").click()
    view = area.get_by_role("region", name="Compare")
    choose(view, "Learning curves", "Parallel coordinates", "History", "Slice", "Importance")
    expect(view.get_by_role("img", name=HISTORY)).to_be_visible()
    expect(view.get_by_role("img", name=re.compile("Importance of flags for min loss: "))).to_be_visible()
    return view


def choose(view, *names):
    """Show pictures, or take them away."""
    for name in names:
        view.get_by_role("group", name="Pictures").get_by_role("button", name=name).click()


def test_the_run_below_the_pointer_stands_out_in_pictures_and_table(lab, compare, pictures):
    best = lab.run(2).inner_text().strip()
    area = lab.output(1)
    for name in ("History", "Slice"):
        canvases = compare.get_by_role("region", name=name).locator("canvas")
        canvases.first.scroll_into_view_if_needed()
        lab.page.mouse.move(*canvases.first.evaluate(_STAR))
        told = compare.get_by_role("region", name=name).locator(".hint")
        expect(told).to_contain_text(re.compile(f"^{best} .*: trial [0-9]+, min loss 0[.][0-9]+$"))
        expect(area.locator(".row.pointed")).to_have_attribute("data-run", best)
        assert [each.evaluate(_IS_DRAWN) for each in canvases.all()[:3]] == [True, False, True]
        area.screenshot(path=pictures / f"search-pointed-{name.lower()}.png")
        lab.page.mouse.move(0, 0)
        expect(area.locator(".row.pointed")).to_have_count(0)


def test_a_click_goes_to_the_row_and_what_is_selected_stands_out(lab, compare):
    best = lab.run(2).inner_text().strip()
    area = lab.output(1)
    history = compare.get_by_role("region", name="History")
    history.scroll_into_view_if_needed()
    lab.page.mouse.click(*history.locator("canvas").first.evaluate(_STAR))
    expect(area.locator(".row.active")).to_have_attribute("data-run", best)
    expect(history.locator("canvas.dim")).to_have_count(0)
    area.locator(".row.active").click()
    expect(history.locator("canvas.dim")).to_have_count(1)
    assert history.locator("canvas").nth(1).evaluate(_IS_DRAWN)
    history.get_by_role("button", name="best").press("Enter")
    expect(area.locator(".row.active")).to_have_attribute("data-run", best)


def test_a_filter_narrows_the_pictures(lab, compare):
    lab.output(1).get_by_role("textbox", name="filter").fill("optimizer = adam and completed")
    expect(compare.get_by_role("img", name=re.compile("History of min loss over (?!30)[0-9]+ trials"))).to_be_visible()
    expect(compare.get_by_role("img", name=re.compile("Importance of flags for min loss: .*lr"))).to_be_visible()
    expect(compare.get_by_role("img", name=re.compile("min loss: .*optimizer"))).to_have_count(0)
    lab.output(1).get_by_role("textbox", name="filter").fill("lr > 7")
    expect(compare.get_by_text("No runs are shown.")).to_have_count(3)


def test_runs_that_are_no_trials_of_one_batch_are_compared_by_a_scalar(lab, compare):
    lab.run(3)
    area = lab.run(4)
    area.get_by_role("button", name="Compare").click()
    view = area.get_by_role("region", name="Compare")
    expect(view.get_by_role("region", name="Parallel coordinates")).to_be_visible()
    choose(view, "History")
    expect(view.get_by_role("img", name=re.compile("History of loss over 32 runs, best .* at run "))).to_be_visible()
    view.get_by_role("region", name="History").get_by_label("by").select_option("acc")
    expect(view.get_by_role("img", name=re.compile("History of acc over 32 runs"))).to_be_visible()
    for _ in range(2):
        area.get_by_role("button", name="Compare", exact=True).click()
    expect(view.get_by_role("img", name=re.compile("History of acc over 32 runs"))).to_be_visible()


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_a_search_is_drawn_and_readable_in_both_themes(lab, compare, pictures, theme):
    lab.set_theme(theme)
    contrasts = {}
    compare.get_by_role("region", name="History").get_by_role("button", name="best").focus()
    for width in (1000, 1600):
        lab.page.set_viewport_size({"width": width, "height": 1500})
        expect(compare.get_by_role("img", name=re.compile("Slice of min loss by lr"))).to_be_visible()
        lab.output(1).screenshot(path=pictures / f"search-{width}-{theme}.png")
        contrasts |= compare.evaluate(CONTRASTS)
    choose(compare, "Learning curves", "Parallel coordinates")
    lab.output(1).screenshot(path=pictures / f"search-all-{theme}.png")
    violations = find_violations(compare)
    lab.set_theme("light")
    lab.page.set_viewport_size({"width": 1180, "height": 900})
    assert {text: value for text, value in contrasts.items() if value < 4.5} == {}
    assert violations == []
