"""A fork server that is idle ends, and comes back; a notebook that only looks at runs has none."""

import os

import pytest

from guild_ipy.domain.status import RunStatus
from guild_ipy.engine.engine import Engine
from guild_ipy.engine.fork_server import ForkServer, ServerKey
from guild_ipy.session.run_handle import Run
from guild_ipy.session.session import set_session
from guild_ipy.settings import Settings
from guild_ipy.store.run_dir import RunDir
from tests.engine.test_fork_server import KERNEL, WAIT
from tests.notebook_session import find_processes, open_notebook, wait_until

IMPATIENT = """
from dataclasses import replace
from guild_ipy.session.session import Session, set_session

set_session(Session(replace(get_session().settings, fork_server_idle=1.0)))
engine = get_session().engine

def wait_until_ended():
    server = engine._server
    server._process.wait(30)
"""


@pytest.fixture
def looking(home, tmp_path, monkeypatch, session_mark, no_process_left):
    """A notebook with the extension and an engine of its own, whose fork server soon ends."""
    monkeypatch.chdir(tmp_path)
    settings = Settings(guild_home=home.path, fork_server_idle=1.0)
    engine = Engine(settings)
    with open_notebook(settings, engine) as notebook:
        set_session(notebook.context)
        notebook.cell("%load_ext guild_ipy")
        yield notebook
        notebook.cell("%unload_ext guild_ipy")
        set_session(None)
    engine.close()


def server_of(notebook):
    """The process of its fork server; None where it has none."""
    engine = notebook.context.engine
    server = engine._next or engine._server
    return server if server is not None and server.is_running() else None


@pytest.mark.usefixtures("no_process_left")
class TestIdleServer:
    def test_it_ends_with_the_process_that_waits_for_a_run(self):
        server = ForkServer.start(ServerKey(modules=("click",), import_env=()), os.environ, idle=0.1)
        assert server.is_ready(timeout=30)
        wait_until(lambda: not server.is_running())
        wait_until(lambda: not find_processes())
        server.close()

    def test_a_run_after_its_end_is_forked_again(self, run_python):
        printed = run_python(
            KERNEL
            + IMPATIENT
            + "print(run_one(was_forked).result)\nwait_until_ended()\nprint(run_one(was_forked).result)\n"
        )
        assert printed == "True\nTrue\n"

    def test_a_run_on_its_way_goes_on(self, start_python):
        kernel = start_python(KERNEL + IMPATIENT + WAIT.replace("print(", "wait_until_ended()\nprint("))
        path = kernel.stdout.readline().rsplit(maxsplit=1)[0]
        run = Run(RunDir(path))
        assert run.status is RunStatus.RUNNING
        with open(f"{path}/go", "w"):
            pass
        assert run.wait(timeout=20).status is RunStatus.COMPLETED


class TestNotebook:
    def test_one_that_only_looks_at_runs_has_none(self, looking):
        looking.cell("import guild_ipy, json\nname = 'x'")
        looking.cell("found = %guild_select\nguild_ipy.runs()")
        assert not looking.context.engine.is_used

    @pytest.mark.parametrize("cell", ["def train():\n    pass", "class Model:\n    pass", "%guild_run x.py"])
    def test_one_that_defines_or_runs_something_has_one(self, looking, cell):
        with open("x.py", "w"):
            pass
        looking.cell(cell)
        assert server_of(looking) is not None

    def test_it_comes_back_when_a_cell_is_executed(self, looking):
        looking.cell("def train():\n    pass")
        wait_until(lambda: server_of(looking) is None)
        looking.cell("x = 1")
        assert server_of(looking) is not None
        assert looking.run("train").status is RunStatus.COMPLETED
