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
from playwright.sync_api import ConsoleMessage, Locator, Page, expect, sync_playwright

_QUIET = '{"fetchNews": "false", "checkForUpdates": false, "doNotDisturbMode": true}'
_SECONDS = 60
_POLL_SECONDS = 0.2
#: For what a kernel answers; Playwright's 5 seconds are too few where all cores are busy.
_EXPECT_SECONDS = 20
#: Without a sandbox, which root has none, and without /dev/shm, which may be small.
BROWSER_OPTIONS = ("--no-sandbox", "--disable-dev-shm-usage")
_THEMES = {"light": "JupyterLab Light", "dark": "JupyterLab Dark"}
#: What JupyterLab itself says on its console.
_USUAL_WORDS = (
    *("favicon", "Failed to load resource", "source map", "ResizeObserver", "WebSocket", "Content Security"),
    "debugger state",
    "(reading 'schema')",  # of Notebook 7.6, as it loads its settings
    "widget model not found",  # where a notebook is opened again, before or without the kernel that has the widget
    "create_subshell_request",  # where a kernel ends while one of its subshells is being made
    "Comm not found for comm id",  # where a kernel that ends closes its comms after the page has let go of them
)

_OPEN = """async (path) => {
    const app = window.jupyterapp;
    const widget = await app.commands.execute('docmanager:open', {path, factory: 'Notebook'});
    await widget.context.ready;
    await widget.context.sessionContext.ready;
    app.shell.activateById(widget.id);
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
#: Which notebook has the focus, on which commands work.
_IS_CURRENT = "path => window.jupyterapp.shell.currentWidget?.context?.path === path"
_CLOSE = """async () => {
    for (const widget of [...window.jupyterapp.shell.widgets('main')].filter(each => each.sessionContext)) {
        await widget.context.save();
        await widget.sessionContext.shutdown();
        widget.context.dispose();
        widget.dispose();
    }
}"""
#: Answers the dialogs that are open, which keep the focus from notebooks; returns their texts.
_DISMISS = """() => [...document.querySelectorAll('.jp-Dialog')].map(dialog => {
    dialog.querySelector('.jp-mod-reject, .jp-mod-accept')?.click();
    return dialog.innerText;
})"""
_SHUT_DOWN = "() => window.jupyterapp.serviceManager.sessions.shutdownAll()"


@dataclass(kw_only=True)
class Lab:
    """One page of JupyterLab, and what its console said."""

    page: Page
    folder: Path
    """The root of the server."""
    address: str
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
        self.page.wait_for_function(_IS_CURRENT, arg=path)

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

    def load(self) -> None:
        """Open the page, without any notebook."""
        self.page.goto(f"{self.address}&reset")
        self.page.wait_for_function("window.jupyterapp?.restored")
        self.page.evaluate("window.jupyterapp.restored")

    def close(self) -> None:
        """Save the notebooks that are open, end their kernels, and close them; a dialog that is open is an error."""
        self.dismiss()
        self.page.evaluate(_CLOSE)
        self.dismiss()

    def dismiss(self) -> None:
        """Answer the dialogs that are open, and keep their texts as errors."""
        for text in self.page.evaluate(_DISMISS):
            self.keep(f"a dialog was open: {text}")

    def start_over(self) -> None:
        """End all kernels and load the page anew, so that a test that failed leaves nothing to the next one."""
        self.page.evaluate(_SHUT_DOWN)
        self.load()

    def hear(self, message: ConsoleMessage) -> None:
        """Keep an error of the console that is not one of JupyterLab's own."""
        if message.type == "error":
            self.keep(message.text)

    def keep(self, text: str) -> None:
        """Keep an error that is not one of JupyterLab's own."""
        if not any(word in text for word in _USUAL_WORDS):
            self.console.append(text)


@contextmanager
def open_lab(folder: Path, *, scale: float = 1.0) -> Iterator[Lab]:
    """Start JupyterLab in a folder, whose surroundings have been entered, and open it in a browser."""
    with serve(folder, LAB) as server, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=[*BROWSER_OPTIONS])
        page = browser.new_page(device_scale_factor=scale, viewport={"width": 1180, "height": 900})
        page.set_default_timeout(_SECONDS * 1000)
        expect.set_options(timeout=_EXPECT_SECONDS * 1000)
        lab = Lab(page=page, folder=folder, address=server.address("lab"))
        page.on("console", lab.hear)
        page.on("pageerror", lambda error: lab.keep(str(error)))
        lab.load()
        yield lab
        browser.close()


@dataclass(frozen=True, kw_only=True)
class Application:
    """A program that serves notebooks."""

    module: str
    trait: str
    """The class of its configuration."""
    python: str = sys.executable


LAB = Application(module="jupyterlab", trait="LabApp")


@dataclass(frozen=True, kw_only=True)
class Server:
    """One that is at work."""

    port: int
    token: str

    def address(self, path: str) -> str:
        """Return the address of a page."""
        return f"http://127.0.0.1:{self.port}/{path}?token={self.token}"


@contextmanager
def serve(folder: Path, application: Application) -> Iterator[Server]:
    """Start a server in a folder, whose surroundings have been entered."""
    settings = Path(os.environ["JUPYTERLAB_SETTINGS_DIR"]) / "@jupyterlab/apputils-extension"
    settings.mkdir(parents=True, exist_ok=True)
    (settings / "notification.jupyterlab-settings").write_text(_QUIET)
    started = Server(port=_free_port(), token=secrets.token_hex(16))
    words = f"-m {application.module} --no-browser --allow-root --ip=127.0.0.1 --port={started.port}"
    exposed = f"--{application.trait}.expose_app_in_browser=True"
    command = [application.python, *words.split(), "--ServerApp.port_retries=0", exposed]
    environment = {**os.environ, "HOME": str(folder), "JUPYTER_TOKEN": started.token}
    with open(folder / "server.log", "wb") as log:
        process = subprocess.Popen(command, cwd=folder, env=environment, stdout=log, stderr=log)
    try:
        _wait_for(process, started.address("api"))
        yield started
    finally:
        process.terminate()
        process.wait()


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
