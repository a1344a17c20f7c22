import importlib
import subprocess
import sys

import pytest

import guild_ipy


def test_public_names_are_sorted_and_there():
    assert guild_ipy.__all__ == sorted(guild_ipy.__all__)
    assert dir(guild_ipy) == guild_ipy.__all__


@pytest.mark.parametrize("name", guild_ipy.__all__)
def test_every_public_name_is_documented(name):
    value = getattr(guild_ipy, name)
    assert callable(value)
    assert value.__doc__


def test_the_verb_operations_stays_a_function_beside_the_layer_of_that_name():
    layer = importlib.import_module("guild_ipy.operations.flag_values.flag_binding")
    assert layer.__name__ == "guild_ipy.operations.flag_values.flag_binding"
    assert guild_ipy.operations.__module__ == "guild_ipy.python.looking"


def test_other_names_are_not_there():
    with pytest.raises(AttributeError, match="module 'guild_ipy' has no attribute 'trian'"):
        _ = guild_ipy.trian


@pytest.mark.parametrize(
    ("statement", "unwanted"),
    [
        ("import guild_ipy", {"guild_ipy.session", "IPython", "pandas", "yaml"}),
        ("import guild_ipy.cli", {"IPython", "pandas", "numpy", "yaml"}),
        ("from guild_ipy import run, mark, info", {"IPython", "pandas", "numpy"}),
        ("import guild_ipy.engine.script", {"dataclasses", "inspect", "guild_ipy.engine.meta"}),
        ("import guild_ipy.launching.new_run", {"http.client", "ssl", "tarfile", "zipfile", "configparser", "ctypes"}),
        ("import guild_ipy.engine.notebook_file", {"lark"}),
    ],
)
def test_importing_loads_only_what_is_used(statement, unwanted):
    code = f"{statement}\nimport sys\nprint(*sorted({unwanted!r} & set(sys.modules)))"
    printed = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert printed.stdout == "\n"
