"""Notebook files in real kernels; each test starts one or two, a second each."""

import os
import signal

import pytest

from guild_ipy.domain.status import RunStatus
from guild_ipy.errors import NotebookError
from guild_ipy.launching.launch import LaunchOptions
from guild_ipy.launching.restart import Change, restart, start
from guild_ipy.session.viewer import SilentViewer
from guild_ipy.store.output import STDERR, STDOUT
from guild_ipy.store.state.lock import read_lock
from guild_ipy.store.state.signals import MAYBE_NO_MEMORY
from guild_ipy.store.used_runs.manifest import parse_manifest
from guild_ipy.verbs.running.stop import stop
from tests.notebook_files import read_code, read_outputs, write_notebook
from tests.notebook_session import find_processes, wait_until
from tests.output_lines import iter_output_lines

PRINTING = """
print("loss:", lr * 2)
print("10%\\r20%")
!echo from a shell
print("no newline", end="")
[lr, name]
"""
ENVIRONMENT = """
import helper
print(os.getcwd() == os.environ["RUN_DIR"], os.environ["FLAG_LR"], os.environ["MPLBACKEND"])
print(helper.__file__ == os.path.abspath("helper.py"), sys.executable)
print(sorted(name for name in globals() if "guild" in name))
"""
COMPLAINING = "import sys\nprint('to err', file=sys.stderr)"
FIGURE = "from IPython.display import Image, display\ndisplay(Image(data=b'png', format='png'))"
FAILING = "def work():\n    raise ValueError('no data')\nwork()"
WAITING = "print('at work')\nimport time\ntime.sleep(60)"


def run_again(notebook, run, **flags):
    made = restart(notebook.context, run, Change(flags=flags), LaunchOptions(), SilentViewer())
    return made.wait(60)


class TestExecuting:
    def test_what_cells_print_and_give_is_the_output_of_the_run(self, notebook):
        write_notebook("a.ipynb", "lr = 0.1  # rate\nname = 'x'", PRINTING, FIGURE, COMPLAINING)
        run = notebook.run("a.ipynb", lr=0.5)
        assert run.output == (
            "loss: 1.0\n10%\r20%\nfrom a shell\r\nno newline\n[0.5, 'x']\n<IPython.core.display.Image object>\nto err\n"
        )
        assert run.scalars == {"loss": 1.0}
        assert [line.stream for line in iter_output_lines(run.dir)][-2:] == [STDOUT, STDERR]
        assert run.result is None

    def test_nothing_is_left_out_of_what_a_cell_shows_in_a_hurry(self, notebook):
        write_notebook(
            "a.ipynb", "for number in range(8000):\n    display(number)", "print('%', end='\\r')\nprint('end')"
        )
        run = notebook.run("a.ipynb")
        assert run.output == "".join(f"{number}\n" for number in range(8000)) + "%\rend\n"
        assert [len(cell.outputs) for cell in read_code(f"{run.path}/a.ipynb")] == [8000, 1]

    def test_cells_run_in_the_run_directory_with_what_lies_beside_the_notebook(self, notebook):
        with open("helper.py", "w"), open("zmq.py", "w") as hides_a_module_of_the_kernel:
            hides_a_module_of_the_kernel.write("raise SystemExit")
        write_notebook("a.ipynb", "lr = 0.1\nimport os, sys", ENVIRONMENT)
        printed = notebook.run("a.ipynb").output.splitlines()
        assert printed[0] == "True 0.1 module://matplotlib_inline.backend_inline"
        assert printed[1].startswith("True ")
        assert printed[2] == "[]"

    def test_the_executed_notebook_is_kept_with_flags_in_place(self, notebook):
        os.mkdir("sub")
        write_notebook("sub/a.ipynb", "lr = 0.1  # rate", "lr", FIGURE, tags=["parameters"])
        run = notebook.run("sub/a.ipynb", lr=0.5)
        first, second, third = read_code(f"{run.path}/sub/a.ipynb")
        assert first.source == "lr = 0.5  # rate"
        assert (second.execution_count, second.outputs[0].data["text/plain"]) == (2, "0.5")
        assert "image/png" in third.outputs[0].data
        assert read_code(f"{run.path}/.guild/sourcecode/sub/a.ipynb") == read_code("sub/a.ipynb")

    def test_the_executed_notebook_is_generated_and_its_text_is_source(self, notebook):
        write_notebook("a.ipynb", "lr = 0.1")
        run = notebook.run("a.ipynb")
        with open(run.dir.manifest) as file:
            assert [entry.path for entry in parse_manifest(file.read())] == [".guild/sourcecode/a.ipynb"]
        assert set(os.listdir(run.path)) == {".guild", "a.ipynb"}
        assert os.listdir(run.dir.tmp) == []

    def test_a_restart_draws_the_same_numbers_with_other_flags(self, notebook):
        write_notebook("a.ipynb", "n = 1", "import random\nprint([random.random() for _ in range(n)])")
        run = notebook.run("a.ipynb")
        (first,) = eval(run.output)
        run_again(notebook, run, n=2)
        assert eval(run.output)[0] == first
        assert len(eval(run.output)) == run.flags["n"] == 2
        assert read_code(f"{run.path}/a.ipynb")[0].source == "n = 2"

    def test_a_staged_notebook_starts(self, notebook):
        write_notebook("a.ipynb", "n = 1", "print(n)")
        run = notebook.run("a.ipynb", n=3, request={"stage": True})
        assert run.status is RunStatus.STAGED
        start(notebook.context, run, LaunchOptions(), SilentViewer())
        assert (run.status, run.output) == (RunStatus.COMPLETED, "3\n")


