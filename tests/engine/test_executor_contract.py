"""What a run is, whichever way its process comes to be."""

import gzip
import os
import random
import sys

import pytest

from guild_ipy.domain.status import RunStatus
from guild_ipy.errors import ResultError
from tests.output_lines import iter_output_lines

ATTRS = [
    "_origin",
    "_unrecorded_env",
    "cmd",
    "deps",
    "env",
    "exit_status",
    "flags",
    "host",
    "id",
    "initialized",
    "label",
    "op",
    "pip_freeze",
    "platform",
    "random_seed",
    "run_params",
    "sourcecode_digest",
    "started",
    "stopped",
    "user",
    "user_flags",
]
PRIVATE_FILES = ["alive", "manifest", "opref", "output", "output.index"]
JOB_FILES = ["main.py", "meta.json", "payload.pkl", "result.pkl"]

TRAIN = """
import sys

def train(lr=0.1, steps=2):
    for step in range(steps):
        print("step:", step)
        print("loss:", lr / (step + 1))
    print("done", file=sys.stderr)
    with open("model.txt", "w") as file:
        file.write("weights")
    return {"lr": lr, "seen": list(range(steps))}
"""
DRAW = """
import random

def draw():
    import numpy
    return random.random(), numpy.random.rand()
"""
LOOK = """
import os, sys

def look(n_layers=2, name="a b", nothing=None):
    return dict(os.environ)
"""


@pytest.fixture(params=["fork", "fresh", "inline"])
def contract(notebook, request):
    """A notebook whose runs get their process in one of the ways."""
    notebook.isolation = request.param
    return notebook


@pytest.fixture(params=["fork", "fresh"])
def isolated(notebook, request):
    notebook.isolation = request.param
    return notebook


