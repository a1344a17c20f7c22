"""Keeps every test and every notebook away from the user's own folders."""

from __future__ import annotations

import os
import tempfile

import pytest

from tests.surroundings import enter


def pytest_configure(config: pytest.Config) -> None:
    """Enter temporary surroundings for the whole session."""
    scratch = tempfile.TemporaryDirectory(prefix="guild_ipy-")
    config.add_cleanup(scratch.cleanup)
    enter(scratch.name)
    os.environ["HOME"] = scratch.name


def pytest_runtest_protocol(item: pytest.Item) -> None:
    """Give each notebook a Guild home of its own; its kernel takes over the environment."""
    if item.path.suffix == ".ipynb":
        os.environ["GUILD_HOME"] = f"{os.environ['HOME']}/homes/{item.path.stem}"
