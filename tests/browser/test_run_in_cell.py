"""A run below its cell, in JupyterLab, as a person sees it."""

import json
import re

import pytest
from playwright.sync_api import expect

LOAD = "%load_ext guild_ipy"
RICH = """import pandas as pd
import matplotlib.pyplot as plt
from IPython.display import HTML, Markdown
from tqdm import tqdm
print("before the figure")
plt.figure(figsize=(4, 2)); plt.plot([1, 2, 3]); plt.show()
display(Markdown("**Markdown** with $x^2$"))
display(HTML("<table><tr><td>a</td><td>table</td></tr></table>"))
for outer in tqdm(range(2), desc="outer", bar_format="{desc} {n_fmt}/{total_fmt}"):
    for inner in tqdm(range(3), desc="inner", leave=False, bar_format="{desc} {n_fmt}/{total_fmt}"): pass
print("\\x1b[31mred\\x1b[0m and plain")
pd.DataFrame({"a": [1, 2], "b": ["x", "y"]})
"""
WAIT = """import os, time
def wait(path, lr=0.5):
    print("loss: 0.25", flush=True)
    while not os.path.exists(path): time.sleep(0.01)
def fail(path):
    wait(path)
    raise ValueError("no such data")
"""
#: The kind, text and pictures of each output that can be seen, in order; the place kept for a widget cannot.
_OUTPUTS = """area => [...area.querySelectorAll('.jp-OutputArea-output')].filter(each => each.checkVisibility()).map(
output => ({
    kind: output.dataset.mimeType ?? '',
    text: output.innerText.trim(),
    pictures: output.querySelectorAll('img').length,
    colours: [...output.querySelectorAll('span[class*=ansi]')].map(span => span.className),
}))"""
#: The contrast of each piece of text with what is behind it.
CONTRASTS = """area => {
    const parse = colour => {
        const numbers = colour.match(/[\\d.]+/g).map(Number);
        return colour.startsWith('color(srgb') ? numbers.map((x, i) => i < 3 ? x * 255 : x) : numbers;
    };
    const light = ([r, g, b]) => {
        const part = [r, g, b].map(x => x / 255).map(x => x <= 0.03928 ? x / 12.92 : ((x + 0.055) / 1.055) ** 2.4);
        return 0.2126 * part[0] + 0.7152 * part[1] + 0.0722 * part[2];
    };
    const over = (top, below, alpha) => top.slice(0, 3).map((x, i) => x * alpha + below[i] * (1 - alpha));
    const behind = node => {
        const own = parse(getComputedStyle(node).backgroundColor);
        const alpha = own.length > 3 ? own[3] : 1;
        return alpha === 1 || !node.parentElement ? own : over(own, behind(node.parentElement), alpha);
    };
    const found = {};
    for (const node of area.querySelectorAll('*')) {
        const text = [...node.childNodes].filter(x => x.nodeType === 3).map(x => x.data.trim()).join('');
        if (!text || node.closest('svg, .jp-RenderedImage, .jp-OutputPrompt') || /^[✓✗■◌]★?$/.test(text)) continue;
        let alpha = 1;
        for (let each = node; each && each !== area; each = each.parentElement) alpha *= getComputedStyle(each).opacity;
        const back = behind(node);
        const [a, b] = [light(over(parse(getComputedStyle(node).color), back, alpha)), light(back)];
        found[text.slice(0, 40)] = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
    }
    return found;
}"""


def outputs(area):
    return area.evaluate(_OUTPUTS)


def head(area):
    return seen(area).first


def seen(area):
    """The outputs that can be seen."""
    return area.locator(".jp-OutputArea-output:visible")


def test_a_run_looks_like_the_same_cell(lab, pictures):
    lab.open([LOAD, RICH, f"%%guild_run\n{RICH}"])
    lab.run(0)
    cell = outputs(lab.run(1))
    lab.output(1).screenshot(path=pictures / "cell.png")
    first, *run, end = outputs(lab.run(2))
    lab.output(2).screenshot(path=pictures / "run.png")
    assert "completed in" in first["text"]
    assert "1 figure" in first["text"]
    assert re.fullmatch(r"✓ completed in [\d.]+ s", end["text"])
    rich = [each for each in cell if not each["kind"].startswith("application/vnd.jupyter.std")]
    ours = [each for each in run if not each["kind"].startswith("application/vnd.jupyter.std")]
    assert [each for each in ours if "outer" not in each["text"]] == rich
    text = "\n".join(each["text"] for each in run)
    assert text.count("outer") == 1
    assert "outer 2/2" in text
    assert "inner" not in text
    assert any(each["colours"] == ["ansi-red-fg"] for each in run)


