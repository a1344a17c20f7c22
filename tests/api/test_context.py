import os

import pytest

from guild_ipy.api.context import get_context, set_context, set_home
from guild_ipy.api.home import guild_home, set_guild_home
from guild_ipy.store.home import Home


@pytest.fixture
def session(home, monkeypatch, tmp_path, no_process_left):
    monkeypatch.setenv("GUILD_HOME", home.path)
    monkeypatch.chdir(tmp_path)
    set_context(None)
    yield
    set_context(None)


def test_one_context_is_shared(session):
    assert get_context() is get_context()


def test_the_home_is_that_of_the_environment_until_one_is_chosen(session, home, tmp_path):
    assert guild_home() == home.path
    assert set_guild_home("chosen") == guild_home() == f"{tmp_path}/chosen"
    os.makedirs("elsewhere")
    os.chdir("elsewhere")
    assert guild_home() == f"{tmp_path}/chosen"
    assert set_guild_home(None) == home.path


def test_a_home_may_begin_with_a_tilde(session):
    assert set_home("~/my runs") == Home(os.path.expanduser("~/my runs"))


def test_choosing_a_home_keeps_the_engine(session):
    engine = get_context().engine
    set_home("chosen")
    assert get_context().engine is engine


def test_a_notebook_is_where_the_process_is(notebook):
    assert notebook.context.notebook.project_dir == os.getcwd()
    assert notebook.context.notebook.path == ""


@pytest.mark.parametrize(("variable", "path"), [("/lab/lab.ipynb", "/lab/lab.ipynb"), ("5f0e-kernel-id", ""), ("", "")])
def test_the_path_of_a_notebook_is_known_where_the_front_end_tells(notebook, monkeypatch, variable, path):
    monkeypatch.setenv("JPY_SESSION_NAME", variable)
    assert notebook.context.notebook.path == path