class TestEveryExecutor:
    def test_leaves_the_same_attributes_and_files(self, contract):
        contract.cell(TRAIN)
        run = contract.run("train", lr=0.5)
        assert [name for name in run.attr_names() if name != "requested"] == ATTRS  # of a start that took long
        assert sorted(os.listdir(run.path)) == [".guild", "model.txt"]
        private = [name for name in os.listdir(run.dir.guild) if os.path.isfile(f"{run.dir.guild}/{name}")]
        assert sorted(name for name in private if ".tfevents." not in name) == PRIVATE_FILES
        assert sorted(set(os.listdir(run.dir.job)) - {"exit_status"}) == JOB_FILES
        assert os.listdir(run.dir.tmp) == []

    def test_completes_and_gives_the_return_value(self, contract):
        contract.cell(TRAIN)
        run = contract.run("train", lr=0.5, steps=3)
        assert run.status is RunStatus.COMPLETED
        assert run.exit_status == 0
        assert run.result == {"lr": 0.5, "seen": [0, 1, 2]}
        assert run.started <= run.stopped

    def test_keeps_output_in_order_with_the_stream_of_each_line(self, contract):
        contract.cell(TRAIN)
        lines = list(iter_output_lines(contract.run("train", lr=0.5).dir))
        assert [line.text for line in lines] == [b"step: 0", b"loss: 0.5", b"step: 1", b"loss: 0.25", b"done"]
        assert [line.stream for line in lines] == [0, 0, 0, 0, 1]
        times = [line.time_ms for line in lines]
        assert None not in times
        assert times == sorted(times)

    def test_summarises_scalars_of_the_output(self, contract):
        contract.cell(TRAIN)
        run = contract.run("train", lr=0.5)
        assert run.scalars == {"loss": 0.25}
        summary = run.scalar_summaries["loss"]
        assert (summary.first, summary.first_step, summary.last, summary.last_step) == (0.5, 0, 0.25, 1)

    def test_ends_with_the_error_of_the_function(self, contract):
        contract.cell("def fail(n=1):\n    items = []\n    return items[n]")
        error = contract.fail("fail")
        assert type(error.exception) is IndexError
        assert error.run.status is RunStatus.ERROR
        assert error.run.exit_status == 1
        assert str(error) == f"fail() failed (exit status 1) · {error.run.short_id}"
        assert error.run.result is None

    def test_prints_the_traceback_of_the_user_alone(self, contract):
        contract.cell("def inner():\n    return 1 / 0\n\ndef outer():\n    return inner()")
        output = contract.fail("outer").run.output
        assert output.splitlines()[0] == "Traceback (most recent call last):"
        assert output.splitlines()[-1] == "ZeroDivisionError: division by zero"
        assert "Cell In[1], line 5, in outer\n    return inner()" in output
        assert "Cell In[1], line 2, in inner\n    return 1 / 0" in output
        assert "guild_ipy" not in output

    def test_gives_back_exceptions_of_classes_made_in_the_notebook(self, contract):
        contract.cell("class Broken(Exception):\n    pass\n\ndef fail():\n    raise Broken('leg', 3)")
        error = contract.fail("fail")
        assert type(error.exception) is contract.shell.user_ns["Broken"]
        assert error.exception.args == ("leg", 3)

    @pytest.mark.parametrize(("argument", "status"), [("", 0), ("0", 0), ("3", 3), ("'no data'", 1), ("None", 0)])
    def test_takes_the_code_of_sys_exit(self, contract, argument, status):
        contract.cell(f"import sys\ndef leave():\n    sys.exit({argument})")
        run = contract.run("leave") if status == 0 else contract.fail("leave").run
        assert run.exit_status == status
        assert run.output == ("no data\n" if argument == "'no data'" else "")

    def test_is_terminated_by_a_keyboard_interrupt_of_its_own(self, contract):
        contract.cell("def interrupt():\n    raise KeyboardInterrupt")
        run = contract.fail("interrupt").run
        assert run.status is RunStatus.TERMINATED
        assert run.exit_status == -2
        assert run.output.endswith("\nKeyboardInterrupt\n")

    def test_leaves_the_caller_as_it_was(self, contract):
        contract.cell(
            "import os, sys\ndef roam():\n    os.chdir('/')\n    os.environ['ROAMED'] = '1'\n    sys.path.clear()"
        )
        before = (os.getcwd(), sys.path[:], dict(os.environ), sys.argv[:], sys.modules["__main__"], sys.meta_path[:])
        contract.run("roam")
        assert before == (os.getcwd(), sys.path, os.environ, sys.argv, sys.modules["__main__"], sys.meta_path)

    def test_has_what_it_is_about_in_its_environment(self, contract, monkeypatch):
        monkeypatch.setenv("CHOSEN_BY_USER", "yes")
        contract.cell(LOOK)
        run = contract.run("look")
        found = run.result
        assert found["RUN_ID"] == run.id
        assert found["RUN_DIR"] == str(run.path)
        assert found["GUILD_HOME"] == contract.context.home.path
        assert found["GUILD_OP"] == "look"
        assert found["CMD_DIR"] == os.getcwd()
        assert found["CHOSEN_BY_USER"] == "yes"

    def test_has_its_flags_in_its_environment(self, contract):
        contract.cell(LOOK)
        found = contract.run("look", n_layers=3).result
        flags = {name: value for name, value in found.items() if name.startswith("FLAG_")}
        assert flags == {"FLAG_N_LAYERS": "3", "FLAG_NAME": "a b", "FLAG_NOTHING": ""}

    def test_sees_no_variable_that_the_caller_removed(self, contract, monkeypatch):
        monkeypatch.setenv("GONE", "1")
        contract.cell(LOOK)
        contract.run("look")
        monkeypatch.delenv("GONE")
        assert "GONE" not in contract.run("look").result

    def test_draws_other_numbers_than_another_run(self, contract):
        contract.cell(DRAW)
        first, second = contract.run("draw"), contract.run("draw")
        assert first.get("random_seed") != second.get("random_seed")
        assert not set(first.result) & set(second.result)

    def test_awaits_an_asynchronous_function(self, contract):
        contract.cell("import asyncio\nasync def train(n=2):\n    await asyncio.sleep(0)\n    return n + 1")
        assert contract.run("train", n=4).result == 5

    @pytest.mark.parametrize(
        ("value", "kept"),
        [("threading.RLock()", "<unlocked _thread.RLock"), ("threading.Lock()", "<unlocked _thread.lock")],
    )
    def test_keeps_the_repr_of_a_return_value_that_cannot_travel(self, contract, value, kept):
        contract.cell(f"import threading\ndef give():\n    return {value}")
        run = contract.run("give")
        assert run.result_text.startswith(kept)
        with pytest.raises(ResultError, match="could not be read back: cannot pickle"):
            _ = run.result

    def test_gives_back_a_function_that_it_made(self, contract):
        contract.cell("def make(n=2):\n    return lambda x: x * n")
        assert contract.run("make", n=3).result(5) == 15

    def test_survives_a_return_value_without_a_repr(self, contract):
        contract.cell(
            "class Bad:\n    def __repr__(self):\n        raise ValueError('no')\n"
            "    def __reduce__(self):\n        raise ValueError('no')\n"
            "def give():\n    return Bad()"
        )
        run = contract.run("give")
        assert run.status is RunStatus.COMPLETED
        assert run.output == "the result (Bad) could not be kept, nor its text: no; no\n"
        with pytest.raises(ResultError, match=r"could not be read back: no$"):
            _ = run.result

    def test_saves_open_figures(self, contract):
        contract.cell(
            "def plot():\n    import matplotlib.pyplot as plt\n    plt.plot([1])\n    plt.figure()\n    plt.plot([2])"
        )
        run = contract.run("plot")
        assert sorted(os.listdir(f"{run.path}/figures")) == ["figure-1.png", "figure-2.png"]

    def test_runs_a_script(self, contract):
        with open("train.py", "w") as file:
            file.write("import os, sys\nlr = 0.1\nprint('loss:', lr, __name__, sys.argv[1:])\nos.mkdir('out')\n")
        run = contract.run("train.py", lr=0.5)
        assert run.output.startswith("loss: 0.5 __main__ []\n")
        assert os.path.exists(f"{run.path}/out")
        assert run.get("sourcecode_digest")

    def test_gives_the_place_where_a_script_failed(self, contract):
        with open("train.py", "w") as file:
            file.write("def f():\n    raise ValueError('bad')\n\nf()\n")
        output = contract.fail("train.py").run.output
        assert output.count("File ") == 2
        assert 'train.py", line 4, in <module>\n    f()' in output
        assert 'train.py", line 2, in f\n' in output


