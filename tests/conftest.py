"""Fixtures that several folders of tests need."""

from __future__ import annotations

import importlib
import logging
import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from guild_ipy.store.guild_home import Home, create_home

#: Notebooks that tests run are no notebooks of the manual.
collect_ignore_glob = ["*.ipynb"]

pytest_plugins = [
    "tests.bare_runs",
    "tests.guild_peer",
    "tests.notebook_session",
    "tests.train_and_wait",
    "tests.used_runs",
]


@pytest.fixture(scope="session", autouse=True)
def caches(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Places for the indexes of all homes and the key of this session, also in the processes that it starts."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("GUILD_IPY_CACHE", str(tmp_path_factory.mktemp("caches")))
        patch.setenv("XDG_DATA_HOME", str(tmp_path_factory.mktemp("data")))
        yield


@pytest.fixture(scope="session", autouse=True)
def loggers() -> None:
    """No logger of lark, which nbformat loads where JupyterLab is installed: a notebook has none that is set up."""
    importlib.import_module("nbformat")
    logging.root.manager.loggerDict.pop("lark", None)


@pytest.fixture
def home(tmp_path: Path) -> Home:
    """A new, empty Guild home."""
    home = Home(f"{tmp_path}/guild home")
    create_home(home)
    return home


@pytest.fixture(scope="session")
def guild_command() -> str:
    """The path of the command of guildai 0.9.0."""
    root = os.environ.get("GUILD_PEER_ENV")
    if not root:
        pytest.fail("GUILD_PEER_ENV must name an environment with guildai 0.9.0; `make test` makes one")
    command = f"{root}/bin/guild"
    if not os.access(command, os.X_OK):
        pytest.fail(f"GUILD_PEER_ENV={root} has no executable {command}")
    return command