class TestEndings:
    def test_an_error_names_the_cell_and_shows_its_traceback(self, notebook):
        write_notebook("a.ipynb", "n = 1", FAILING, "print('never')")
        error = notebook.fail("a.ipynb")
        run = error.run
        assert str(error) == (f"a.ipynb failed: cell In[2] raised ValueError: no data (exit status 1) · {run.short_id}")
        assert isinstance(error.exception, NotebookError)
        assert error.exception.cell == 2
        lines = run.output.splitlines()
        assert "Cell In[2], line 3" in lines
        assert "----> 3 work()" in lines
        assert lines[-2:] == ["ValueError: no data", "cell In[2] raised ValueError: no data"]
        assert read_outputs(f"{run.path}/a.ipynb") == ["", "ValueError", "not executed"]

    def test_a_cell_that_exits_ends_the_run_with_that_status(self, notebook):
        write_notebook("a.ipynb", "import sys\nsys.exit(3)", "print('never')")
        run = notebook.fail("a.ipynb").run
        assert run.exit_status == 3
        assert "never" not in run.output

    def test_a_cell_that_exits_without_complaint_ends_the_run_well(self, notebook):
        write_notebook("a.ipynb", "print('first')\nexit()", "print('never')")
        assert notebook.run("a.ipynb").output == "first\n"

    def test_an_interrupt_ends_the_cell_and_the_run(self, notebook):
        write_notebook("a.ipynb", "print('first')", WAITING, "print('never')")
        run = notebook.run_in_background("a.ipynb")
        wait_until(lambda: "at work" in run.output)
        stop(notebook.context, [run])
        assert (run.wait(20).status, run.exit_status) == (RunStatus.TERMINATED, -signal.SIGINT)
        assert "KeyboardInterrupt" in run.output
        assert read_outputs(f"{run.path}/a.ipynb")[::2] == ["first\n", "not executed"]

    def test_a_kernel_that_cannot_start_says_why(self, notebook, monkeypatch):
        os.mkdir("broken")
        with open("broken/ipykernel.py", "w") as file:
            file.write("raise ImportError('not this one')")
        monkeypatch.setenv("PYTHONPATH", f"{os.getcwd()}/broken:{os.environ.get('PYTHONPATH', '')}")
        write_notebook("a.ipynb", "print('never')")
        error = notebook.fail("a.ipynb")
        assert "a.ipynb failed: the kernel could not be started: Kernel died before replying" in str(error)
        assert "ImportError: not this one" in error.run.output
        assert read_outputs(f"{error.run.path}/a.ipynb") == ["not executed"]

    @pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGKILL])
    def test_a_run_that_is_killed_takes_its_kernel_along_and_leaves_what_was_executed(self, notebook, number):
        write_notebook("a.ipynb", "print('first')", WAITING)
        run = notebook.run_in_background("a.ipynb")
        wait_until(lambda: "at work" in run.output)
        os.kill(read_lock(run.dir).run.pid, number)
        assert (run.wait(20).status, run.exit_status) == (RunStatus.TERMINATED, -number)
        assert read_outputs(f"{run.path}/a.ipynb")[0] == "first\n"
        assert not [command for command in find_processes().values() if "ipykernel" in command]

    @pytest.mark.parametrize(
        ("code", "ending"),
        [
            ("import os\nprint('x')\nos.kill(os.getpid(), 9)", f"by SIGKILL{MAYBE_NO_MEMORY}"),
            ("import ctypes\nctypes.string_at(0)", "by SIGSEGV"),
        ],
    )
    def test_a_kernel_that_dies_is_an_error_that_names_the_cell(self, notebook, code, ending):
        write_notebook("a.ipynb", "print('first')", code)
        error = notebook.fail("a.ipynb")
        why = f"the kernel died in cell In[2] {ending}"
        assert str(error) == f"a.ipynb failed: {why} (exit status 1) · {error.run.short_id}"
        assert error.run.output.endswith(f"\n{why}\n")
        assert ("Segmentation fault" in error.run.output) is ("SIGSEGV" in ending)
        assert read_outputs(f"{error.run.path}/a.ipynb")[0] == "first\n"


@pytest.mark.parametrize(
    ("code", "why"),
    [
        ("input('Name? ')", "'Name?'; pass it as a flag"),
        ("import getpass\ngetpass.getpass('Key: ')", "'Key:'; read the secret from an environment variable or a file"),
        ("import pdb\npdb.set_trace()", "so a debugger has nobody to ask"),
        ("import click\nclick.confirm('Sure?')", "'Sure? [y/N]:'; pass it as a flag"),
    ],
)
def test_a_cell_that_asks_somebody_is_an_error_that_says_what_to_do(notebook, code, why):
    write_notebook("a.ipynb", code)
    output = notebook.fail("a.ipynb").run.output
    assert "engine/output/asking.py" not in output
    assert code.splitlines()[-1] in output
    last = output.splitlines()[-1]
    assert last.startswith("cell In[1] raised ")
    assert "a run has no input (stdin is /dev/null)" in last
    assert why in last
