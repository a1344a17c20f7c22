"""A run that takes a while, below its cell in JupyterLab: it can be clicked on while it goes."""

import json
import re
import shutil

import pytest
from playwright.sync_api import expect

from tests.browser.accessibility import find_violations
from tests.browser.test_run_in_cell import CONTRASTS

LOAD = "%load_ext guild_ipy"
TRAIN = """import os, time
def train(path, lr=0.1):
    step = 0
    while not os.path.exists(path):
        step += 1
        print(f"step: {step}\\nloss: {1 / step}\\nacc: {1 - 1 / step}", flush=True)
        time.sleep(0.05)
    if lr > 0.4: raise ValueError("lr is too large")
"""
INTERRUPT = ".jp-NotebookPanel:not(.lm-mod-hidden) [data-command='notebook:interrupt-kernel']"
BUSY = """import time
print('at work', flush=True)
while not os.path.exists({path!r}): time.sleep(0.05)
print('free again')"""
COMMS = "import comm\nprint(len(comm.get_comm_manager().comms), 'comms')"
FIGURE = """import matplotlib.pyplot as plt
plt.figure(figsize=(3, 1)); plt.plot([1, 2, 3])
print("drawing", flush=True)
while not os.path.exists({path!r}): time.sleep(0.05)
print(len(plt.get_fignums()), "figure")
"""
_SUBSHELLS = """async mode => {
    const kernels = window.jupyterapp.serviceManager.kernels;
    kernels.commsOverSubshells = mode;
}"""
_SAVED = "window.jupyterapp.shell.currentWidget.context.save()"

#: Opens a notebook, and does not wait for its kernel.
_OPENED = """async path => {
    const widget = await window.jupyterapp.commands.execute('docmanager:open', {path, factory: 'Notebook'});
    await widget.context.ready;
}"""


def live(area):
    """The widget of a run."""
    return area.locator(".live-run")


def head(area):
    return area.locator(".jp-OutputArea-output").first


def step_of(area):
    """How far the curve of the loss has come."""
    label = live(area).get_by_role("img", name=re.compile(r"^loss is .* at step")).get_attribute("aria-label")
    return int(label.rpartition(" ")[2])


def open_training(lab, *cells):
    path = lab.open([LOAD, TRAIN, *cells])
    lab.run(0)
    lab.run(1)
    return path


@pytest.fixture
def no_subshells(lab):
    """JupyterLab as it was before 4.4, and as it is for kernels that have no subshells."""
    lab.page.evaluate(_SUBSHELLS, "disabled")
    yield
    lab.page.evaluate(_SUBSHELLS, "perCommTarget")


def test_a_run_is_stopped_by_its_button_while_its_cell_is_at_work(lab, tmp_path):
    open_training(lab, f"%guild_run train path={tmp_path}/never", COMMS)
    area = lab.start(2)
    before = step_of(area)
    expect(live(area).get_by_role("img", name=re.compile(r"^loss is"))).not_to_have_attribute(
        "aria-label", re.compile(rf"step {before}$")
    )
    assert step_of(area) > before
    live(area).get_by_role("button", name="Stop").click()
    expect(head(area)).to_contain_text("terminated in")
    expect(area).to_contain_text("RunError: train() was terminated")
    expect(live(area)).to_have_count(0)
    expect(lab.run(3)).to_contain_text("0 comms")


def test_a_run_that_ends_has_its_head_again(lab, tmp_path):
    path = open_training(lab, f"%guild_run train path={tmp_path}/go", COMMS)
    area = lab.start(2)
    expect(live(area)).to_be_visible()
    (tmp_path / "go").touch()
    expect(head(area)).to_contain_text("completed in")
    expect(head(area)).to_contain_text("loss")
    expect(live(area)).to_have_count(0)
    expect(lab.run(3)).to_contain_text("0 comms")
    lab.close()
    lab.show(path)
    expect(head(lab.output(2))).to_contain_text("completed in")
    with open(lab.folder / path) as file:
        assert "widget-view" not in json.dumps([cell["outputs"] for cell in json.load(file)["cells"]])


def test_runs_in_the_background_are_live_beside_other_cells(lab, tmp_path):
    open_training(
        lab, f"%guild_run train path={tmp_path}/go -b\n%guild_run train path={tmp_path}/go lr=0.5 -b", "1 + 1"
    )
    lab.run(2)
    area = lab.output(2)
    expect(live(area)).to_have_count(2)
    lab.run(3)
    area = lab.output(2)
    live(area).first.get_by_role("button", name="Stop").click()
    heads = area.locator(".jp-OutputArea-output")
    expect(heads.nth(0)).to_contain_text("terminated in")
    (tmp_path / "go").touch()
    expect(heads.nth(2)).to_contain_text("ValueError: lr is too large")
    expect(live(area)).to_have_count(0)
    assert [heads.nth(place).is_visible() for place in range(heads.count())] == [True, False, True, False]


