"""What cannot be staged, restaged or queued is refused in one line, and nothing is made or changed."""

import os
import shlex
from pathlib import Path

import pytest

import guild_ipy
from guild_ipy.cli import main

GUILDFILE = """
good:
  main: echo
  flags: {x: 1}
  resources: {gpus: 1}
train:
  main: echo
  flags: {x: 1}
needs:
  main: echo
  flags: {x: 1}
  requires: [{operation: train}]
"""
#: The ids of the runs that are there.
DONE, STAGED, OTHER, WAITING, BATCH = (f"{digit * 8}{'0' * 24}" for digit in "abcde")


@pytest.fixture(scope="module")
def session(module_session, tmp_path_factory):
    """A project, and of its operations a run that has completed, three that are staged, and a staged batch."""
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(tmp_path_factory.mktemp("project"))
        _make_project()
        yield module_session


def _make_project():
    Path("echo.py").write_text("x = 1\n")
    Path("guild.yml").write_text(GUILDFILE)
    Path("a file").write_text("")
    Path("full").mkdir()
    Path("full/file").write_text("")
    guild_ipy.run("train", _run_id=DONE)
    for line in (
        f"run train --stage --run-id {STAGED}",
        f"run train x=2 --stage --run-id {OTHER}",
        f"run needs --stage --run-id {WAITING}",
        f"run train x=[1,2] --stage --run-id {BATCH}",
    ):
        assert main([*shlex.split(line), "-y"]) == 0


