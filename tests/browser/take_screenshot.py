"""Takes the pictures of README and docs: notebooks that are executed in JupyterLab, seen by a browser, in both themes.

``python -m tests.browser.take_screenshot`` in the environment of the tests in a browser, which is ``.venv`` after
``make test``; names of notebooks take only theirs. Pictures of other widths, to look at, are in ``build/browser``.
"""

from __future__ import annotations

import shutil
import sys
import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path

from playwright.sync_api import Page

from tests.browser.jupyterlab import Lab, open_lab
from tests.surroundings import enter

_ROOT = Path(__file__).parents[2]
_IMAGES = _ROOT / "docs/images"
_LOOKED_AT = _ROOT / "build/browser"
_WIDTH = 1180
_OTHER_WIDTHS = (1000, 1600)
_THEMES = ("light", "dark")

_RUN_ALL = "async () => await window.jupyterapp.commands.execute('notebook:run-all-cells')"
_SHOW = """async (id) => {
    const content = window.jupyterapp.shell.currentWidget.content;
    const index = content.widgets.findIndex(cell => cell.model.sharedModel.id === id);
    content.activeCellIndex = index;
    await content.scrollToItem(index, 'start', 0);
}"""


def main() -> None:
    """Execute the notebooks in a browser, each with a Guild home of its own, and save what is to be seen."""
    _LOOKED_AT.mkdir(parents=True, exist_ok=True)
    for notebook in sys.argv[1:] or _NOTEBOOKS:
        with tempfile.TemporaryDirectory(prefix="guild_ipy-") as scratch:
            enter(scratch)
            folder = Path(scratch) / "notebooks"
            shutil.copytree(_ROOT / "notebooks", folder)
            with open_lab(folder, scale=1.5) as lab:
                lab.show(notebook)
                lab.page.evaluate(_RUN_ALL)
                for name, (cell, height, prepare) in _NOTEBOOKS[notebook].items():
                    _take_all(lab, name, cell, height, prepare)


def _take_all(lab: Lab, name: str, cell: str, height: int, prepare: Callable[[Page], None]) -> None:
    """Take one picture in both themes and all widths, once the page shows what is to be seen."""
    _show(lab, cell, (_WIDTH, height))
    prepare(lab.page)
    for theme in _THEMES:
        lab.set_theme(theme)
        _take(lab, _IMAGES / f"{name}-{theme}.png", cell, (_WIDTH, height))
        for width in _OTHER_WIDTHS:
            _take(lab, _LOOKED_AT / f"{name}-{theme}-{width}.png", cell, (width, height))
    lab.set_theme("light")


def _take(lab: Lab, path: Path, cell: str, size: tuple[int, int]) -> None:
    _show(lab, cell, size)
    lab.page.screenshot(path=path)
    print(f"Saved {path.relative_to(_ROOT)}")


def _show(lab: Lab, cell: str, size: tuple[int, int]) -> None:
    lab.page.set_viewport_size({"width": size[0], "height": size[1]})
    for _ in range(2):  # heights of cells are known only once they have been drawn
        lab.page.evaluate(_SHOW, cell)
        lab.page.wait_for_timeout(1000)


# -- what is done in a page before its picture is taken


def _nothing(page: Page) -> None:
    """Leave the page as it is."""


def _mark_some(page: Page) -> None:
    """Sort by accuracy, mark the best, and select three runs."""
    page.get_by_role("button", name="accuracy", exact=True).click()
    page.get_by_role("button", name="accuracy", exact=True).click()
    page.get_by_role("checkbox", name="mark").first.check()
    rows = page.get_by_role("grid", name="Runs").get_by_role("row")
    for number in (1, 2, 4):
        rows.nth(number).locator("[role=gridcell]").nth(2).click(modifiers=["Control"])


def _compare(page: Page) -> None:
    page.keyboard.press("Escape")
    page.get_by_role("button", name="Compare", exact=True).click()


def _look_closer(page: Page) -> None:
    page.get_by_role("button", name="Compare", exact=True).click()
    page.get_by_role("button", name="Detail", exact=True).click()
    page.get_by_role("tab", name="Diff").click()  # of the overview, the paths are those of this machine


#: Notebook -> picture -> the id of the cell that it begins with, its height, and what is done before.
_NOTEBOOKS: Mapping[str, Mapping[str, tuple[str, int, Callable[[Page], None]]]] = {
    "quickstart.ipynb": {
        "quickstart": ("first-run-code", 800, _nothing),
        "compare": ("look", 800, _nothing),
    },
    "marking.ipynb": {
        "table": ("the-table", 760, _mark_some),
        "curves": ("the-table", 1340, _compare),
        "detail": ("the-table", 1180, _look_closer),
    },
}

if __name__ == "__main__":
    main()
