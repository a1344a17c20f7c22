"""A batch below its cell, by the messages of a real kernel."""

import os
import re
import signal

import pytest

from tests.cell_outputs import open_kernel, run_code, take_updates

TRAIN = """
import time, os
def train(lr=0.1, name="a", path="", fail=0.0):
    print("training with", lr, flush=True)
    while path and not os.path.exists(path): time.sleep(0.01)
    if lr == fail: raise ValueError("<script>alert(1)</script>\\x1b[31m & so on")
    print(f"loss: {lr}", flush=True)
"""


@pytest.fixture(scope="module")
def client(tmp_path_factory):
    """A kernel with the extension and an operation; all tests of this file use it."""
    with open_kernel(tmp_path_factory.mktemp("kernel"), TRAIN) as client:
        yield client


def show(client, code, on_change=lambda outputs: None):
    reply, outputs = run_code(client, code, on_change)
    assert reply["status"] == "ok", reply
    return outputs


def test_a_batch_is_one_table(client):
    (head,) = show(client, "batch = %guild_run train lr=[0.5,0.25] name=['u','v'] fail=0.5").shown
    first, counts, names, *rows, hint = head.text.splitlines()
    assert re.fullmatch(
        r"train\(\)\+ · \w{8} · completed in .* · lr=\[0\.5, 0\.25\] name=\[u, v\] path='' fail=0\.5", first
    )
    assert re.fullmatch(r"4 trials: 2 completed, 2 error · best loss 0\.25 \(\w{8}\)", counts)
    assert names.split() == ["#", "trial", "lr", "name", "loss", "time"]
    assert [row.split()[:2] for row in rows] == [["✗", "1"], ["✗", "2"], ["✓★", "3"], ["✓", "4"]]
    assert [re.search(r"ValueError: <script>alert\(1\)</script>\\x1b\[31m & so on$", row) is None for row in rows] == [
        *(False, False, True, True)
    ]
    assert re.fullmatch(r"%guild_cat \w{8} shows what the trials printed", hint)


def test_its_page_has_no_markup_of_others_and_no_script(client):
    (head,) = show(client, "_ = %guild_run train lr=[0.5,0.25] name='<i>' fail=0.5").shown
    html = head.data["text/html"]
    assert "<script" not in html
    assert "<i>" not in html
    assert "\x1b" not in html
    assert "&lt;script&gt;alert(1)&lt;/script&gt;\\x1b[31m &amp; so on" in html
    assert "role='img' aria-label='2 trials: 1 completed, 1 error · best loss 0.25 (" in html


def test_the_table_is_updated_in_place_with_the_last_lines_of_the_running_trial(client, tmp_path):
    def go(outputs):
        if "training with" in outputs.text:
            (tmp_path / "go").touch()

    (head,) = show(client, f"_ = %guild_run train lr=[0.5,0.25] path={tmp_path}/go", go).shown
    history = [bundle["text/plain"] for bundle in head.history]
    assert "preparing 2 trials: 0 ready" in history[0]
    going = next(text for text in history if "training with" in text)
    assert "2 trials: 1 running, 1 pending" in going
    assert going.splitlines()[-1] == "training with 0.5"
    assert "training with" not in head.text


def test_all_output_is_kept(client):
    show(client, "batch = %guild_run train lr=[0.5,0.25]")
    text = show(client, "%guild_cat {batch.id}").text
    assert text.count("INFO: [guild] Initialed trial") == 2
    assert text.count("training with") == 2


def test_a_batch_in_the_background_is_a_line(client, tmp_path):
    outputs = show(client, f"_ = %guild_run train lr=[0.5,0.25] path={tmp_path}/go -b")
    (head,) = outputs.shown
    assert "goes on in the background · " in head.text
    take_updates(client, outputs, lambda outputs: "0/2 trials" in outputs.text)
    (tmp_path / "go").touch()
    take_updates(client, outputs, lambda outputs: "completed in" in outputs.text)
    assert "2 trials: 2 completed · best loss 0.25" in head.text
    assert [line for line in head.text.splitlines()[1:] if not line.startswith("  note: ")] == []


def test_watch_shows_the_same_table(client):
    (head,) = show(client, "batch = %guild_run train lr=[0.5,0.25]").shown
    (watched,) = show(client, "_ = %guild_watch {batch.id}").shown
    assert watched.text.splitlines()[1:] == head.text.splitlines()[1:]


def test_an_interrupt_leaves_the_table_with_what_is_pending(client, tmp_path):
    pid = int(show(client, "print(os.getpid())").text)
    interrupted = []

    def interrupt(outputs):
        if "1 running" in outputs.text and not interrupted:
            interrupted.append(os.kill(pid, signal.SIGINT))

    reply, outputs = run_code(client, f"_ = %guild_run train lr=[0.5,0.25] path={tmp_path}/never", interrupt)
    assert (reply["status"], reply["ename"]) == ("error", "RunError")
    assert "2 trials: 1 terminated, 1 pending" in outputs.shown[0].text


def test_staged_trials_are_counted(client):
    (head,) = show(client, "batch = %guild_run train lr=[0.5,0.25] --stage-trials").shown
    assert "2 trials: 2 staged" in head.text


def test_of_many_trials_some_are_shown(client):
    (head,) = show(client, "_ = %guild_run train lr=range[1:30] --jobs 4 --stage-trials").shown
    assert "… 10 more: 10 staged" in head.text
    assert head.data["text/html"].count("<tr") == 21


def test_a_batch_whose_prototype_is_damaged_is_still_shown(client):
    show(client, "batch = %guild_run train lr=[0.5,0.25]")
    show(client, "import os; os.unlink(f'{batch.dir.proto}/.guild/attrs/flags')")
    (head,) = show(client, "_ = %guild_watch {batch.id}").shown
    assert "2 trials: 2 completed" in head.text
