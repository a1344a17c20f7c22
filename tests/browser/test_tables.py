"""Frames of runs in JupyterLab: what is on screen, in both themes."""

import pytest

from tests.browser.test_run_in_cell import CONTRASTS

RUNS = """%load_ext guild_ipy
import guild_ipy
def train(lr=0.1, batch=32, layers=3, optimizer="adam", dropout=0.25, seed=7):
    for name in ("loss", "acc", "val_loss", "val_acc"): print(f"{name}: {lr}")
    if lr > 0.4: raise ValueError("lr is too large for this model and this data: training would diverge at once")
for lr in (0.1, 0.2, 0.3): guild_ipy.run(train, lr=lr, _label="a label that somebody has written with much care")
try: guild_ipy.run(train, lr=0.5)
except guild_ipy.RunError: pass
"""
_RIGHT_EDGES = """area => Object.fromEntries(
    [...area.querySelectorAll('th')].map(cell => [cell.innerText, cell.getBoundingClientRect().right]))"""


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_the_metrics_of_a_comparison_are_on_screen_and_readable(lab, pictures, theme):
    lab.page.set_viewport_size({"width": 1000, "height": 800})
    lab.open([RUNS, "%guild_compare", "%guild_runs"])
    lab.set_theme(theme)
    lab.run(0)
    edges = lab.run(1).evaluate(_RIGHT_EDGES)
    assert {name for name, edge in edges.items() if edge <= 1000} >= {"status", "loss", "acc", "val_loss", "val_acc"}
    contrasts = {}
    for index in (1, 2):
        area = lab.run(index)
        area.screenshot(path=pictures / f"table-{index}-{theme}.png")
        contrasts |= area.evaluate(CONTRASTS)
    lab.set_theme("light")
    lab.page.set_viewport_size({"width": 1180, "height": 900})
    assert len(contrasts) > 10
    assert {text: value for text, value in contrasts.items() if value < 4.5} == {}
