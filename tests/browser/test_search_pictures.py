"""The pictures of a search in the compare view, in JupyterLab: history, slice and importance of flags."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser.accessibility import find_violations
from tests.browser.test_run_in_cell import CONTRASTS

SEARCH = """import os
os.environ["GUILD_HOME"] = {home!r}
%load_ext guild_ipy
import guild_ipy, json, math
def train(lr=0.01, batch=32, optimizer="adam"):
    if optimizer == "none":
        raise ValueError("no optimizer")
    for step in range(1, 6):
        left = (math.log10(lr) + 2.5) ** 2 / 4 + batch / 400 + (0.2 if optimizer == "sgd" else 0) + 1 / step
        print(f"step: {{step}}\\nloss: {{left}}")
batch = guild_ipy.run(
    train, lr=guild_ipy.loguniform(1e-5, 0.1), batch=guild_ipy.uniform(16, 128), optimizer=["adam", "sgd", "none"],
    _optimizer="tpe", _minimize="min loss", _prune="median", _max_trials=30, _random_seed=1, _jobs=2,
)
table = guild_ipy.table()
"""


@pytest.fixture
def compare(lab, tmp_path):
    """The compare view of a table of a search, with its pictures and no others."""
    lab.open([SEARCH.format(home=str(tmp_path)), "table", "print(*table.selected['run'])"])
    lab.run(0)
    area = lab.run(1)
    area.get_by_role("button", name="Compare").click()
    view = area.get_by_role("region", name="Compare")
    pictures = view.get_by_role("group", name="Pictures")
    for name in ("Learning curves", "Parallel coordinates", "History", "Slice", "Importance"):
        pictures.get_by_role("button", name=name).click()
    expect(view.get_by_role("img", name=re.compile("History of min loss over 30 trials, best"))).to_be_visible()
    expect(view.get_by_role("img", name=re.compile("Importance of flags for min loss: "))).to_be_visible()
    return view


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_a_search_is_drawn_and_readable_in_both_themes(lab, compare, pictures, theme):
    lab.set_theme(theme)
    contrasts = {}
    for width in (1000, 1600):
        lab.page.set_viewport_size({"width": width, "height": 1500})
        expect(compare.get_by_role("img", name=re.compile("Slice of min loss by lr"))).to_be_visible()
        lab.output(1).screenshot(path=pictures / f"search-{width}-{theme}.png")
        contrasts |= compare.evaluate(CONTRASTS)
    violations = find_violations(compare)
    lab.set_theme("light")
    lab.page.set_viewport_size({"width": 1180, "height": 900})
    assert {text: value for text, value in contrasts.items() if value < 4.5} == {}
    assert violations == []
