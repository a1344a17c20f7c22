"""The verbs and their files."""

import os

import pytest

from guild_ipy import verbs
from guild_ipy.verbs import NAMES, VERBS


def test_each_verb_is_named_once():
    assert len(set(NAMES)) == len(NAMES) == len(VERBS)


def test_each_file_is_a_verb():
    files = {name.removesuffix(".py") for name in os.listdir(os.path.dirname(verbs.__file__)) if name.endswith(".py")}
    assert files - {"__init__"} == set(NAMES)


@pytest.mark.parametrize("name", NAMES)
def test_a_verb_knows_its_name_and_says_what_it_is_for(name):
    assert VERBS[name].name == name
    assert VERBS[name].summary.endswith(".")


def test_another_name_is_no_verb():
    assert "trian" not in VERBS
    assert VERBS.get("trian") is None


@pytest.mark.parametrize("verb", ["runs", "select", "compare", "home"])
def test_a_verb_loads_neither_other_verbs_nor_what_they_need(home, run_python, verb):
    code = "import sys\nfrom guild_ipy.cli import main\nmain(sys.argv[1:])\nprint(*sys.modules)"
    loaded = set(run_python(code, verb).split())
    assert {name for name in loaded if name.startswith("guild_ipy.verbs.")} == {f"guild_ipy.verbs.{verb}"}
    assert not loaded & {"http.client", "tarfile", "pandas", "guild_ipy.api.run", "guild_ipy.engine.recover"}
