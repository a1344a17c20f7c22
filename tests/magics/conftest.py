"""A real IPython shell with the extension loaded, on an empty Guild home."""

import os
import sys
from dataclasses import dataclass

import pytest
from IPython.core.interactiveshell import InteractiveShell

from guild_ipy.api.context import get_context, set_context


@dataclass
class Session:
    """A shell, and what its cells print."""

    shell: InteractiveShell
    capsys: pytest.CaptureFixture[str]

    def run(self, cell):
        """Run a cell; what it gives."""
        done = self.shell.run_cell(cell, store_history=True)
        done.raise_error()
        return done.result

    def printed(self, cell):
        """Run a cell; what it prints."""
        self.capsys.readouterr()
        self.shell.run_cell(cell, store_history=True)
        return self.capsys.readouterr().out

    def completions(self, line):
        """Complete a line as a terminal does."""
        return self.shell.complete("", line, len(line))[1]


@pytest.fixture(scope="session")
def ipython(tmp_path_factory):
    main_module = sys.modules["__main__"]
    os.environ["IPYTHONDIR"] = str(tmp_path_factory.mktemp("ipython"))
    shell = InteractiveShell.instance(colors="nocolor")
    shell.history_manager.enabled = False
    yield shell
    InteractiveShell.clear_instance()
    sys.modules["__main__"] = main_module


@pytest.fixture
def session(ipython, home, tmp_path, monkeypatch, capsys):
    project = tmp_path / "project"
    project.mkdir()
    monkeypatch.chdir(project)
    monkeypatch.setenv("GUILD_HOME", home.path)
    set_context(None)
    ipython.reset(new_session=True)
    ipython.run_line_magic("load_ext", "guild_ipy")
    yield Session(ipython, capsys)
    ipython.run_line_magic("unload_ext", "guild_ipy")
    get_context().engine.close()
    set_context(None)


@pytest.fixture
def train(session):
    """The session with a function `train` in its notebook."""
    session.run(
        "def train(lr=0.1, epochs=2, opt='sgd', shuffle=True):\n"
        "    '''Train a model.'''\n"
        "    for step in range(epochs):\n"
        "        print('step:', step)\n"
        "        print('loss:', lr / (step + 1))\n"
        "    return lr * epochs\n"
    )
    return session
