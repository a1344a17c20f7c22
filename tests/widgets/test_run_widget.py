"""The widget of a run that goes, as a real kernel sends it and answers it."""

import json
import time

import pytest
from jupyter_client.manager import start_new_kernel

from guild_ipy.widgets.beside_widget import NOTHING
from tests.cell_outputs import run_code, take_updates

VIEW = "application/vnd.jupyter.widget-view+json"
TRAIN = """%load_ext guild_ipy
import comm, os, sys, time
def train(path):
    step = 0
    while not os.path.exists(path):
        step += 1
        print(f"step: {step}\\nloss: {1 / step}", flush=True)
        if step == 3: print("loss: nan", flush=True)
        time.sleep(0.02)
"""
_SECONDS = 60


class FrontEnd:
    """What a page knows of the kernel: its cells, and the widgets that it was told of."""

    def __init__(self, client):
        self.client = client
        self.opened = {}
        self.closed = set()
        self.said = []

    def hear(self, message):
        """Keep what a message says of widgets."""
        kind, content = message["msg_type"], message["content"]
        data = content.get("data", {})
        if kind == "comm_open" and data["state"].get("_view") == "run":
            self.opened[content["comm_id"]] = data["state"]
        elif kind == "comm_msg" and content["comm_id"] in self.opened:
            self.said.append(data.get("content"))
            self.opened[content["comm_id"]] |= data.get("state", {})
        elif kind == "comm_close" and content["comm_id"] in self.opened:
            self.closed.add(content["comm_id"])

    def run(self, code, on_change=lambda outputs: None):
        """Execute code; return its outputs."""
        return run_code(self.client, code, on_change, self.hear)[1]

    def ask(self, kind, *, subshell=None, request="1"):
        """Send a request to the only widget."""
        (comm_id,) = self.opened.keys() - self.closed
        content = {"comm_id": comm_id, "data": {"method": "custom", "content": {"type": kind, "request": request}}}
        message = self.client.session.msg("comm_msg", content)
        message["header"]["subshell_id"] = subshell
        self.client.shell_channel.send(message)

    def until(self, condition):
        """Hear messages until the condition holds."""
        deadline = time.monotonic() + _SECONDS
        while not condition():
            self.hear(self.client.get_iopub_msg(timeout=max(0.0, deadline - time.monotonic())))

    def is_shown(self):
        """Whether the only widget hears requests: soon after it is told of, and before it shows how far the run is."""
        return bool(self.opened) and bool(self.widget["_head"])

    @property
    def widget(self):
        (state,) = self.opened.values()
        return state


@pytest.fixture(autouse=True)
def environment(home, tmp_path, monkeypatch):
    monkeypatch.setenv("GUILD_HOME", home.path)
    monkeypatch.setenv("IPYTHONDIR", f"{tmp_path}/ipython")
    monkeypatch.setenv("JPY_SESSION_NAME", f"{tmp_path}/notebook.ipynb")
    monkeypatch.chdir(tmp_path)


@pytest.fixture
def page():
    manager, client = start_new_kernel(extra_arguments=["--Application.log_level=ERROR"])
    page = FrontEnd(client)
    page.run(TRAIN)
    yield page
    client.stop_channels()
    manager.shutdown_kernel(now=True)


def make_subshell(client):
    message = client.session.msg("create_subshell_request")
    client.control_channel.send(message)
    reply = client.get_control_msg(timeout=_SECONDS)["content"]
    return reply["subshell_id"]


def go_when_live(tmp_path):
    """Let the run end when its widget is there."""
    return lambda outputs: is_live(outputs) and (tmp_path / "go").touch()


def is_live(outputs):
    """Whether the widget is in its place, which is below the head."""
    return len(outputs.shown) > 1 and VIEW in outputs.shown[1].data


def test_a_run_that_takes_a_while_is_a_widget_until_it_ends(page, tmp_path):
    outputs = page.run(f"%guild_run train path={tmp_path}/go", go_when_live(tmp_path))
    head, place = outputs.shown[:2]
    assert [VIEW in bundle for bundle in [*place.history, place.data]] == [False, True, False]
    assert place.data == NOTHING
    assert {frozenset(bundle) for bundle in [*head.history, head.data]} == {frozenset({"text/html", "text/plain"})}
    assert "running" in head.history[-1]["text/plain"]
    assert "completed in" in head.text


