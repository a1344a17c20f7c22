"""A run that prints metrics in a form that is not known says so at its end."""

from __future__ import annotations

import pytest

from guild_ipy.engine.output.unread_metrics import UNREAD_METRIC, describe_unread_metric
from guild_ipy.launching.launch import LaunchOptions
from guild_ipy.launching.restart import Change, restart
from guild_ipy.operations.spec_options import SpecOptions
from guild_ipy.session.viewer import SilentViewer
from guild_ipy.view.live import StreamViewer

SAYING = "def train(text='the loss is now 0.53'):\n    print(text)"
TOLD = (
    "no scalars were found in its output, as in 'the loss is now 0.53'; guild_ipy.log(name=value) records them, "
    "or --output-scalar says how they are printed"
)


def test_it_is_said_below_the_end_of_the_run(notebook, capsys):
    notebook.viewer = StreamViewer("%guild_start {}")
    notebook.cell(SAYING)
    run = notebook.run("train")
    assert describe_unread_metric(run.dir) == TOLD
    assert capsys.readouterr().out.endswith(f" · {run.short_id}\n{TOLD}\n")


def test_it_is_known_of_an_inline_run(notebook):
    notebook.isolation = "inline"
    notebook.cell(SAYING)
    assert describe_unread_metric(notebook.run("train").dir) == TOLD


@pytest.mark.parametrize(
    "text", ["the loss is now 0.53\nloss=0.5", "done in 0.53 seconds", "loss", "ValueError: wrong at 0.53"]
)
def test_runs_with_scalars_or_without_metrics_say_nothing(notebook, text):
    notebook.cell(SAYING)
    assert describe_unread_metric(notebook.run("train", text=text).dir) == ""


def test_a_run_that_logs_says_nothing(notebook):
    notebook.cell("import guild_ipy\ndef train():\n    print('the loss is now 0.53')\n    guild_ipy.log(loss=0.53)")
    assert describe_unread_metric(notebook.run("train").dir) == ""


def test_a_run_with_patterns_of_its_own_says_nothing(notebook):
    notebook.cell(SAYING)
    run = notebook.run("train", request={"spec": SpecOptions(output_scalars=(r"acc: acc is (\S+)",))})
    assert run.get(UNREAD_METRIC) is None


def test_a_restart_forgets_it(notebook):
    notebook.cell(SAYING)
    run = notebook.run("train")
    restart(notebook.context, run, Change(flags={"text": "nothing"}), LaunchOptions(), SilentViewer())
    assert describe_unread_metric(run.dir) == ""


def test_a_line_of_others_is_shown_inert(notebook):
    notebook.cell(SAYING)
    run = notebook.run("train", text="\x1b]0;loss\x07 0.53 loss")
    assert "\x1b" not in describe_unread_metric(run.dir)