def test_a_notebook_that_is_saved_while_a_run_goes_has_its_head(lab, tmp_path):
    path = open_training(lab, f"%guild_run train path={tmp_path}/go")
    area = lab.start(2)
    expect(live(area)).to_be_visible()
    assert not head(area).is_visible()
    lab.page.evaluate(_SAVED)
    saved = lab.folder / "saved.ipynb"
    shutil.copy(lab.folder / path, saved)
    (tmp_path / "go").touch()
    expect(live(area)).to_have_count(0)
    lab.close()
    lab.show(saved.name)
    area = lab.output(2)
    expect(head(area)).to_contain_text("running")
    area.get_by_text("model not found").wait_for(state="hidden")
    assert "model not found" not in area.inner_text()


def test_a_run_that_is_watched_is_stopped_by_its_button(lab, tmp_path):
    open_training(lab, f"_ = %guild_run train path={tmp_path}/never -b", "_ = %guild_watch")
    lab.run(2)
    area = lab.start(3)
    live(area).get_by_role("button", name="Stop").click()
    expect(head(area)).to_contain_text("terminated in")
    expect(head(lab.output(2))).to_contain_text("terminated in")


def test_the_watching_ends_and_the_widget_goes_on(lab, tmp_path):
    open_training(lab, f"_ = %guild_run train path={tmp_path}/go -b", "_ = %guild_watch")
    lab.run(2)
    area = lab.start(3)
    expect(live(area)).to_be_visible()
    lab.command("notebook:interrupt-kernel")
    expect(live(area)).to_contain_text("goes on in the background")
    expect(live(area)).to_contain_text("running")
    (tmp_path / "go").touch()
    expect(head(area)).to_contain_text("completed in")


def test_the_detail_opens_while_the_cell_is_at_work(lab, tmp_path):
    open_training(lab, f"%guild_run train path={tmp_path}/go")
    area = lab.start(2)
    live(area).get_by_role("button", name="Detail").click()
    expect(live(area).get_by_role("region", name=re.compile("^Detail of"))).to_have_count(1)
    live(area).get_by_role("button", name="Detail").click()
    expect(live(area).get_by_role("region", name=re.compile("^Detail of"))).to_have_count(0)
    (tmp_path / "go").touch()
    expect(head(area)).to_contain_text("completed in")


def test_short_runs_have_none(lab, tmp_path):
    (tmp_path / "go").touch()
    run = (
        f"import sys\nfor _ in range(3): guild_ipy.run(train, path='{tmp_path}/go')\nprint('ipywidgets' in sys.modules)"
    )
    open_training(lab, f"import guild_ipy\n{run}")
    area = lab.run(2)
    expect(area).to_contain_text("False")
    outputs = area.locator(".jp-OutputArea-output")
    assert [outputs.nth(place).is_visible() for place in range(outputs.count())] == [True, False] * 3 + [True]


@pytest.mark.usefixtures("no_subshells")
def test_without_subshells_it_says_that_a_click_waits(lab, pictures, tmp_path):
    open_training(lab, f"%guild_run train path={tmp_path}/never")
    area = lab.start(2)
    before = step_of(area)
    live(area).get_by_role("button", name="Stop").click()
    expect(live(area)).to_contain_text("This waits until the cell has ended; the interrupt button of the notebook")
    expect(live(area)).to_contain_text("stopping")
    assert step_of(area) > before
    live(area).screenshot(path=pictures / "live-run-waits.png")
    lab.page.locator(INTERRUPT).click()
    expect(head(area)).to_contain_text("terminated")
    expect(live(area)).to_have_count(0)


@pytest.mark.usefixtures("no_subshells")
def test_without_subshells_a_run_in_the_background_is_stopped_when_the_kernel_is_free(lab, tmp_path):
    open_training(lab, f"_ = %guild_run train path={tmp_path}/never -b", BUSY.format(path=f"{tmp_path}/free"))
    lab.run(2)
    expect(live(lab.output(2))).to_be_visible()
    expect(lab.start(3)).to_contain_text("at work")
    area = lab.output(2)
    live(area).get_by_role("button", name="Stop").click()
    expect(live(area)).to_contain_text("This waits until the cell that is at work has ended.")
    (tmp_path / "free").touch()
    expect(head(area)).to_contain_text("terminated in")


