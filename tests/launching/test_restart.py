import os
import re
import subprocess
import sys

import pytest

from guild_ipy.domain.status import RunStatus
from guild_ipy.errors import FlagError, RunError, RunStateError
from guild_ipy.launching.launch import LaunchOptions
from guild_ipy.launching.restart import Change, restart, start
from guild_ipy.session.run_handle import Run
from guild_ipy.store.run_dir import RunDir
from tests.notebook_session import wait_until
from tests.train_and_wait import RecordingViewer

FROM_ELSEWHERE = """
import sys
import guild_ipy
from guild_ipy.session.session import get_session
from guild_ipy.launching.launch import LaunchOptions
from guild_ipy.session.run_refs import select_run
from guild_ipy.launching.restart import Change, restart, start
from guild_ipy.session.viewer import SilentViewer

verb, id = sys.argv[1:]
context = get_session()
run, options, viewer = select_run(context, id), LaunchOptions(), SilentViewer()
done = start(context, run, options, viewer) if verb == "start" else restart(context, run, Change(), options, viewer)
print(done.id == run.id, done.status, done.result, end="")
"""


@pytest.fixture
def stage(train):
    return lambda name="train", **flags: train.run(name, request={"stage": True}, **flags)


@pytest.fixture
def again(notebook):
    """Restart a run with these flags."""

    def again(run, *, stage=False, isolation=None, **flags):
        launch = LaunchOptions(isolation=isolation)
        return restart(notebook.context, run, Change(flags=flags, stage=stage), launch, notebook.viewer)

    return again


def start_run(notebook, made):
    return start(notebook.context, made, LaunchOptions(), notebook.viewer)


class TestStaging:
    def test_a_staged_run_waits(self, stage, viewer):
        made = stage(lr=0.5)
        assert viewer.told == ["You are about to stage train()\n  lr: 0.5\n  steps: 2", "ended staged"]
        assert (made.status, made.flags["lr"], made.exit_status) == (RunStatus.STAGED, 0.5, None)
        assert made.output == ""

    def test_starting_it_runs_it_in_its_directory(self, stage, train):
        made = stage(lr=0.5)
        done = start_run(train, made)
        assert (done.id, done.status, done.result) == (made.id, RunStatus.COMPLETED, 1.0)
        assert not os.path.exists(made.dir.staged)

    def test_it_can_be_started_once(self, stage, train):
        made = stage()
        start_run(train, made)
        with pytest.raises(RunStateError, match="is completed, not staged; run it again with --restart"):
            start_run(train, made)

    def test_another_process_starts_it(self, stage, run_python):
        made = stage(lr=0.5)
        assert run_python(FROM_ELSEWHERE, "start", made.id) == "True completed 1.0"

    def test_the_command_starts_it(self, stage, train):
        made = stage(lr=0.5)
        command = [sys.executable, "-m", "guild_ipy", "start", made.short_id, "--yes"]
        env = {**os.environ, "GUILD_HOME": train.context.home.path}
        done = subprocess.run(command, env=env, cwd="/", capture_output=True, text=True, check=True)
        assert "loss: 0.5" in done.stdout
        assert made.status is RunStatus.COMPLETED

    def test_who_declines_leaves_it_staged(self, stage, train):
        made = stage()
        assert start(train.context, made, LaunchOptions(), RecordingViewer(agrees=False)) is None
        assert made.status is RunStatus.STAGED

    def test_what_keeps_it_from_starting_is_told(self, stage, train, monkeypatch):
        made = stage()
        monkeypatch.setattr("sys.executable", "/not/there/python")
        with pytest.raises(RunError, match="/not/there/python"):
            start(train.context, made, LaunchOptions(isolation="fresh"), train.viewer)
        assert made.status is RunStatus.ERROR


