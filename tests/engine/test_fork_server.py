"""Fork servers, each of a kernel of its own: a plain interpreter with few modules."""

import os
import signal
import sys
import sysconfig
import types

import pytest

from guild_ipy.domain.status import RunStatus
from guild_ipy.engine.fork_server import ForkServer, ServerKey, _site_folders, import_env
from guild_ipy.errors import EngineError
from guild_ipy.linux import process_start
from guild_ipy.session.run_handle import Run
from guild_ipy.store.run_dir import RunDir
from tests.notebook_session import wait_until

SITE = sysconfig.get_path("purelib")

KERNEL = """
import os, sys
import guild_ipy
from guild_ipy.session.session import get_session
from guild_ipy.launching.launch import LaunchOptions
from guild_ipy.launching.new_run import RunRequest, run
from guild_ipy.session.viewer import SilentViewer

engine = get_session().engine

def find_modules():
    import os, sys
    return [name for name in ("IPython", "marker", "pytest") if name in sys.modules]

def run_one(function=find_modules, **options):
    request = RunRequest(operation=function, launch=LaunchOptions(**options))
    return run(get_session(), request, SilentViewer())

def pretend_installed(name):
    import importlib.machinery, sysconfig, types
    module = types.ModuleType(name)
    module.__spec__ = importlib.machinery.ModuleSpec(name, None, origin=sysconfig.get_path("purelib") + "/x.py")
    sys.modules[name] = module

def was_forked():
    return "guild_ipy.engine.beside.standby" in sys.modules
"""

LOOK = """
def look():
    import sys, threading
    return was_forked(), 'marker' in sys.modules, threading.active_count()
"""
WAIT = """
def wait():
    import os, select
    while not os.path.exists("go"):
        select.select([], [], [], 0.01)

run = run_one(wait, background=True)
print(run.path, engine._server._process.pid, flush=True)
input()
"""


def key(*modules, **env):
    return ServerKey(modules=modules, import_env=tuple(env.items()))


@pytest.fixture
def module_folder(tmp_path):
    """A folder for modules that the fork server, but not the test, can import."""
    folder = tmp_path / "modules"
    folder.mkdir()
    return folder


class TestKey:
    def test_modules_of_installed_packages_are_preloaded_and_others_are_not(self):
        def module(name, origin):
            made = types.ModuleType(name)
            made.__spec__ = types.SimpleNamespace(origin=origin)
            return made

        loaded = {
            "torch": module("torch", f"{SITE}/torch/__init__.py"),
            "torch.nn": module("torch.nn", f"{SITE}/torch/nn/__init__.py"),
            "mine": module("mine", "/projects/mine.py"),
            "editable": module("editable", "/projects/src/editable/__init__.py"),
            "json": module("json", "/usr/lib/python3/json/__init__.py"),
            "IPython": module("IPython", f"{SITE}/IPython/__init__.py"),
            "guild_ipy.verbs": module("guild_ipy.verbs", f"{SITE}/guild_ipy/verbs/__init__.py"),
            "odd": None,
        }
        assert ServerKey.current(loaded, {}).modules == ("torch", "torch.nn")

    def test_packages_beside_the_environment_are_installed_too(self, tmp_path, monkeypatch):
        beside = [tmp_path / "user" / "site-packages", tmp_path / "python3" / "dist-packages", tmp_path / "project"]
        loaded = {}
        for number, folder in enumerate(beside):
            made = loaded[f"part{number}"] = types.ModuleType(f"part{number}")
            made.__spec__ = types.SimpleNamespace(origin=f"{folder}/part{number}.py")
        monkeypatch.setattr(sys, "path", [*map(str, beside), *sys.path])
        _site_folders.cache_clear()
        try:
            assert ServerKey.current(loaded, {}).modules == ("part0", "part1")
        finally:
            monkeypatch.undo()
            _site_folders.cache_clear()

    def test_variables_that_act_at_import_are_part_of_it(self):
        env = {"OMP_NUM_THREADS": "3", "HOME": "/home/ada"}
        assert import_env(env) == (("OMP_NUM_THREADS", "3"),)
        assert ServerKey.current({}, env) == key(OMP_NUM_THREADS="3")

    @pytest.mark.parametrize(
        ("wanted", "serves"),
        [
            (key("a", "b"), True),
            (key("a"), True),
            (key("a", "b", "b.c"), True),
            (key("a", "b", "c"), False),
            (key("a", "b", *(f"b.{n}" for n in range(30))), False),
            (key("a", "b", OMP_NUM_THREADS="1"), False),
        ],
    )
    def test_a_server_does_for_a_kernel_that_has_little_more(self, wanted, serves):
        assert key("a", "b").serves(wanted) is serves