def test_a_page_that_is_loaded_anew_shows_the_end(lab, tmp_path):
    path = open_training(lab, f"_ = %guild_run train path={tmp_path}/go -b")
    lab.run(2)
    expect(live(lab.output(2))).to_be_visible()
    lab.page.evaluate(_SAVED)
    lab.load()  # without the notebooks that were open, which JupyterLab would bring back at any time
    lab.show(path)
    area = lab.output(2)
    expect(live(area)).to_contain_text("running")
    (tmp_path / "go").touch()
    expect(live(area)).to_contain_text("completed in")
    expect(live(area).get_by_role("button", name="Stop")).to_have_count(0)
    assert step_of(area) > 0


def test_a_table_is_static_while_a_page_that_is_loaded_anew_waits_for_the_kernel(lab, tmp_path):
    (tmp_path / "go").touch()
    cells = [f"_ = %guild_run train path={tmp_path}/go", "%guild_runs --table", BUSY.format(path=f"{tmp_path}/free")]
    path = open_training(lab, *cells)
    lab.run(2)
    expect(lab.run(3).get_by_role("grid", name="Runs")).to_be_visible()
    expect(lab.start(4)).to_contain_text("at work")  # else the page is left before the kernel is asked
    lab.page.evaluate(_SAVED)
    lab.load()  # without the notebooks that were open, which JupyterLab would bring back at any time
    lab.page.evaluate(_OPENED, path)
    area = lab.output(3)
    expect(area.locator(".guild-ipy-beside table")).to_be_visible()
    expect(area.get_by_text("Loading widget")).to_have_count(1)
    expect(area.get_by_text("Loading widget")).to_be_hidden()
    (tmp_path / "free").touch()
    expect(area.get_by_role("grid", name="Runs")).to_be_visible()
    expect(area.locator(".guild-ipy-beside table")).to_be_hidden()


def test_a_kernel_that_is_restarted_is_told(lab, tmp_path):
    open_training(lab, f"_ = %guild_run train path={tmp_path}/go -b")
    lab.run(2)
    area = lab.output(2)
    expect(live(area)).to_be_visible()
    lab.page.evaluate("window.jupyterapp.shell.currentWidget.sessionContext.restartKernel()")
    expect(live(area)).to_contain_text("The kernel has ended or was restarted; %guild_watch")
    expect(live(area).get_by_role("button", name="Stop")).to_be_disabled()
    (tmp_path / "go").touch()


def test_a_table_is_clicked_on_while_a_cell_is_at_work(lab, tmp_path):
    (tmp_path / "go").touch()
    cells = [f"_ = %guild_run train path={tmp_path}/go", "%guild_runs --table", FIGURE.format(path=f"{tmp_path}/free")]
    open_training(lab, *cells)
    lab.run(2)
    table = lab.run(3)
    mark = table.get_by_role("checkbox", name=re.compile("^mark")).first
    expect(mark).not_to_be_checked()
    area = lab.start(4)
    expect(area).to_contain_text("drawing")
    lab.output(3)
    mark.click()
    expect(mark).to_be_checked()
    expect(table.get_by_role("status")).to_contain_text("Marked")
    (tmp_path / "free").touch()
    area = lab.output(4)
    expect(area).to_contain_text("1 figure")
    expect(area.locator("img")).to_have_count(1)


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("width", [1000, 1600])
def test_it_is_readable_in_both_themes(lab, pictures, theme, width, tmp_path):
    lab.page.set_viewport_size({"width": width, "height": 900})
    open_training(lab, f"%guild_run train path={tmp_path}/go")
    lab.set_theme(theme)
    area = lab.start(2)
    expect(live(area).get_by_role("img", name=re.compile("^loss is"))).to_be_visible()
    contrasts = live(area).evaluate(CONTRASTS)
    violations = find_violations(live(area))
    live(area).screenshot(path=pictures / f"live-run-{width}-{theme}.png")
    lab.page.screenshot(path=pictures / f"live-run-page-{width}-{theme}.png")
    (tmp_path / "go").touch()
    expect(head(area)).to_contain_text("completed in")
    lab.set_theme("light")
    lab.page.set_viewport_size({"width": 1180, "height": 900})
    assert len(contrasts) > 8
    assert {text: value for text, value in contrasts.items() if value < 4.5} == {}
    assert violations == []
