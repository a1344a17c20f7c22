"""A real IPython shell with the extension loaded, on an empty Guild home."""

import os
import sys
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType

import pytest
from IPython.core.completer import provisionalcompleter
from IPython.core.interactiveshell import InteractiveShell

from guild_ipy.engine.engine import Engine
from guild_ipy.session.session import Session, set_session
from guild_ipy.settings import Settings


@dataclass
class Notebook:
    """A shell, and what its cells print."""

    shell: InteractiveShell
    capsys: pytest.CaptureFixture[str]
    project: Path
    """The folder that its notebook lies in."""

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

    def completions(self, cell):
        """Complete the end of a cell as a notebook does."""
        with provisionalcompleter():
            return [found.text for found in self.shell.Completer.completions(cell, len(cell))]


@pytest.fixture(scope="session")
def ipython(tmp_path_factory):
    main_module = sys.modules["__main__"]
    os.environ["IPYTHONDIR"] = str(tmp_path_factory.mktemp("ipython"))
    shell = InteractiveShell.instance(colors="nocolor", user_module=ModuleType("__main__"))
    shell.history_manager.enabled = False
    sys.modules["__main__"] = main_module
    yield shell
    InteractiveShell.clear_instance()


@pytest.fixture(scope="session")
def engine():
    """One engine for all tests: what a notebook has imported stays preloaded."""
    engine = Engine(Settings.from_environment())
    yield engine
    engine.close()


@pytest.fixture
def project(tmp_path, monkeypatch):
    """The folder that the notebook lies in."""
    project = tmp_path / "project"
    project.mkdir()
    monkeypatch.chdir(project)
    return project


@pytest.fixture
def shell(ipython, monkeypatch):
    """The shell, whose module is the main one."""
    monkeypatch.setitem(sys.modules, "__main__", ipython.user_module)
    return ipython


@pytest.fixture
def session(shell, engine, home, project, capsys):
    set_session(Session(Settings(guild_home=home.path), engine=engine))
    shell.reset(new_session=True)
    shell.run_line_magic("load_ext", "guild_ipy")
    yield Notebook(shell, capsys, project)
    shell.run_line_magic("unload_ext", "guild_ipy")
    shell.reset(new_session=True)  # the shell is there for all tests of the process: no function is left in it
    set_session(None)


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