class TestRestarting:
    def test_it_keeps_id_seed_and_source_and_renews_the_rest(self, train, again):
        made = train.run("train", lr=0.5)
        seed, digest, started = made.get("random_seed"), made.get("sourcecode_digest"), made.started
        train.cell("def train(lr=0.1, steps=2):\n    return 'another function'")
        done = again(made)
        assert (done.id, done.result, done.scalars) == (made.id, 1.0, {"loss": 0.25})
        assert (done.get("random_seed"), done.get("sourcecode_digest")) == (seed, digest)
        assert done.started > started
        assert done.output == "step: 0\nloss: 0.5\nstep: 1\nloss: 0.25\n"

    @pytest.mark.parametrize("isolation", ["fork", "fresh", "inline"])
    def test_flags_can_be_changed(self, train, again, isolation):
        made = train.run("train", lr=0.5)
        done = again(made, isolation=isolation, lr=1, steps=3)
        assert (done.result, done.flags, done.label) == (3, {"lr": 1, "steps": 3}, "lr=1 steps=3")
        assert list(done.scalar_summaries) == ["loss"]
        assert done.scalar_summaries["loss"].count == 3

    def test_changed_flags_stay_for_the_next_time(self, train, again):
        made = train.run("train", lr=0.5)
        again(made, lr=2)
        assert again(made, steps=1).result == 2

    def test_a_label_of_the_user_is_kept(self, train, again):
        made = train.run("train")
        with open(made.dir.attr("label"), "w") as file:
            file.write("mine\n")
        assert again(made, lr=2).label == "mine"

    @pytest.mark.parametrize(
        ("flags", "message"),
        [({"rate": 1}, r"unknown flag 'rate' for train\(\)"), ({"lr": "x"}, "wants a number"), ({"lr": [1]}, "trials")],
    )
    def test_flags_that_it_does_not_take_are_refused_and_nothing_changes(self, train, again, flags, message):
        made = train.run("train", lr=0.5)
        with pytest.raises(FlagError, match=message):
            again(made, **flags)
        assert (made.status, made.flags["lr"], made.result) == (RunStatus.COMPLETED, 0.5, 1.0)

    def test_constants_and_arguments_of_scripts_can_be_changed(self, train, again):
        with open("constants.py", "w") as file:
            file.write("lr = 0.1\nprint('lr is', lr)\n")
        with open("parser.py", "w") as file:
            file.write(
                "import argparse\np = argparse.ArgumentParser()\np.add_argument('--lr', type=float, default=0.1)\n"
            )
            file.write("print('lr is', p.parse_args().lr)\n")
        for script in ("constants.py", "parser.py"):
            assert again(train.run(script), lr=0.5).output == "lr is 0.5\n"

    def test_the_source_of_a_script_is_that_of_the_first_time(self, train, again):
        with open("train.py", "w") as file:
            file.write("import helper\nprint(helper.WORD)\n")
        with open("helper.py", "w") as file:
            file.write("WORD = 'first'\n")
        made = train.run("train.py")
        os.remove("train.py")
        with open("helper.py", "w") as file:
            file.write("WORD = 'second'\n")
        assert again(made).output == "first\n"

    def test_a_failed_run_can_be_run_again(self, notebook, again):
        notebook.cell("def train(n=0):\n    return 1 / n")
        made = notebook.fail("train").run
        assert again(made, n=2).result == 0.5
        assert (made.status, made.exception) == (RunStatus.COMPLETED, None)

    def test_a_fresh_process_without_the_notebook_restarts_it(self, train, run_python):
        train.cell("class Model:\n    size = 3\ndef helper():\n    return Model().size")
        train.cell("def work(n=2):\n    return helper() * n")
        made = train.run("work", n=5)
        assert run_python(FROM_ELSEWHERE, "restart", made.id) == "True completed 15"

    def test_its_program_runs_by_hand(self, train):
        made = train.run("train", lr=0.5)
        done = subprocess.run([sys.executable, made.dir.main], capture_output=True, text=True, check=True, cwd="/")
        assert done.stdout == made.output

    def test_it_can_be_staged_again_with_other_flags(self, train, again, viewer):
        made = train.run("train", lr=0.5)
        again(made, stage=True, lr=2)
        assert (made.status, made.output, made.result) == (RunStatus.STAGED, "", None)
        assert start_run(train, made).result == 4

    def test_a_running_run_is_refused(self, start_waiting, let_go, again):
        made = start_waiting()
        with pytest.raises(RunStateError, match=rf"run {made.short_id} is running; stop it first"):
            again(made)
        assert let_go(made).status is RunStatus.COMPLETED

    def test_a_run_that_lost_its_supervisor_is_refused_while_it_runs(self, start_waiting, let_go, again):
        made = start_waiting()
        with open(made.dir.lock) as file:
            supervisor = int(re.search(r"supervisor=(\d+)", file.read())[1])
        os.kill(supervisor, 9)
        wait_until(lambda: not os.path.exists(f"/proc/{supervisor}"))
        with pytest.raises(RunStateError, match="is running"):
            again(made)
        assert let_go(made).status is RunStatus.COMPLETED
        assert again(made, code=7, steps=2).output.startswith("waiting 0\nwaiting 1\n")

    def test_a_run_of_guild_is_refused_with_the_way_to_do_it(self, notebook, again, home):
        run_dir = RunDir(f"{home.runs}/{'a' * 32}")
        os.makedirs(run_dir.attrs)
        with open(run_dir.opref, "w") as file:
            file.write("script:/work '' '' train.py")
        with pytest.raises(RunStateError, match=r"was made by Guild AI, and .*; use `guild run --restart aaaaaaaa`"):
            again(Run(run_dir))

    def test_files_that_the_first_attempt_wrote_stay(self, notebook, again):
        notebook.cell("""
            import os
            def train():
                found = sorted(os.listdir())
                open("model", "w").close()
                return found
        """)
        made = notebook.run("train")
        assert again(made).result == [".guild", "model"]

    def test_a_run_with_objects_has_them_again(self, notebook, again):
        notebook.cell("import numpy as np\ndef train(data, n=1):\n    data[0] += n\n    return float(data.sum())")
        made = notebook.run("train", notebook.cell("np.ones(300_000)"))
        assert (made.result, again(made, n=2).result) == (300_001, 300_002)


def test_a_payload_of_another_python_is_opened_by_that_python(train, again):
    made = train.run("train")
    with open(made.dir.meta) as file:
        text = file.read()
    with open(made.dir.meta, "w") as file:
        file.write(re.sub(r'"python": "[\d.]+"', '"python": "3.1"', text))
    assert again(made).status is RunStatus.COMPLETED
    with open(made.dir.attr("cmd"), "w") as file:
        file.write("[/not/there/python, main.py]")
    with pytest.raises(RunStateError, match=r"was made by Python 3\.1, which is no longer at '/not/there/python'"):
        again(made)
