import os
from concurrent.futures import ThreadPoolExecutor

import pytest

from guild_ipy.launching.new_run import RunRequest, run
from guild_ipy.session.chosen_home import guild_home, set_guild_home
from guild_ipy.session.run_refs import list_runs
from guild_ipy.session.session import Session, get_session, set_home, set_session
from guild_ipy.session.viewer import SilentViewer
from guild_ipy.store.guild_home import Home


@pytest.fixture
def session(home, monkeypatch, tmp_path, no_process_left):
    monkeypatch.setenv("GUILD_HOME", home.path)
    monkeypatch.chdir(tmp_path)
    set_session(None)
    yield
    set_session(None)


def test_one_session_is_shared(session):
    assert get_session() is get_session()


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
    engine = get_session().engine
    set_home("chosen")
    assert get_session().engine is engine


def test_a_notebook_is_where_the_process_is(notebook):
    assert notebook.context.notebook.project_dir == os.getcwd()
    assert notebook.context.notebook.path == ""


@pytest.mark.parametrize(("variable", "path"), [("/lab/lab.ipynb", "/lab/lab.ipynb"), ("5f0e-kernel-id", ""), ("", "")])
def test_the_path_of_a_notebook_is_known_where_the_front_end_tells(notebook, monkeypatch, variable, path):
    monkeypatch.setenv("JPY_SESSION_NAME", variable)
    assert notebook.context.notebook.path == path


def test_sessions_of_two_homes_do_not_disturb_each_other(tmp_path, notebook, session_mark):
    notebook.cell("def train(lr=0.1):\n    return lr")
    settings = notebook.context.settings
    homes = [str(tmp_path / name) for name in ("one", "other")]

    def work(path, lr):
        with Session.for_home(path, settings) as session:
            for _ in range(3):
                run(session, RunRequest(operation="train", flags={"lr": lr}), SilentViewer())
            return [(os.path.dirname(os.path.dirname(found.path)), found.flags["lr"]) for found in list_runs(session)]

    with ThreadPoolExecutor(2) as pool:
        found = list(pool.map(work, homes, [1, 2]))
    assert found == [[(homes[0], 1)] * 3, [(homes[1], 2)] * 3]
    assert list_runs(notebook.context) == []
