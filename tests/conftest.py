"""Fixtures that several folders of tests need."""

from __future__ import annotations

import gc
import importlib
import logging
import os
from collections.abc import Iterator
from pathlib import Path

import hypothesis
import pytest

from guild_ipy.engine import fork_server
from guild_ipy.store.guild_home import Home, create_home

#: Notebooks that tests run are no notebooks of the manual.
collect_ignore_glob = ["*.ipynb"]

#: A busy machine is slow, which is no fault of what is tested.
hypothesis.settings.register_profile("without deadline", deadline=None)
hypothesis.settings.load_profile("without deadline")

#: Packages that some tests import, or what tests are made with, and that take seconds to load.
_HEAVY = frozenset(
    "PIL anyio arrow attr attrs charset_normalizer fastjsonschema fqdn idna isoduration joblib jsonpointer jsonschema "
    "jsonschema_specifications lark matplotlib narwhals nbformat pyparsing referencing rfc3339_validator "
    "rfc3986_validator rfc3987_syntax rpds scipy sklearn uri_template webcolors".split()
)

pytest_plugins = [
    "tests.bare_runs",
    "tests.guild_peer",
    "tests.module_session",
    "tests.notebook_session",
    "tests.dask_cluster",
    "tests.train_and_wait",
    "tests.used_runs",
]


def pytest_collection_finish() -> None:
    """Have no object that is there already looked at when IPython collects garbage, which it does at each reset."""
    gc.freeze()


@pytest.fixture(autouse=True)
def loggers_of_libraries_as_they_were() -> None:
    """Take back what Optuna and its libraries set up as a test imports them: the runs of others would get it, too."""
    for logger in map(logging.getLogger, ("charset_normalizer", "optuna")):
        logger.handlers.clear()
        logger.setLevel(logging.NOTSET)
        logger.propagate = True


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


@pytest.fixture(scope="session", autouse=True)
def preloads() -> Iterator[None]:
    """No fork server that does what this process has imported for another test: each server and batch would load it."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(fork_server, "_NOT_PRELOADED", fork_server._NOT_PRELOADED | _HEAVY)
        yield


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
