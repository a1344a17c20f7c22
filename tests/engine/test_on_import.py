"""What is to be done with modules when they are imported."""

import sys

import pytest

from guild_ipy.engine.child.libraries.on_import import act_on_import


class Asking:
    """A finder of somebody else, which asks all others, as some tools for imports do."""

    def find_spec(self, name, path, target=None):
        finders = (each for each in sys.meta_path if each is not self)
        return next((spec for each in finders if (spec := each.find_spec(name, path, target))), None)


@pytest.fixture
def fresh(tmp_path, monkeypatch):
    monkeypatch.setattr(sys, "meta_path", sys.meta_path[:])
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.delitem(sys.modules, "fresh_module", raising=False)
    (tmp_path / "fresh_module.py").write_text("value = 1\n")


def test_several_may_want_to_act_on_one_module(fresh):
    acted = []
    for number in range(3):
        act_on_import({"fresh_module": lambda module, number=number: acted.append((number, module.value))})
    import fresh_module

    assert acted == [(0, 1), (1, 1), (2, 1)]
    act_on_import({"fresh_module": acted.append})
    assert acted[-1] is fresh_module


def test_a_finder_of_somebody_else_that_asks_all_others_is_no_circle(fresh):
    acted = []
    act_on_import({"fresh_module": acted.append})
    sys.meta_path.insert(0, Asking())
    import fresh_module

    assert acted == [fresh_module]


def test_a_module_that_is_not_there_is_missed_by_its_name(fresh):
    act_on_import({"no_such_module": print})
    with pytest.raises(ModuleNotFoundError, match="No module named 'no_such_module'"):
        import no_such_module  # noqa: F401 - it is not there