def test_the_head_is_live_and_ends(lab, tmp_path):
    lab.open([LOAD, WAIT, f"%guild_run wait path={tmp_path}/go"])
    lab.run(0)
    lab.run(1)
    area = lab.start(2)
    expect(head(area)).to_contain_text(re.compile(r"running \d"))
    expect(head(area)).to_contain_text(re.compile(r"loss\s*0\.25"))
    expect(head(area).get_by_role("img", name="running")).to_have_count(1)
    (tmp_path / "go").touch()
    expect(head(area)).to_contain_text("completed in")
    expect(head(area).get_by_role("img", name="running")).to_have_count(0)
    assert seen(area).count() == 2


def test_a_batch_is_a_table_that_is_live_and_stays(lab, tmp_path):
    path = lab.open([LOAD, WAIT, f"_ = %guild_run wait path={tmp_path}/go lr=[0.5,0.25]"])
    lab.run(0)
    lab.run(1)
    area = lab.start(2)
    expect(head(area)).to_contain_text("1 running")
    expect(head(area).get_by_role("row")).to_have_count(3)
    expect(head(area).get_by_role("row").nth(1)).to_contain_text("0.25")
    (tmp_path / "go").touch()
    expect(head(area)).to_contain_text("2 completed")
    expect(head(area).get_by_role("img", name="2 trials: 2 completed")).to_have_count(1)
    assert seen(area).count() == 1
    shown = outputs(area)
    lab.close()
    lab.show(path)
    assert outputs(lab.output(2)) == shown


def test_background_runs_report_their_ends_where_they_were_started(lab, tmp_path):
    lab.open([LOAD, WAIT, f"%guild_run wait path={tmp_path}/go -b\n%guild_run fail path={tmp_path}/go -b", "1 + 1"])
    for index in range(2):
        lab.run(index)
    area = lab.run(2)
    lab.run(3)
    (tmp_path / "go").touch()
    heads = seen(lab.output(2))
    expect(heads.nth(0)).to_contain_text("completed in")
    expect(heads.nth(1)).to_contain_text("error in")
    expect(heads.nth(1)).to_contain_text("ValueError: no such data")
    assert seen(area).count() == 2


def test_the_stop_button_stops_the_run(lab, tmp_path):
    lab.open([LOAD, WAIT, f"%guild_run wait path={tmp_path}/never"])
    lab.run(0)
    lab.run(1)
    area = lab.start(2)
    expect(area).to_contain_text("loss: 0.25")
    lab.page.locator(".jp-NotebookPanel:not(.lm-mod-hidden) [data-command='notebook:interrupt-kernel']").click()
    expect(head(area)).to_contain_text("terminated")
    expect(area).to_contain_text("RunError: wait() was interrupted")


def test_a_run_that_is_no_longer_watched_still_tells_its_end(lab, tmp_path):
    lab.open([LOAD, WAIT, f"_ = %guild_run wait path={tmp_path}/go --background", "_ = %guild_watch"])
    for index in range(3):
        lab.run(index)
    area = lab.start(3)
    expect(area).to_contain_text("loss: 0.25")
    lab.command("notebook:interrupt-kernel")
    expect(head(area)).to_contain_text("goes on in the background")
    (tmp_path / "go").touch()
    expect(head(area)).to_contain_text("completed in")


def test_watch_shows_the_figures_after_a_restart_of_the_kernel(lab):
    lab.open([LOAD, f"%%guild_run\n{RICH}", f"{LOAD}\n_ = %guild_watch"])
    lab.run(0)
    before = outputs(lab.run(1))
    lab.page.evaluate("window.jupyterapp.shell.currentWidget.sessionContext.restartKernel()")
    after = outputs(lab.run(2))
    assert [(each["kind"], each["pictures"]) for each in after] == [(each["kind"], each["pictures"]) for each in before]
    assert after[1:-1] == before[1:-1]


def test_a_saved_notebook_shows_all_of_it(lab):
    path = lab.open([LOAD, f"%%guild_run\n{RICH}"])
    lab.run(0)
    shown = outputs(lab.run(1))
    lab.close()
    lab.show(path)
    assert outputs(lab.output(1)) == shown
    with open(lab.folder / path) as file:
        saved = json.load(file)
    assert "script" not in json.dumps([cell["outputs"] for cell in saved["cells"]])


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_it_is_readable_in_both_themes(lab, pictures, theme):
    runs = ("wait path=/ lr=0.1", "fail path=/", "wait path=/ --stage", "fail path=['/','/tmp']")
    lab.open([LOAD, WAIT, *(f"%guild_run {run}" for run in runs)])
    lab.set_theme(theme)
    contrasts = {}
    for index in range(6):
        area = lab.run(index)
        if index > 1:
            area.screenshot(path=pictures / f"head-{index}-{theme}.png")
            contrasts |= area.evaluate(CONTRASTS)
    lab.set_theme("light")
    assert len(contrasts) > 10
    assert {text: value for text, value in contrasts.items() if value < 4.5} == {}