class TestServer:
    def test_it_is_ready_and_ends_when_it_is_closed(self, no_process_left):
        server = ForkServer.start(key("click"), os.environ, idle=60.0)
        assert server.is_ready(timeout=30)
        assert server.is_running()
        server.close()
        assert not server.is_running()

    def test_it_ends_when_it_is_closed_before_it_is_ready(self, no_process_left):
        server = ForkServer.start(key("click"), os.environ, idle=60.0)
        server.close()
        assert not server.is_running()

    def test_a_module_that_starts_a_thread_is_named(self, module_folder, no_process_left):
        (module_folder / "threaded.py").write_text(
            "import threading\nthreading.Thread(target=threading.Event().wait, daemon=True).start()\n"
        )
        (module_folder / "quiet.py").write_text("x = 1\n")
        server = ForkServer.start(key("threaded", "quiet"), {**os.environ, "PYTHONPATH": str(module_folder)}, idle=60.0)
        assert server.is_ready(timeout=30)
        assert server.threaded == ("threaded",)
        server.close()

    @pytest.mark.parametrize("text", ["raise ValueError", "raise SystemExit", "import not_there", "def f(:"])
    def test_a_module_that_cannot_be_imported_is_left_to_the_run(self, module_folder, no_process_left, text):
        (module_folder / "broken.py").write_text(text)
        server = ForkServer.start(key("broken"), {**os.environ, "PYTHONPATH": str(module_folder)}, idle=60.0)
        assert server.is_ready(timeout=30)
        server.close()

    def test_one_that_is_dead_is_said_to_be_so(self, no_process_left):
        server = ForkServer.start(key(), os.environ, idle=60.0)
        assert server.is_ready(timeout=30)
        os.killpg(server._process.pid, signal.SIGKILL)
        wait_until(lambda: not server.is_running())
        server.close()
        with pytest.raises(EngineError, match="the fork server is gone"):
            server.fork(server._socket, 0)


@pytest.mark.usefixtures("no_process_left")
class TestEngineOfAKernel:
    def test_runs_are_forked_from_what_the_kernel_has_imported(self, run_python, module_folder):
        (module_folder / "marker.py").write_text("x = 1\n")
        printed = run_python(
            KERNEL + "pretend_installed('marker')\nprint(run_one().result, run_one(was_forked).result)\n",
            PYTHONPATH=str(module_folder),
        )
        assert printed == "['IPython', 'marker'] True\n"  # a cell that ends in a value needs IPython

    def test_a_variable_that_acts_at_import_gets_a_fresh_interpreter(self, run_python):
        printed = run_python(
            KERNEL
            + "print(run_one(was_forked).result)\n"
            + "os.environ['OMP_NUM_THREADS'] = '3'\n"
            + "def look():\n    import os, sys\n    return was_forked(), os.environ['OMP_NUM_THREADS']\n"
            + "print(run_one(look).result)\n"
            + "while not engine._next.is_ready(1):\n    pass\n"
            + "print(run_one(look).result)\n"
        )
        assert printed == "True\n(False, '3')\n(True, '3')\n"

    def test_a_module_that_starts_a_thread_is_dropped(self, run_python, module_folder):
        (module_folder / "marker.py").write_text(
            "import threading\nthreading.Thread(target=threading.Event().wait, daemon=True).start()\n"
        )
        printed = run_python(
            KERNEL
            + "pretend_installed('marker')\n"
            + LOOK
            + "print(run_one(look).result)\n"
            + "while engine._next is not None and not engine._next.is_ready(1):\n    pass\n"
            + "print(run_one(look).result)\n",
            PYTHONPATH=str(module_folder),
        )
        assert printed.splitlines()[-1] == "(True, False, 1)"

    def test_a_killed_server_is_replaced(self, run_python):
        printed = run_python(
            KERNEL
            + "print(run_one(was_forked).result)\n"
            + "os.kill(engine._server._process.pid, 9)\nengine._server._process.wait()\n"
            + "print(run_one(was_forked).result)\n"
        )
        assert printed == "True\nTrue\n"

    def test_without_a_fork_server_a_run_is_fresh(self, run_python):
        printed = run_python(KERNEL + "print(run_one(was_forked).result)\n", GUILD_IPY_ISOLATION="fresh")
        assert printed == "False\n"

    def test_isolation_can_be_chosen_for_a_run(self, run_python):
        printed = run_python(KERNEL + "print([run_one(was_forked, isolation=i).result for i in ('fork', 'fresh')])\n")
        assert printed == "[True, False]\n"

    def test_servers_end_with_the_kernel_and_runs_go_on(self, start_python):
        kernel = start_python(KERNEL + WAIT)
        path, server = kernel.stdout.readline().rsplit(maxsplit=1)
        run = Run(RunDir(path))
        kernel.kill()
        wait_until(lambda: process_start(int(server)) is None)
        assert run.status is RunStatus.RUNNING
        with open(f"{path}/go", "w"):
            pass
        assert run.wait(timeout=20).status is RunStatus.COMPLETED
