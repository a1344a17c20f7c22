"""JupyterLab in a browser: a server of its own, and one page in which notebooks are opened and executed."""

from __future__ import annotations

import os
import secrets
import shutil
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

import nbformat
from playwright.sync_api import ConsoleMessage, Locator, Page, sync_playwright

_QUIET = '{"fetchNews": "false", "checkForUpdates": false, "doNotDisturbMode": true}'
_SECONDS = 90
_POLL_SECONDS = 0.2
_THEMES = {"light": "JupyterLab Light", "dark": "JupyterLab Dark"}
#: What JupyterLab itself says on its console.
_USUAL_WORDS = (
    *("favicon", "Failed to load resource", "source map", "ResizeObserver", "WebSocket", "Content Security"),
    "debugger state",
)

_OPEN = """async (path) => {
    const app = window.jupyterapp;
    const widget = await app.commands.execute('docmanager:open', {path, factory: 'Notebook'});
    await widget.context.ready;
    await widget.context.sessionContext.ready;
    app.shell.collapseLeft();
    app.shell.collapseRight();
}"""
_RUN = """async (index) => {
    const app = window.jupyterapp;
    const content = app.shell.currentWidget.content;
    content.deselectAll();
    content.activeCellIndex = index;
    await content.scrollToItem(index, 'start', 0);
    await app.commands.execute('notebook:run-cell');
}"""
_START = _RUN.replace("    await app.commands.execute", "    app.commands.execute")
_SHOW = """async (index) => {
    const content = window.jupyterapp.shell.currentWidget.content;
    content.activeCellIndex = index;
    await content.scrollToItem(index, 'start', 0);
}"""
_CLOSE = """async () => {
    const app = window.jupyterapp;
    const widget = app.shell.currentWidget;
    await widget.context.save();
    await widget.sessionContext.shutdown();
    widget.context.dispose();
}"""


@dataclass(kw_only=True)
class Lab:
    """One page of JupyterLab, and what its console said."""

    page: Page
    folder: Path
    """The root of the server."""
    console: list[str] = field(default_factory=list)

    def open(self, cells: Sequence[str], name: str = "") -> str:
        """Write a notebook with these cells and open it; return its path, relative to the root."""
        path = f"{name or secrets.token_hex(4)}.ipynb"
        notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(text) for text in cells])
        notebook.metadata.kernelspec = {"name": "python3", "display_name": "Python 3", "language": "python"}
        nbformat.write(notebook, self.folder / path)
        self.show(path)
        return path

    def show(self, path: str) -> None:
        """Open a notebook that is there."""
        self.page.evaluate(_OPEN, path)

    def run(self, index: int) -> Locator:
        """Execute a cell, and wait for its end; return its output."""
        self.page.evaluate(_RUN, index)
        return self.output(index)

    def start(self, index: int) -> Locator:
        """Execute a cell without waiting; return its output."""
        self.page.evaluate(_START, index)
        return self.output(index)

    def command(self, name: str) -> None:
        """Execute a command of JupyterLab."""
        self.page.evaluate("name => window.jupyterapp.commands.execute(name)", name)

    def output(self, index: int) -> Locator:
        """Return the output area of a cell, which is scrolled into view."""
        self.page.evaluate(_SHOW, index)
        notebook = self.page.locator(".jp-NotebookPanel:not(.lm-mod-hidden)")
        return notebook.locator(f".jp-Cell[data-windowed-list-index='{index}'] .jp-OutputArea.jp-Cell-outputArea")

    def set_theme(self, theme: str) -> None:
        """Switch to ``light`` or ``dark``."""
        change = "theme => window.jupyterapp.commands.execute('apputils:change-theme', {theme})"
        self.page.evaluate(change, _THEMES[theme])
        self.page.wait_for_function(
            "dark => (document.body.dataset.jpThemeLight === 'false') === dark", arg=theme == "dark"
        )

    def close(self) -> None:
        """Save the notebook that is open, end its kernel, and close it."""
        self.page.evaluate(_CLOSE)

    def hear(self, message: ConsoleMessage) -> None:
        """Keep an error of the console that is not one of JupyterLab's own."""
        if message.type == "error" and not any(word in message.text for word in _USUAL_WORDS):
            self.console.append(message.text)


@contextmanager
def open_lab(folder: Path, *, scale: float = 1.0) -> Iterator[Lab]:
    """Start JupyterLab in a folder, whose surroundings have been entered, and open it in a browser."""
    with _serve(folder) as address, sync_playwright() as playwright:
        options = ["--no-sandbox", "--disable-dev-shm-usage"]
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=options)
        page = browser.new_page(device_scale_factor=scale, viewport={"width": 1180, "height": 900})
        page.set_default_timeout(_SECONDS * 1000)
        lab = Lab(page=page, folder=folder)
        page.on("console", lab.hear)
        page.on("pageerror", lambda error: lab.console.append(str(error)))
        page.goto(address)
        page.wait_for_function("window.jupyterapp?.restored")
        page.evaluate("window.jupyterapp.restored")
        yield lab
        browser.close()


@contextmanager
def _serve(folder: Path) -> Iterator[str]:
    """Start a server; the address of its first page."""
    settings = Path(os.environ["JUPYTERLAB_SETTINGS_DIR"]) / "@jupyterlab/apputils-extension"
    settings.mkdir(parents=True, exist_ok=True)
    (settings / "notification.jupyterlab-settings").write_text(_QUIET)
    port, token = _free_port(), secrets.token_hex(16)
    words = f"-m jupyterlab --no-browser --allow-root --ip=127.0.0.1 --port={port} --ServerApp.port_retries=0"
    command = [sys.executable, *words.split(), "--LabApp.expose_app_in_browser=True"]
    environment = {**os.environ, "HOME": str(folder), "JUPYTER_TOKEN": token}
    with open(folder / "server.log", "wb") as log:
        server = subprocess.Popen(command, cwd=folder, env=environment, stdout=log, stderr=log)
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
