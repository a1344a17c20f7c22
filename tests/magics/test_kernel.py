"""The magics in a real kernel, as notebooks and Run All meet them."""

import os

import nbformat
import pytest
from jupyter_client.manager import start_new_kernel
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError

from tests.cell_outputs import run_code

TRAIN = "def train(lr=0.1):\n    print('loss:', lr)\n    return lr"


@pytest.fixture(autouse=True)
def environment(home, tmp_path, monkeypatch):
    monkeypatch.setenv("GUILD_HOME", home.path)
    monkeypatch.setenv("IPYTHONDIR", f"{tmp_path}/ipython")
    monkeypatch.chdir(tmp_path)


@pytest.fixture
def kernel():
    """A kernel with the extension loaded."""
    manager, client = start_new_kernel(extra_arguments=["--Application.log_level=ERROR"])
    execute(client, "%load_ext guild_ipy")
    yield manager, client
    client.stop_channels()
    manager.shutdown_kernel(now=True)


def execute(client, code, on_text=lambda text: None):
    """Run code; its reply and all that it has shown, as text."""
    reply, outputs = run_code(client, code, lambda outputs: on_text(outputs.text))
    return reply, outputs.text


def execute_notebook(*cells, allow_errors=False):
    """Run All; the notebook with its outputs."""
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(cell) for cell in cells])
    client = NotebookClient(notebook, timeout=60, allow_errors=allow_errors)
    return client.execute(cwd=os.getcwd())


def test_run_all_shows_output_and_returns_the_run():
    notebook = execute_notebook("%load_ext guild_ipy", TRAIN, "%guild_run train lr=0.5")
    head, *streams = notebook.cells[2].outputs
    assert "".join(stream.text for stream in streams) == "loss: 0.5\n"
    assert " completed in " in head.data["text/plain"]
    assert "train()" in head.data["text/html"]


def test_pictures_after_the_first_are_shown_those_of_the_user_too():
    draw = "df.guild.plot();"
    own = "import matplotlib.pyplot as plt\nplt.plot([1, 2]);"
    notebook = execute_notebook("%load_ext guild_ipy", TRAIN, "%guild_run train", "df = %guild_runs", draw, draw, own)
    assert ["image/png" in output.data for cell in notebook.cells[4:] for output in cell.outputs] == [True] * 3


@pytest.mark.parametrize(
    ("cell", "name"),
    [
        ("%guild_run trian", "OperationNotFound"),
        ("%guild_run train --lable x", "UsageError"),
        ("%guild_run train lr={1 / 0}", "UsageError"),
        ("def fail(): raise ValueError('broken')\n%guild_run fail", "RunError"),
    ],
)
def test_run_all_stops_at_an_error(cell, name):
    with pytest.raises(CellExecutionError, match=name):
        execute_notebook("%load_ext guild_ipy", TRAIN, cell, "print('not reached')")


def test_an_error_output_is_its_one_line():
    notebook = execute_notebook("%load_ext guild_ipy", TRAIN, "%guild_run trian", allow_errors=True)
    (output,) = notebook.cells[2].outputs
    assert (output.output_type, output.ename) == ("error", "OperationNotFound")
    assert output.traceback == ["OperationNotFound: no operation 'trian' here (did you mean 'train'?)"]


def test_a_traceback_names_the_cell_by_the_number_that_the_front_end_shows(kernel):
    _, client = kernel
    execute(client, "def fail(): raise ValueError")
    for code in ("%%guild_run cell\nfail()", "%%guild_run timed\n%%time\nfail()"):
        reply, output = execute(client, code)
        assert f"Cell In[{reply['execution_count']}], line 1, in <module>" in output
        assert "Cell In[2], line 1, in fail" in output


def test_what_the_kernel_puts_into_a_notebook_is_there_in_a_run(kernel):
    _, client = kernel
    execute(client, "mu = 2\nfrom IPython.core.magic import register_line_magic\nimport pandas as pd")
    execute(client, "@register_line_magic\ndef twice(line): return int(line) * mu")
    reply, printed = execute(
        client,
        "%%guild_run cell n=5\n%%time\n%matplotlib inline\nn = 4\nx = %twice {n}\n%autosave 60\n"
        "display({'x': x})\n!echo {mu} $n\nopen('file', 'w').close()\nexit()\nprint('never')",
    )
    assert reply["status"] == "ok"
    head, *lines = printed.splitlines()
    assert " · n=5" in head
    assert lines[:3] == ["%autosave does nothing here: a run has no front end", "{'x': 10}", "2 5"]
    assert "never" not in printed


def test_interrupting_the_cell_terminates_the_run(kernel):
    manager, client = kernel
    execute(client, "import time\ndef wait():\n    print('waits now', flush=True)\n    time.sleep(60)")
    interrupted = []

    def interrupt_once(text):
        if "waits now" in text and not interrupted:
            interrupted.append(True)
            manager.interrupt_kernel()

    reply, printed = execute(client, "%guild_run wait", interrupt_once)
    assert reply["ename"] == "RunError"
    assert "KeyboardInterrupt" in printed  # what the run prints when it is stopped
    assert " · terminated in " in printed
    _, printed = execute(client, "import guild_ipy; print(guild_ipy.info().lines['status'])")
    assert printed == "terminated"


def test_watch_finds_the_run_again_after_a_kernel_restart(kernel, tmp_path):
    manager, client = kernel
    execute(client, "import os, time\ndef wait(path):\n    while not os.path.exists(path): time.sleep(0.01)")
    execute(client, "%guild_run wait path={os.path.abspath('go')} --background")
    manager.restart_kernel(now=True)
    client.wait_for_ready(timeout=60)
    (tmp_path / "go").touch()
    _, printed = execute(client, "%load_ext guild_ipy\n%guild_watch")
    assert printed.startswith("wait() · ")
    assert " · completed in " in printed


def test_loading_loads_nothing_large(kernel):
    _, client = kernel
    _, printed = execute(client, "import sys; print({'pandas', 'numpy', 'yaml'} & set(sys.modules))")
    assert printed == "set()"