def test_it_is_pushed_what_the_run_has_reported(page, tmp_path):
    page.run(f"%guild_run train path={tmp_path}/go", go_when_live(tmp_path))
    page.until(lambda: page.widget["_head"]["look"] == "done")
    assert page.widget["_head"]["operation"] == "train()"
    assert page.widget["_head"]["flags"] == [["path", f"{tmp_path}/go"]]
    (loss,) = page.widget["_curves"]
    assert len(loss["steps"]) == len(loss["values"]) > 3
    assert loss["steps"] == sorted(loss["steps"])
    assert loss["steps"][-1] > 3
    assert None in loss["values"]
    json.dumps(page.widget, allow_nan=False)


@pytest.mark.parametrize("magic", ["%guild_run train path={}/go", "%%capture\n%guild_run train path={}/later"])
def test_a_run_that_is_over_at_once_or_captured_has_none(page, tmp_path, magic):
    (tmp_path / "go").touch()
    page.run(f"import threading\nthreading.Timer(2.5, lambda: open('{tmp_path}/later', 'w').close()).start()")
    page.run(magic.format(tmp_path))
    assert page.opened == {}


def test_a_notebook_without_a_page_has_none(page, tmp_path):
    page.run("del os.environ['JPY_SESSION_NAME']")
    page.run(f"import threading\nthreading.Timer(2.5, lambda: open('{tmp_path}/go', 'w').close()).start()")
    page.run(f"%guild_run train path={tmp_path}/go")
    assert page.opened == {}


def test_it_is_closed_when_it_is_gone_from_the_page(page, tmp_path):
    page.run(f"%guild_run train path={tmp_path}/go", go_when_live(tmp_path))
    page.ask("gone")
    page.until(lambda: page.closed == set(page.opened))
    assert page.run("import ipywidgets\nlen(comm.get_comm_manager().comms)").text == "0"


def test_it_stays_while_the_run_goes_whatever_the_page_does(page, tmp_path):
    page.run(f"_ = %guild_run train path={tmp_path}/go -b")
    page.until(page.is_shown)
    page.ask("gone")
    page.until(lambda: any(page.said))
    assert page.closed == set()
    (tmp_path / "go").touch()
    page.until(lambda: page.widget["_head"]["look"] == "done")


def test_of_many_runs_that_nobody_has_seen_end_the_newest_are_kept(page, tmp_path):
    (tmp_path / "go").touch()
    code = """
from guild_ipy.widgets.live_run.run_widget import RunWidget
from guild_ipy.view.cell.head_place import GoingRun
from guild_ipy.view.cell.live_scalars import LiveScalars
from guild_ipy.view.cell.run_head import DONE, RunHead
import guild_ipy
run = guild_ipy.run(train, path=f"{os.getcwd()}/go")
going = GoingRun(run=run, scalars=LiveScalars(run_dir=run.dir), is_interruptible=True)
for _ in range(40):
    RunWidget(run).end(RunHead(operation="train()", state="completed", look=DONE), going)
len(comm.get_comm_manager().comms)
"""
    assert page.run(code).shown[-1].text == "32"  # each with its layout


def test_a_run_is_stopped_in_a_subshell_while_its_cell_is_at_work(page):
    subshell = make_subshell(page.client)
    asked = []

    def stop(outputs):
        if is_live(outputs) and not asked:
            asked.append(page.ask("stop", subshell=subshell))

    outputs = page.run("%guild_run train path=never", stop)
    assert "terminated in" in outputs.shown[0].text


def test_a_request_that_is_sent_again_is_answered_once(page, tmp_path):
    page.run(f"_ = %guild_run train path={tmp_path}/go -b")
    page.until(page.is_shown)
    subshell = make_subshell(page.client)
    page.ask("gone", request="a 1")
    page.ask("gone", request="a 1", subshell=subshell)
    page.ask("gone", request="a 2", subshell=subshell)
    page.until(lambda: any(said and said["reply"] == "a 2" for said in page.said))
    assert [said["reply"] for said in page.said if said] == ["a 1", "a 2"]
    (tmp_path / "go").touch()


def test_a_request_that_cannot_be_met_says_why(page, tmp_path):
    page.run(f"_ = %guild_run train path={tmp_path}/go -b")
    page.until(page.is_shown)
    page.ask("nonsense")
    page.until(lambda: any(page.said))
    (said,) = filter(None, page.said)
    assert said["error"]["text"] == "a request of type 'nonsense' is not known here; reload the page"
    (tmp_path / "go").touch()


def test_the_head_in_a_saved_notebook_knows_nothing_of_it(page, tmp_path):
    outputs = page.run(f"_ = %guild_run train path={tmp_path}/go -b")
    (tmp_path / "go").touch()
    take_updates(page.client, outputs, lambda outputs: "completed in" in outputs.text)
    assert set(outputs.shown[0].data) == {"text/html", "text/plain"}
