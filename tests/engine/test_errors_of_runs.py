"""Why a run failed, in a line: real runs of each kind of operation."""

import json
import subprocess

import pytest

import guild_ipy
from guild_ipy.domain.status import RunStatus
from guild_ipy.errors import RunError
from guild_ipy.launching.launch import LaunchOptions
from guild_ipy.launching.restart import Change, restart
from guild_ipy.session.viewer import SilentViewer
from guild_ipy.verbs.looking.compare import compare
from guild_ipy.verbs.looking.info import get_info
from guild_ipy.verbs.running.stop import stop
from guild_ipy.view.run_lines import format_runs
from tests.notebook_files import write_notebook
from tests.notebook_session import wait_until

FAIL = """
import os, signal, sys

def train(lr=-1.0):
    if lr < 0:
        raise ValueError(f"lr must be positive\\nit is {lr}")
    print("loss: 0.5")
"""
BODIES = {
    "raise ValueError('lr must be positive\\nmore of it')": "ValueError: lr must be positive",
    "assert False": "AssertionError",
    "{}['x']": "KeyError: 'x'",
    "import nothing_like_it": "ModuleNotFoundError: No module named 'nothing_like_it'",
    "import sys; sys.exit('no data in /x')": "no data in /x",
    "import sys; sys.exit(3)": None,
    "import argparse; argparse.ArgumentParser(prog='a').parse_args(['--x'])": "a: error: unrecognized arguments: --x",
    "import zipfile; raise zipfile.BadZipFile('cut')": "zipfile.BadZipFile: cut",
    "raise ExceptionGroup('two', [ValueError(), KeyError()])": "ExceptionGroup: two (2 sub-exceptions)",
    "import os; print('cannot open it', flush=True); os._exit(4)": "cannot open it",
}


@pytest.fixture(params=["fork", "fresh", "inline"])
def contract(notebook, request):
    notebook.isolation = request.param
    return notebook


class TestEachKindOfOperation:
    def test_a_function(self, contract):
        contract.cell(FAIL)
        assert contract.fail("train").run.error == "ValueError: lr must be positive"

    @pytest.mark.parametrize("body", BODIES)
    def test_a_script(self, notebook, body):
        with open("train.py", "w") as file:
            file.write(body)
        run = notebook.fail("train.py").run
        assert (run.status, run.error) == (RunStatus.ERROR, BODIES[body])

    def test_a_cell(self, extension):
        with pytest.raises(RunError):
            extension.shell.run_cell_magic("guild_run", "work", "1 / 0")
        assert guild_ipy.get_run().error == "ZeroDivisionError: division by zero"

    def test_a_notebook_file(self, notebook):
        write_notebook("a.ipynb", "x = 1", "raise KeyError('x')")
        assert notebook.fail("a.ipynb").run.error == "cell In[2] raised KeyError: 'x'"

    @pytest.mark.parametrize(
        ("command", "error"),
        [
            ("sh -c 'echo begin; cp nothing there'", "cp: cannot stat 'nothing': No such file or directory"),
            ("python -c '1/0'", "ZeroDivisionError: division by zero"),
            ("sh -c 'echo loss: 1; exit 3'", None),
            ("not-a-command", "cannot run 'not-a-command': no such file or directory"),
        ],
    )
    def test_a_command(self, notebook, command, error):
        with open("guild.yml", "w") as file:
            file.write(json.dumps({"work": {"exec": command}}))
        assert notebook.fail("work").run.error == error


class TestWhatIsNoFailure:
    def test_a_run_that_completes_has_none(self, notebook):
        notebook.cell(FAIL)
        assert notebook.run("train", lr=1.0).error is None

    def test_a_run_that_is_started_again_forgets_it(self, notebook):
        notebook.cell(FAIL)
        run = notebook.fail("train").run
        restart(notebook.context, run, Change(flags={"lr": 1.0}), LaunchOptions(), SilentViewer())
        assert (run.status, run.error, run.get("error")) == (RunStatus.COMPLETED, None, None)

    def test_a_stop_is_no_failure_even_if_it_raises(self, start_waiting, notebook):
        run = start_waiting()
        stop(notebook.context, [run])
        assert (run.status, run.error) == (RunStatus.TERMINATED, None)

    def test_an_interrupt_that_the_run_turns_into_an_error_is_none(self, notebook):
        notebook.cell(
            "def wait():\n    import time\n    try:\n        print('at work', flush=True)\n        time.sleep(60)\n"
            "    except KeyboardInterrupt:\n        raise ValueError('interrupted') from None"
        )
        run = notebook.run_in_background("wait")
        wait_until(lambda: run.output)
        stop(notebook.context, [run])
        assert (run.status, run.error) == (RunStatus.TERMINATED, None)


@pytest.fixture
def failed(extension):
    """The magics, on a home with a run that failed and one that did not."""
    extension.cell(FAIL)
    extension.run("train", lr=1.0)
    extension.fail("train")
    return extension


class TestWhereItIsShown:
    def test_in_the_card_and_in_info(self, failed):
        run = guild_ipy.get_run()
        assert "ValueError: lr must be positive" in run._repr_html_()
        assert get_info(run).lines["error"] == "ValueError: lr must be positive"
        assert "error" not in get_info(guild_ipy.get_run(2)).lines

    def test_in_lists(self, failed):
        first, second = format_runs([guild_ipy.get_run(index) for index in (1, 2)]).splitlines()
        assert first.endswith("lr=-1.0  ValueError: lr must be positive")
        assert second.endswith("lr=1.0")

    def test_in_frames_where_a_run_failed(self, failed):
        assert guild_ipy.runs().error.isna().to_list() == [False, True]
        assert guild_ipy.runs(details=True).error[0] == "ValueError: lr must be positive"
        assert "error" not in guild_ipy.runs(completed=True)

    def test_in_comparisons_where_a_run_failed(self, failed):
        assert "error" in guild_ipy.compare().columns
        assert "error" not in guild_ipy.runs(completed=True).guild.compare()
        runs = [guild_ipy.get_run(index) for index in (1, 2)]
        assert compare(failed.context, runs).headings[-1] == "error"
        assert "error" not in compare(failed.context, runs[1:]).headings

    def test_in_expressions(self, failed):
        assert guild_ipy.select('error contains "positive"') == [guild_ipy.get_run().id]

    def test_a_scalar_of_that_name_is_told_apart(self, failed):
        failed.cell("def score():\n    print('error: 0.25')")
        failed.run("score")
        frame = guild_ipy.compare()
        assert frame["scalar:error"][0] == 0.25
        assert guild_ipy.runs(where="error < 0.5").operation.to_list() == ["score()"]


@pytest.mark.guild
def test_guild_shows_it(failed, guild_command):
    done = subprocess.run(
        [guild_command, "-H", failed.context.home.path, "runs", "info"], capture_output=True, text=True, check=True
    )
    assert "\nerror: ValueError: lr must be positive\n" in done.stdout
