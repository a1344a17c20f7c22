"""The table in other front ends than the newest JupyterLab: what is looked at in each of them."""

from __future__ import annotations

import json
from pathlib import Path

import nbformat
from playwright.sync_api import BrowserContext, Locator, Page, expect

from tests.browser.jupyterlab import Application, Lab, serve

NOTEBOOK = Application(module="notebook", trait="JupyterNotebookApp")
_RUNS = """
%load_ext guild_ipy
import guild_ipy
def train(lr=0.1): print("loss:", lr)
runs = [guild_ipy.run(train, lr=each / 10, _label=f"run {each}") for each in (1, 2, 3)]
"""
_CELLS = (
    _RUNS,
    "table = guild_ipy.table()\ntable",
    "print('marked:', *table.marked['label'])",
)
_RUN = """async index => {
    const {commands, shell} = window.jupyterapp;
    const {content} = shell.currentWidget;
    content.deselectAll();
    content.activeCellIndex = index;
    await commands.execute('notebook:run-cell');
}"""
_READY = """async () => {
    const widget = window.jupyterapp.shell.currentWidget;
    await widget.context.ready;
    await widget.sessionContext.ready;
    const {kernel} = widget.sessionContext.session;
    await kernel.info;
}"""


def try_table(context: BrowserContext, folder: Path, application: Application, path: str, picture: Path) -> None:
    """Open a notebook in a front end, mark a run in its table by a click, and see that Python knows of it."""
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(text) for text in _CELLS])
    notebook.metadata.kernelspec = {"name": "python3", "display_name": "Python 3", "language": "python"}
    nbformat.write(notebook, folder / "table.ipynb")
    with serve(folder, application) as server:
        page = context.new_page()
        lab = Lab(page=page, folder=folder, address=server.address(path))
        page.on("console", lab.hear)
        page.on("pageerror", lambda error: lab.keep(str(error)))
        page.goto(server.address(f"{path}/table.ipynb"))
        page.wait_for_function("window.jupyterapp?.shell?.currentWidget?.context !== undefined")
        page.evaluate(_READY)
        for index in (0, 1):
            page.evaluate(_RUN, index)
        _mark(page, "run 2")
        page.evaluate(_RUN, 2)
        expect(page.get_by_text("marked: run 2")).to_be_visible()
        page.screenshot(path=picture)
        _change_from_outside(page)
        page.close()
        assert lab.console == [], json.dumps(lab.console, indent=2)


def _mark(page: Page, label: str) -> None:
    row = _row(page, label)
    row.get_by_role("checkbox").check()
    expect(row.get_by_role("checkbox")).to_be_checked()
    expect(page.locator(".guild-ipy-static")).to_be_hidden()


def _change_from_outside(page: Page) -> None:
    """A change that another cell makes is seen."""
    page.evaluate(
        "text => window.jupyterapp.shell.currentWidget.content.widgets[2].model.sharedModel.setSource(text)",
        "guild_ipy.label(runs[0].id, set='changed')",
    )
    page.evaluate(_RUN, 2)
    expect(_row(page, "changed")).to_be_visible()


def _row(page: Page, label: str) -> Locator:
    return page.get_by_role("grid", name="Runs").get_by_role("row").filter(has_text=label)
