"""What several folders of tests need, and surroundings that are not the user's own."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

import pytest

from guild_ipy.store.home import Home, create_home
from tests.surroundings import enter

pytest_plugins = ["tests.guild_peer", "tests.notebook_session"]


def pytest_configure(config: pytest.Config) -> None:
    """Keep the session away from the user's folders."""
    scratch = tempfile.TemporaryDirectory(prefix="guild_ipy-")
    config.add_cleanup(scratch.cleanup)
    enter(scratch.name)


def pytest_runtest_protocol(item: pytest.Item) -> None:
    """Give each notebook a Guild home of its own; its kernel takes over the environment."""
    if item.path.suffix == ".ipynb":
        os.environ["GUILD_HOME"] = f"{os.environ['HOME']}/homes/{item.path.stem}"


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
