"""Takes the pictures of the README: the quickstart, executed in JupyterLab and seen by a browser, in both themes.

``python -m tests.browser.take_screenshot`` in the environment of the tests in a browser, which is ``.venv`` after
``make test``. Pictures of other widths, to look at, are in ``build/browser``.
"""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path

from tests.browser.jupyterlab import Lab, open_lab
from tests.surroundings import enter

_ROOT = Path(__file__).parents[2]
_IMAGES = _ROOT / "docs/images"
_LOOKED_AT = _ROOT / "build/browser"
#: Picture -> the id of the cell that it begins with, and its height.
_PICTURES = {"quickstart": ("first-run-code", 800), "compare": ("look", 800)}
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
    """Execute the quickstart in a browser, and save what is to be seen."""
    _LOOKED_AT.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="guild_ipy-") as scratch:
        enter(scratch)
        folder = Path(scratch) / "notebooks"
        shutil.copytree(_ROOT / "notebooks", folder)
        with open_lab(folder, scale=1.5) as lab:
            lab.show("quickstart.ipynb")
            lab.page.evaluate(_RUN_ALL)
            for theme in _THEMES:
                lab.set_theme(theme)
                for name, (cell, height) in _PICTURES.items():
                    _take(lab, _IMAGES / f"{name}-{theme}.png", cell, (_WIDTH, height))
                    for width in _OTHER_WIDTHS:
                        _take(lab, _LOOKED_AT / f"{name}-{theme}-{width}.png", cell, (width, height))


def _take(lab: Lab, path: Path, cell: str, size: tuple[int, int]) -> None:
    lab.page.set_viewport_size({"width": size[0], "height": size[1]})
    for _ in range(2):  # heights of cells are known only once they have been drawn
        lab.page.evaluate(_SHOW, cell)
        lab.page.wait_for_timeout(1000)
    lab.page.screenshot(path=path)
    print(f"Saved {path.relative_to(_ROOT)}")


if __name__ == "__main__":
    main()
