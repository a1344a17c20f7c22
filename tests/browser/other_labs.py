"""The table in the oldest JupyterLab: ``python -m tests.browser.other_labs PYTHON``, of an environment that has it."""

from __future__ import annotations

import shutil
import sys
import tempfile
from pathlib import Path

from playwright.sync_api import sync_playwright

from tests.browser.front_ends import try_table
from tests.browser.jupyterlab import BROWSER_OPTIONS, Application
from tests.surroundings import enter


def main() -> None:
    """Try it; an exception says what did not hold."""
    python = str(Path(sys.argv[1]).absolute())
    pictures = Path("build/browser").absolute()
    pictures.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="guild_ipy-lab-", ignore_cleanup_errors=True) as folder:
        enter(folder)
        work = Path(folder, "work")
        work.mkdir()
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=[*BROWSER_OPTIONS])
            context = browser.new_context(viewport={"width": 1180, "height": 900})
            context.set_default_timeout(60_000)
            application = Application(module="jupyterlab", trait="LabApp", python=python)
            try_table(context, work, application, "lab/tree", pictures / "lab-4.2.png")
            browser.close()
    print("A run was marked in the table, and Python knew of it")


if __name__ == "__main__":
    main()