class TestEveryProcessOfItsOwn:
    def test_finds_standard_input_empty(self, isolated):
        isolated.cell("import sys\ndef ask():\n    return sys.stdin.read()")
        assert isolated.run("ask").result == ""

    def test_waits_for_threads(self, isolated):
        isolated.cell(
            "import threading\ndef work():\n"
            "    ready = threading.Event()\n"
            "    threading.Timer(0.1, lambda: print('thread is done')).start()"
        )
        assert isolated.run("work").output == "thread is done\n"

    def test_runs_exit_functions(self, isolated):
        isolated.cell("import atexit\ndef work():\n    atexit.register(print, 'good bye')\n    print('hello')")
        assert isolated.run("work").output == "hello\ngood bye\n"

    def test_survives_a_failing_exit_function(self, isolated):
        isolated.cell("import atexit\ndef work():\n    atexit.register(lambda: 1 / 0)\n    return 5")
        run = isolated.run("work")
        assert run.status is RunStatus.COMPLETED
        assert run.result == 5

    @pytest.mark.parametrize(("name", "opens"), [("open", open), ("gzip.open", gzip.open)])
    def test_writes_what_is_left_in_open_files(self, isolated, name, opens):
        isolated.cell(
            f"import gzip\ndef work():\n    global file\n    file = {name}('kept', 'wt')\n    file.write('x')"
        )
        with opens(f"{isolated.run('work').path}/kept", "rt") as file:
            assert file.read() == "x"

    def test_writes_what_c_code_has_printed(self, isolated, monkeypatch):
        monkeypatch.delenv("PYTHONUNBUFFERED", raising=False)
        isolated.cell("import ctypes\ndef work():\n    ctypes.CDLL(None).printf(b'from C')")
        assert isolated.run("work").output == "from C"

    def test_is_another_process_in_a_group_of_its_own(self, isolated):
        isolated.cell("import os\ndef who():\n    return os.getpid(), os.getpgid(0), os.getsid(0)")
        pid, group, session = isolated.run("who").result
        assert pid == group
        assert session not in {os.getsid(0), pid}

    def test_keeps_what_a_child_process_writes(self, isolated):
        isolated.cell(
            "import subprocess\ndef call():\n    print('before')\n"
            "    subprocess.run(['sh', '-c', 'echo child; echo more >&2'])\n    print('after')"
        )
        lines = list(iter_output_lines(isolated.run("call").dir))
        assert [line.text for line in lines] == [b"before", b"child", b"more", b"after"]
        assert None not in [line.time_ms for line in lines]

    def test_has_none_of_the_modules_that_a_function_changed_before(self, isolated):
        isolated.cell(
            "import json\ndef poison():\n    json.POISON = 1\ndef look():\n    return hasattr(json, 'POISON')"
        )
        isolated.run("poison")
        assert isolated.run("look").result is False


def test_all_draw_the_same_numbers_from_one_seed(notebook):
    notebook.cell(DRAW)
    state = random.getstate()
    drawn = []
    for notebook.isolation in ("fork", "fresh", "inline"):
        drawn += [notebook.run_seeded("draw", 7).result, notebook.run_seeded("draw", 7).result]
    random.setstate(state)
    assert len(set(drawn)) == 1


def test_all_draw_the_same_numbers_from_the_seed_of_a_run(notebook):
    notebook.cell(DRAW)
    notebook.isolation = "fork"
    first = notebook.run("draw")
    notebook.isolation = "fresh"
    assert notebook.run_seeded("draw", first.get("random_seed")).result == first.result
