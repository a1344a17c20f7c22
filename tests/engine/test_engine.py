"""One engine, used by many threads from the first run of a process on."""

import pytest

THREADS = """
import os, sys, threading
from concurrent.futures import ThreadPoolExecutor
import guild_ipy
from guild_ipy.session.session import get_session

THREADS = 16
meeting = threading.Barrier(THREADS)

def double(x: float = 0.0):
    print("loss:", end=" ")
    print(x)
    return 2 * x

def run(x):
    return guild_ipy.run(double, x=x)

def in_threads(function, count=THREADS):
    with ThreadPoolExecutor(THREADS) as pool:
        return list(pool.map(function, range(count)))

def print_whether_all_are_right(runs):
    results, scalars = [each.result for each in runs], [each.scalars["loss"] for each in runs]
    print(results == [2 * x for x in range(len(runs))], scalars == list(range(len(runs))))
"""
RIGHT = "True True"


def lines_of_verbs(printed):
    return [line for line in printed.splitlines() if "completed in" not in line and "loss:" not in line]


@pytest.mark.usefixtures("no_process_left")
class TestThreads:
    def test_the_first_runs_of_a_process_can_all_begin_at_once(self, run_python):
        printed = run_python(
            THREADS
            + "def first(x):\n    meeting.wait()\n    return run(x)\n"
            + "print_whether_all_are_right(in_threads(first))\n"
        )
        assert lines_of_verbs(printed) == [RIGHT]

    def test_each_line_that_a_run_prints_stays_whole(self, run_python):
        lines = run_python(THREADS + "in_threads(run)\n").splitlines()
        assert sorted(line for line in lines if line.startswith("loss")) == sorted(
            f"loss: {float(x)}" for x in range(16)
        )
        assert sum("completed in" in line for line in lines) == 16

    @pytest.mark.parametrize(
        "meanwhile",
        [
            "pretend_installed(f'new_{x}')",
            "os.environ['OMP_NUM_THREADS'] = str(x % 3 + 1)",
            "os.environ['OMP_NUM_THREADS'] = '1'; os.environ.pop('OMP_NUM_THREADS', None)",
            "get_session().engine.close()",
            "get_session().engine.warm_up()",
            "guild_ipy.set_guild_home(os.environ['GUILD_HOME'])",
            "guild_ipy.runs().guild.compare()",
        ],
    )
    def test_what_other_threads_do_meanwhile_harms_no_run(self, run_python, meanwhile):
        printed = run_python(
            THREADS
            + "def pretend_installed(name):\n"
            + "    import importlib.machinery, sysconfig, types\n"
            + "    module = types.ModuleType(name)\n"
            + "    origin = sysconfig.get_path('purelib') + '/x.py'\n"
            + "    module.__spec__ = importlib.machinery.ModuleSpec(name, None, origin=origin)\n"
            + "    sys.modules[name] = module\n"
            + f"def disturbed(x):\n    if x % 3 == 0:\n        {meanwhile}\n    return run(x)\n"
            + "print_whether_all_are_right(in_threads(disturbed, 32))\n"
        )
        assert lines_of_verbs(printed) == [RIGHT]

    def test_marks_labels_and_lists_of_many_threads_are_all_there(self, run_python):
        printed = run_python(
            THREADS
            + "def keep(x):\n"
            + "    made = run(x)\n"
            + "    guild_ipy.mark(made)\n"
            + "    guild_ipy.label(made, set=f'label {x}')\n"
            + "    return made.id in guild_ipy.select()\n"
            + "print(in_threads(keep) == [True] * 16)\n"
            + "frame = guild_ipy.runs()\n"
            + "print(len(frame), frame['marked'].all(), set(frame['label']) == {f'label {x}' for x in range(16)})\n"
        )
        assert lines_of_verbs(printed)[-2:] == ["True", "16 True True"]

    def test_threads_can_mark_and_label_the_same_run(self, run_python):
        printed = run_python(
            THREADS
            + "made = run(1)\n"
            + "in_threads(lambda x: guild_ipy.label(made, set=f'label {x}'), 64)\n"
            + "in_threads(lambda x: guild_ipy.mark(made), 64)\n"
            + "print(made.label.startswith('label '), made.marked)\n"
        )
        assert printed.endswith("True True\n")

    def test_event_loops_of_several_threads_can_run_operations(self, run_python):
        printed = run_python(
            THREADS
            + "import asyncio\n"
            + "async def both(x):\n"
            + "    return await asyncio.gather(asyncio.to_thread(run, x), asyncio.to_thread(run, x))\n"
            + "print([[each.result for each in pair] for pair in in_threads(lambda x: asyncio.run(both(x)), 3)])\n"
        )
        assert lines_of_verbs(printed) == ["[[0.0, 0.0], [2.0, 2.0], [4.0, 4.0]]"]

    def test_large_arrays_of_many_threads_arrive_whole(self, run_python):
        printed = run_python(
            THREADS
            + "import numpy as np\ndata = np.arange(2**19)\ndef total(x):\n    return int(data.sum()) + x\n"
            + "runs = in_threads(lambda x: guild_ipy.run(total, x=x))\n"
            + "print({each.result - x for x, each in enumerate(runs)} == {int(data.sum())})\n"
        )
        assert lines_of_verbs(printed) == ["True"]

    def test_a_run_that_takes_the_whole_process_is_for_the_main_thread(self, run_python):
        printed = run_python(
            THREADS
            + "def refused(x):\n"
            + "    try:\n        guild_ipy.run(double, x=x, _isolation='inline')\n"
            + "    except guild_ipy.UsageError as error:\n        return str(error)\n"
            + "print(in_threads(refused, 1)[0])\n"
            + "print(len(guild_ipy.runs()), guild_ipy.run(double, x=4, _isolation='inline').result)\n"
        )
        assert "only the main thread can start one; use 'fork' or 'fresh'" in lines_of_verbs(printed)[0]
        assert lines_of_verbs(printed)[1] == "0 8.0"

    def test_a_fork_of_a_process_has_an_engine_of_its_own(self, run_python):
        printed = run_python(
            THREADS
            + "import multiprocessing\n"
            + "guild_ipy.set_guild_home(os.environ['GUILD_HOME'] + '/chosen')\n"
            + "run(1)\n"
            + "def result(x):\n    return run(x).result\n"
            + "with multiprocessing.get_context('fork').Pool(2) as pool:\n    print(pool.map(result, [2, 3]))\n"
            + "child = os.fork()\n"
            + "if child == 0:\n    sys.exit(0)\n"
            + "os.waitpid(child, 0)\n"
            + "print(run(4).result, len(guild_ipy.runs()))\n"
        )
        assert lines_of_verbs(printed) == ["[4.0, 6.0]", "8.0 4"]