WRONG = [
    # resources
    ("run train --resources gpus", "resources 'gpus': 'gpus' is not NAME=NUMBER, as gpus=1 or memory=8G"),
    ("run train --resources gpus=-1", "resources 'gpus=-1': 'gpus=-1' is not NAME=NUMBER, as gpus=1 or memory=8G"),
    ("run train --resources gpus=1.5", "resources 'gpus=1.5': gpus is a whole number, not 1.5"),
    ("run train --resources gpus=nan", "resources 'gpus=nan': 'gpus=nan' is not NAME=NUMBER, as gpus=1 or memory=8G"),
    ("run train --resources gpus=1,gpus=2", "resources 'gpus=1,gpus=2': gpus is given twice"),
    (
        "run train --resources memory=8X",
        "resources 'memory=8X': 'memory=8X' is not NAME=NUMBER, as gpus=1 or memory=8G",
    ),
    ("run train --resources cpus=2G", "resources 'cpus=2G': the unit G goes with memory alone"),
    ("run train --resources =1", "resources '=1': '=1' is not NAME=NUMBER, as gpus=1 or memory=8G"),
    (
        "run train --resources gpus=1,,cpus=1",
        "resources 'gpus=1,,cpus=1': '' is not NAME=NUMBER, as gpus=1 or memory=8G",
    ),
    ("run train --resources 1", "resources '1': '1' is not NAME=NUMBER, as gpus=1 or memory=8G"),
    (
        "run train --resources gpus=1e999",
        "resources 'gpus=1e999': 'gpus=1e999' is not NAME=NUMBER, as gpus=1 or memory=8G",
    ),
    # where a run is prepared
    ("run train --stage-dir full", "full': there are files in it; name a new or an empty folder"),
    ("run train --stage-dir 'a file'", "a file': File exists"),
    ("run train --stage-dir ''", "there are files in it; name a new or an empty folder"),
    (
        "run train --stage-dir no/such/folder --stage --background",
        "run: --stage-dir prepares one run in a folder; leave --stage and options of batches out",
    ),
    ("run train --stage-dir /proc/nothing", "cannot stage a run in '/proc/nothing': No such file or directory"),
    (
        "run train x=[1,2] --stage-dir new",
        "run: --stage-dir prepares one run in a folder, not a batch; --stage stages a batch",
    ),
    # restaging
    ("restage", "restage: no run is named; name the run, and its new flags behind it"),
    (
        "restage nothere",
        "no run matches 'nothere': a run is named by its id (hex digits) or by an index; text with",
    ),
    ("restage 99999999", "no run matches '99999999'; runs lists those that there are"),
    ("restage 0", "no run matches '0': indexes begin with 1, the newest"),
    (f"restage {STAGED} rate=1", "unknown flag 'rate' for train; it takes x"),
    (f"restage {STAGED} x=much", "flag 'x' of train wants a number, not 'much' (str)"),
    (
        f"restage {STAGED} x=[1,2]",
        "flag 'x' of train is given a list, which asks for several trials, where one value is wanted; give one",
    ),
    (f"restage {STAGED} x=1 x=2", "run: flag 'x' is given twice; give it once"),
    (f"restage {STAGED} --background", "restage has no option '--background'; see the options with --help"),
    (f"run --restage {STAGED} --start {OTHER}", "run: --start and --restage are two things; give one of them"),
    (f"run --restage {STAGED} --restart {OTHER}", "run: --restart and --restage are two things; give one of them"),
    (f"run train --restage {STAGED}", "run: --restage knows its operation; leave 'train' out"),
    (
        f"run --restage {STAGED} --label new",
        "run: --restage keeps name, label, tags, comment, seed, files and patterns; label changes the label",
    ),
    (f"restage {STAGED} train={WAITING}", "unknown flag 'train' for train; it takes x"),
    (
        f"restage {WAITING} train={WAITING}",
        "could not resolve 'operation:train' in train resource: run dddddddd (needs) is no run of",
    ),
    # queues
    ("run queue jobs=0", "flag 'jobs' of queue is at least 1, not 0 (int)"),
    ("run queue jobs=-1", "flag 'jobs' of queue is at least 1, not -1 (int)"),
    ("run queue jobs=1.5", "flag 'jobs' of queue wants an int, not 1.5 (float)"),
    ("run queue jobs=yes", "flag 'jobs' of queue wants an int, not True (bool)"),
    ("run queue retry=-1", "flag 'retry' of queue is at least 0, not -1 (int)"),
    ("run queue run-once=maybe", "flag 'run-once' of queue wants yes or no, not 'maybe' (str)"),
    ("run queue poll-interval=0", "flag 'poll-interval' of queue is at least 0.1, not 0 (int)"),
    ("run queue poll-interval=nan", "flag 'poll-interval' of queue is at least 0.1, not nan (float)"),
    ("run queue resources=gpus", "resources 'gpus': 'gpus' is not NAME=NUMBER, as gpus=1 or memory=8G"),
    (
        "run queue rate=1",
        "unknown flag 'rate' for queue; it takes run-once, wait-for-running, jobs, dask, retry,",
    ),
    (
        "run queue dask=somewhere",
        "dask 'somewhere' is neither local, nor an address as tcp://host:8786, nor a scheduler file as scheduler.json",
    ),
    (
        "run queue dask=local resources=gpus=1",
        "resources is for a queue on this machine; with dask the workers say what they have",
    ),
    ("run queue extra", "run: 'extra' is no flag; write flags as name=value, and text with spaces in quotes"),
    ("run queue --jobs 2", "run: --jobs goes with a batch; a flag with a list of values asks for one"),
    ("run queue --dask local", "run: --dask goes with a batch; a flag with a list of values asks for one"),
    ("run queue jobs=[1,2]", "run: there is no batch of queues; give each flag of a queue one value"),
    # the verb
    ("queue nothing", "queue: there is no action 'nothing'"),
    ("queue strat", "queue: there is no action 'strat' (did you mean 'start'?)"),
    ("queue pause 1", "queue: pause takes no more words, and '1' is one"),
    ("queue pause", "no queue is at work; guild-ipy queue start starts one"),
    ("queue resume", "no queue is at work; guild-ipy queue start starts one"),
    ("queue stop", "no queue is at work; guild-ipy queue start starts one"),
    (f"queue stop {DONE}", "run aaaaaaaa is train, not a queue; guild-ipy stop stops it"),
    (
        "queue stop nothere",
        "no run matches 'nothere': a run is named by its id (hex digits) or by an index; text with",
    ),
    ("queue next", "queue: no run is named; write queue next RUN"),
    (f"queue next {DONE}", "run aaaaaaaa is completed, not staged; only staged runs wait for a queue"),
    (
        "queue next nothere",
        "no run matches 'nothere': a run is named by its id (hex digits) or by an index; text with",
    ),
    (f"queue next {STAGED} {DONE}", "run aaaaaaaa is completed, not staged; only staged runs wait for a queue"),
    (f"queue move {STAGED}", "queue: --before goes with move: queue move RUN --before RUN"),
    (f"queue move --before {STAGED}", "queue: no run is named; write queue move RUN --before RUN"),
    (f"queue move {STAGED} --before {STAGED}", "run bbbbbbbb cannot be moved before itself"),
    (
        f"queue move {DONE} --before {STAGED}",
        "run aaaaaaaa is completed, not staged; only staged runs wait for a queue",
    ),
    (
        f"queue move {STAGED} --before {DONE}",
        "run aaaaaaaa is completed, not staged; only staged runs wait for a queue",
    ),
    (f"queue move {STAGED} {DONE} --before {WAITING}", "run aaaaaaaa is completed, not staged"),
    (f"queue next {STAGED} --before {OTHER}", "queue: --before goes with move: queue move RUN --before RUN"),
    (f"queue next {STAGED} --now", "queue: --now goes with stop"),
    ("queue pause --json", "queue: --json goes with the status alone"),
    ("queue start jobs=0", "flag 'jobs' of queue is at least 1, not 0 (int)"),
    # options of a batch
    ("run train --dask local", "run: --dask goes with a batch; a flag with a list of values asks for one"),
    ("run train --retry 2", "run: --retry goes with a batch; a flag with a list of values asks for one"),
    ("run train x=[1,2] --retry -1", "run: --retry: '-1' is not a whole number; see the options with --help"),
    ("run train x=[1,2] --retry much", "run: --retry: 'much' is not a whole number; see the options with --help"),
    (
        "run train x=[1,2] --dask nowhere",
        "dask 'nowhere' is neither local, nor an address as tcp://host:8786, nor a scheduler file as scheduler.json",
    ),
]


def listing(home):
    """The files of a home, with what they hold."""
    found = {}
    for folder, folders, files in os.walk(home.path):
        folders[:] = [each for each in folders if each not in {"cache", "locks"}]
        for name in files:
            found[f"{folder}/{name}"] = Path(folder, name).read_bytes()
    return found


@pytest.mark.parametrize(("line", "message"), WRONG)
def test_what_is_wrong_is_one_line_and_nothing_is_changed(session, capsys, line, message):
    home = session.home
    before = listing(home)
    capsys.readouterr()
    code = main([*shlex.split(line), "-y"])
    printed = capsys.readouterr()
    assert code in {1, 2}, printed.out
    assert (printed.out, printed.err.count("\n")) == ("", 1), printed.out + printed.err
    assert "Traceback" not in printed.err
    assert listing(home) == before
    assert message in printed.err, printed.err
