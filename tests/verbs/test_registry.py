"""The verbs and their files."""

from pathlib import Path

import pytest

from guild_ipy import verbs
from guild_ipy.verbs import NAMES, VERBS


def test_each_file_that_declares_a_verb_is_named_once():
    files = Path(verbs.__file__).parent.glob("*/*.py")
    assert sorted(path.stem for path in files if "\nVERB = " in path.read_text()) == sorted(NAMES)


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
    assert loaded & {VERBS[name].options.__module__ for name in NAMES} == {VERBS[verb].options.__module__}
    assert not loaded & {"http.client", "tarfile", "pandas"}
    assert not any(name.startswith(("guild_ipy.launching", "guild_ipy.engine.output")) for name in loaded)
