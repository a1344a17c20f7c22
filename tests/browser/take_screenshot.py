"""Takes the pictures of the README: the quickstart, executed in JupyterLab and seen by a browser.

It needs a Chromium on the PATH and `pip install playwright` for the Python that executes it, and the environment of
`make lab`::

    python -m tests.browser.take_screenshot
"""

from __future__ import annotations

import os
import secrets
import shutil
import socket
import subprocess
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from playwright.sync_api import Page, sync_playwright

from tests.surroundings import enter

_ROOT = Path(__file__).parents[2]
_IMAGES = _ROOT / "docs/images"
#: Picture -> the id of the cell that it begins with, and its height.
_PICTURES = {"quickstart.png": ("define-train", 960), "compare.png": ("look", 960)}
_QUIET = '{"fetchNews": "false", "checkForUpdates": false, "doNotDisturbMode": true}'
_WIDTH = 1180
_SECONDS = 60
_POLL_SECONDS = 0.2

_RUN_ALL = """async () => {
    const app = window.jupyterapp;
    const widget = await app.commands.execute('docmanager:open', {path: 'quickstart.ipynb', factory: 'Notebook'});
    await widget.context.ready;
    await widget.context.sessionContext.ready;
    app.shell.collapseLeft();
    app.shell.collapseRight();
    await app.commands.execute('notebook:run-all-cells');
}"""
_SHOW = """async (id) => {
    const content = window.jupyterapp.shell.currentWidget.content;
    const index = content.widgets.findIndex(cell => cell.model.sharedModel.id === id);
    content.activeCellIndex = index;
    await content.scrollToItem(index, 'start', 0);
}"""


def main() -> None:
    """Execute the quickstart in a browser, and save what is to be seen."""
    with tempfile.TemporaryDirectory(prefix="guild_ipy-") as scratch:
        enter(scratch)
        with _serve(scratch) as address, sync_playwright() as playwright:
            options = ["--no-sandbox", "--disable-dev-shm-usage"]
            browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=options)
            page = browser.new_page(device_scale_factor=1.5)
            page.goto(address)
            page.wait_for_function("window.jupyterapp?.restored")
            page.evaluate(_RUN_ALL)
            for name, (cell, height) in _PICTURES.items():
                _take(page, name, cell, height)
            browser.close()


def _take(page: Page, name: str, cell: str, height: int) -> None:
    page.set_viewport_size({"width": _WIDTH, "height": height})
    for _ in range(2):  # heights of cells are known only once they have been drawn
        page.evaluate(_SHOW, cell)
        page.wait_for_timeout(1000)
    page.screenshot(path=_IMAGES / name)
    print(f"Saved {name}")


@contextmanager
def _serve(scratch: str) -> Iterator[str]:
    """Start JupyterLab on a copy of the notebooks; the address of its first page."""
    shutil.copytree(_ROOT / "notebooks", f"{scratch}/notebooks")
    settings = Path(os.environ["JUPYTERLAB_SETTINGS_DIR"]) / "@jupyterlab/apputils-extension"
    settings.mkdir(parents=True)
    (settings / "notification.jupyterlab-settings").write_text(_QUIET)
    port, token = _free_port(), secrets.token_hex(16)
    words = f"-m jupyterlab --no-browser --allow-root --ip=127.0.0.1 --port={port} --ServerApp.port_retries=0"
    command = [str(_ROOT / ".venv/bin/python"), *words.split(), "--LabApp.expose_app_in_browser=True"]
    environment = {**os.environ, "HOME": scratch, "JUPYTER_TOKEN": token}
    with open(f"{scratch}/server.log", "wb") as log:
        server = subprocess.Popen(command, cwd=f"{scratch}/notebooks", env=environment, stdout=log, stderr=log)
    try:
        _wait_for(server, f"http://127.0.0.1:{port}/api")
        yield f"http://127.0.0.1:{port}/lab?token={token}"
    finally:
        server.terminate()
        server.wait()


def _free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


def _wait_for(server: subprocess.Popen[bytes], address: str) -> None:
    deadline = time.monotonic() + _SECONDS
    while time.monotonic() < deadline:
        with suppress(urllib.error.URLError):
            urllib.request.urlopen(address).close()
            return
        with suppress(subprocess.TimeoutExpired):
            raise RuntimeError(f"JupyterLab ended with exit status {server.wait(_POLL_SECONDS)}")
    raise TimeoutError(f"nothing answers at {address}")


if __name__ == "__main__":
    main()
