"""The examples in docstrings hold."""

import builtins
import doctest
import importlib
import pkgutil

import pytest

import guild_ipy

MODULES = [module.name for module in pkgutil.walk_packages(guild_ipy.__path__, "guild_ipy.")]


@pytest.mark.parametrize("name", [name for name in MODULES if not name.endswith("__main__")])
def test_examples_of_a_module_hold(name):
    try:
        assert doctest.testmod(importlib.import_module(name)).failed == 0
    finally:
        vars(builtins).pop("_", None)  # an example's last value, which no shell of a later test would replace
