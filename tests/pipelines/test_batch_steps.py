"""Steps that ask for a batch: it is a member of the pipeline, and its trials are what later steps depend on."""

import os
import signal
from pathlib import Path

import pytest

from guild_ipy.batch.listed_trials import read_trials
from guild_ipy.cli import main
from guild_ipy.domain.status import RunStatus
from guild_ipy.launching.launch import LaunchOptions
from guild_ipy.launching.restart import Change, restart
from guild_ipy.operations.spec_options import SpecOptions
from guild_ipy.session.run_refs import list_runs
from guild_ipy.session.session import set_session
from guild_ipy.store.state.lock import read_lock
from guild_ipy.verbs.changing.delete import delete
from guild_ipy.verbs.running.stop import stop
from tests.notebook_session import wait_until
from tests.pipeline_project import members, statuses, write_project

TRAIN = """
import os, select
lr = 0.1
x = 0
wait = False
if lr < 0:
    raise SystemExit("lr is negative")
with open("model", "w") as file:
    file.write(str(lr))
print("loss:", lr + x, flush=True)
while wait and not os.path.exists("go"):
    select.select([], [], [], 0.01)
"""
OPERATIONS = """
train: {flags-import: all}
serve:
  flags-import: all
  requires: [{operation: train, select: model}]
all:
  flags: {rate: 0.2, wait: no, fail: no}
"""


@pytest.fixture
def project(notebook):
    """The notebook in a project whose pipeline ``all`` gets its steps from the test."""
    write_project(Path.cwd(), OPERATIONS)
    Path("train.py").write_text(TRAIN)
    return notebook


@pytest.fixture
def again(project):
    """Restart a run with these flags."""

    def again(made, *, needed=False, **flags):
        return restart(project.context, made, Change(flags=flags, needed=needed), LaunchOptions(), project.viewer)

    return again


def steps(text):
    """Let these be the steps of ``all``."""
    lines = "".join(f"    {line}\n" for line in text.strip().splitlines())
    Path("guild.yml").write_text(f"{OPERATIONS}  steps:\n{lines}")


def trials(pipeline, name="train"):
    return read_trials(members(pipeline)[name].dir)


def ran(pipeline):
    """The ids of trials that ran in the last attempt, by its output."""
    words = (line.split() for line in pipeline.output.splitlines() if " Running trial " in line)
    return [each[4].rstrip(":") for each in words]


class TestBatches:
    @pytest.mark.parametrize(
        ("step", "values"),
        [
            ("- train lr=[0.1,0.01]", [0.1, 0.01]),
            ("- {run: train, flags: {lr: [0.1, 0.01]}}", [0.1, 0.01]),
            ("- run: 'train lr=[${rate},0.3]'", [0.2, 0.3]),
            ("- run: train\n  flags: {lr: ['${rate}', 0.3]}", [0.2, 0.3]),
            ("- train lr=linspace[1:2:3]", [1.0, 1.5, 2.0]),
            ("- 'train lr=[0.5]*2'", [0.5, 0.5]),
            ("- train lr=[1,2,3] --max-trials 2 --random-seed 4", [1, 2]),
            ("- train lr=[1,2,3] --trials 2 --random-seed 4", [1, 2]),
            ("- {run: 'train lr=[1,2]', max-trials: 1, random-seed: 1}", [1]),
        ],
    )
    def test_a_list_makes_a_batch_as_it_would_at_a_shell(self, project, step, values):
        steps(step)
        found = [trial.flags["lr"] for trial in trials(project.run("all"))]
        assert (len(found), set(found) <= {*values, 3}) == (len(values), True)

    def test_it_is_a_member_whose_trials_print_in_the_pipeline(self, project):
        steps("- train lr=[0.1,0.5]")
        pipeline = project.run("all")
        batch = members(pipeline)["train"]
        assert (batch.operation, batch.status) == ("train+", RunStatus.COMPLETED)
        assert os.readlink(f"{pipeline.path}/train") == f"../{batch.id}"
        assert "Running step train: train lr=[0.1, 0.5]\n" in pipeline.output
        assert "Running trial" in pipeline.output
        assert "\nloss: 0.5\ntrain+ completed · " in pipeline.output

    def test_lists_as_defaults_make_one(self, project):
        steps("- grid")
        Path("guild.yml").write_text(Path("guild.yml").read_text() + "grid: {main: train, flags: {lr: [1, 2]}}\n")
        assert [trial.flags["lr"] for trial in trials(project.run("all"), "grid")] == [1, 2]

    def test_a_search_has_its_options(self, project):
        steps("""
- run: train
  flags: {lr: [0.1, 0.2], x: 'uniform[0:1]'}
  max-trials: 3
  optimizer: random
  minimize: loss
  mark-best: yes
  jobs: 2
  random-seed: 7
""")
        pipeline = project.run("all")
        batch, found = members(pipeline)["train"], trials(pipeline)
        params = batch.get("run_params")
        assert (batch.operation, batch.get("random_seed"), len(found)) == ("train+skopt:random", 7, 3)
        assert [params[name] for name in ("optimizer", "minimize", "max_trials", "jobs")] == ["random", ["loss"], 3, 2]
        best = min(found, key=lambda trial: trial.scalars["loss"])
        assert [trial.marked for trial in found] == [trial == best for trial in found]

    def test_trials_can_be_listed_in_a_file(self, project):
        Path("trials.csv").write_text("lr,x\n0.5,1\n0.6,2\n")
        steps("- run: train\n  trials: trials.csv")
        assert [(each.flags["lr"], each.flags["x"]) for each in trials(project.run("all"))] == [(0.5, 1), (0.6, 2)]

    def test_label_and_tags_are_those_of_the_trials(self, project):
        steps("- train lr=[1,2] --label 'rate ${rate}' --tag fast\n- {run: 'train lr=[3,4]', name: other}")
        pipeline = project.run("all", request={"spec": SpecOptions(label="nightly", tags=("auto",))})
        assert {(each.label, each.tags) for each in trials(pipeline)} == {("rate 0.2", ("fast",))}
        assert [(each.label, each.tags) for each in trials(pipeline, "other")] == [("nightly", ("auto",))] * 2

    def test_a_list_of_the_pipeline_is_a_batch_of_pipelines(self, project):
        from guild_ipy.verbs.running.run import VERB

        steps("- train lr=${rate}")
        batch = VERB.parse(["all", "rate=[0.1,0.2]"]).follow(project.context, project.viewer)
        assert [members(each)["train"].flags["lr"] for each in read_trials(batch.dir)] == [0.1, 0.2]

    def test_a_text_of_the_pipeline_is_one_value(self, project):
        steps("- named")
        Path("name.py").write_text("name = 'a'\nprint(name)")
        text = Path("guild.yml").read_text().replace("- named", "- named name=${rate}")
        Path("guild.yml").write_text(f"{text}named: {{main: name, flags-import: all}}\n")
        pipeline = project.run("all", rate="[0.1,0.2]")
        assert members(pipeline)["named"].flags == {"name": "[0.1,0.2]"}

    def test_the_preview_says_how_many_trials_there_are(self, project, viewer):
        search = "{run: 'train lr=uniform[0:1]', max-trials: 5, optimizer: tpe}"
        steps(f"- train lr=[0.1,0.2] x=range[1:3]\n- {search}\n- serve")
        viewer.agrees = False
        with pytest.raises(AssertionError):
            project.run("all")
        assert "step 1: train lr=[0.1, 0.2] x=range[1:3] (6 trials)\n" in viewer.told[0]
        assert "step 2: train lr=uniform[0:1] --max-trials 5 --optimizer tpe (5 trials)\n" in viewer.told[0]
        assert "step 3: serve" in viewer.told[0]


class TestDependencies:
    def test_a_later_step_uses_the_newest_trial(self, project):
        project.run("train", lr=0.9)
        steps("- train lr=[0.1,0.4]\n- serve")
        pipeline = project.run("all")
        serve = members(pipeline)["serve"]
        assert "served 0.4" in serve.output
        assert serve.get("_dependencies")[0]["runs"] == [trials(pipeline)[-1].id]
        assert serve.get("_dependencies")[0]["reason"] == "pipeline"

    def test_the_best_one_where_the_batch_marks_it(self, project):
        steps("- run: train lr=[0.3,0.1,0.4]\n  minimize: loss\n  mark-best: yes\n- serve")
        assert "served 0.1" in members(project.run("all"))["serve"].output

    def test_a_trial_that_failed_is_not_used(self, project):
        steps("- train lr=[0.1,-1]\n- serve")
        assert "served 0.1" in members(project.run("all"))["serve"].output

    def test_all_trials_are_a_set_for_a_source_of_several_runs(self, project):
        steps("- train lr=[0.1,0.4]\n- look")
        look = "look: {exec: ls, requires: [{operation: train, multi-run: yes}]}\n"
        Path("guild.yml").write_text(Path("guild.yml").read_text() + look)
        project.run("train", lr=0.9)
        pipeline = project.run("all")
        used = members(pipeline)["look"].get("_dependencies")[0]["runs"]
        assert set(used) == {trial.id for trial in trials(pipeline)}

    def test_trials_use_the_run_of_the_step_before(self, project):
        steps("- train lr=0.3\n- serve fail=[no,no]")
        project.run("train", lr=0.9)
        pipeline = project.run("all")
        assert ["served 0.3" in trial.output for trial in trials(pipeline, "serve")] == [True, True]


class TestFailing:
    def test_a_trial_that_fails_does_not_end_the_pipeline(self, project):
        steps("- train lr=[-1,0.1]\n- serve")
        pipeline = project.run("all")
        assert [str(trial.status) for trial in trials(pipeline)] == ["error", "completed"]
        assert statuses(pipeline) == {"train": "completed", "serve": "completed"}

    @pytest.mark.parametrize(
        "step",
        ["- train lr=[-1,0.1] --fail-on-trial-error", "- {run: 'train lr=[-1,0.1]', fail-on-trial-error: yes}"],
    )
    def test_it_does_where_the_step_says_so(self, project, step):
        steps(f"{step}\n- serve")
        pipeline = project.fail("all").run
        assert (pipeline.status, statuses(pipeline)) == (RunStatus.ERROR, {"train": "error"})
        assert [str(trial.status) for trial in trials(pipeline)] == ["error", "pending"]
        last = pipeline.output.splitlines()[-1]
        assert last.startswith("step 'train' ended the pipeline: ")
        assert last.endswith(members(pipeline)["train"].short_id)

    @pytest.fixture
    def waiting(self, project):
        steps("- 'train lr=[0.1,0.2] wait=${wait}'\n- serve")
        pipeline = project.run_in_background("all", wait=True)
        wait_until(lambda: "train" in members(pipeline) and any(each.output for each in trials(pipeline)))
        return pipeline

    def assert_terminated(self, pipeline):
        pipeline.wait(30)
        assert (pipeline.status, statuses(pipeline)) == (RunStatus.TERMINATED, {"train": "terminated"})
        assert [str(trial.status) for trial in trials(pipeline)] == ["terminated", "pending"]

    def test_stop_ends_the_batch_and_its_trial(self, project, waiting):
        stop(project.context, [waiting])
        self.assert_terminated(waiting)

    @pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGKILL])
    def test_a_signal_to_its_process_does(self, waiting, number):
        os.kill(read_lock(waiting.dir).run.pid, number)
        self.assert_terminated(waiting)

    def test_a_stop_of_the_batch_ends_the_pipeline_with_an_error(self, project, waiting):
        stop(project.context, [members(waiting)["train"]])
        assert waiting.wait(30).status is RunStatus.ERROR
        assert "step 'train' ended the pipeline: train+ was terminated" in waiting.output


class TestRestart:
    def test_passes_over_a_batch_that_is_done(self, project, again):
        steps("- train lr=[0.1,0.2]\n- 'serve fail=${fail}'")
        pipeline = project.fail("all", fail=True).run
        batch, before = members(pipeline)["train"], trials(pipeline)
        begun = [trial.started for trial in before]
        again(pipeline, fail=False)
        assert (members(pipeline)["train"], trials(pipeline)) == (batch, before)
        assert [trial.started for trial in before] == begun
        assert f"Step train is done already: {batch.short_id}" in pipeline.output

    def test_needs_no_operation_for_what_is_done(self, project, again):
        steps("- train lr=0.5\n- {run: 'train lr=[0.1,0.2]', name: tries}\n- 'serve fail=${fail}'")
        pipeline = project.fail("all", fail=True).run
        write_project(Path.cwd(), "other: {exec: ls}\n")
        again(pipeline, fail=False)
        assert "Step train is done already" in pipeline.output
        assert "Step tries is done already" in pipeline.output

    def test_runs_it_again_under_the_ids_that_it_and_its_trials_have(self, project, again):
        steps("- 'train lr=[0.1,${rate}]'\n- serve")
        pipeline = project.run("all")
        batch, before = members(pipeline)["train"], trials(pipeline)
        again(pipeline, rate=0.7)
        after = trials(pipeline)
        assert members(pipeline)["train"] == batch
        assert ([trial.flags["lr"] for trial in after], after[0]) == ([0.1, 0.7], before[0])
        assert ran(pipeline) == [trial.id for trial in after]
        assert "served 0.7" in members(pipeline)["serve"].output

    def test_needed_passes_over_trials_that_have_completed(self, project, again):
        steps("- 'train lr=[0.1,${rate}] --fail-on-trial-error'\n- serve")
        pipeline = project.fail("all", rate=-1).run
        before = trials(pipeline)
        again(pipeline, needed=True, rate=0.7)
        assert trials(pipeline)[0] == before[0]
        assert ran(pipeline) == [trials(pipeline)[1].id]

    def test_makes_a_trial_anew_that_is_deleted(self, project, again):
        steps("- train lr=[0.1,0.2]")
        pipeline = project.run("all")
        batch, before = members(pipeline)["train"], trials(pipeline)
        delete(project.context, [before[0]])
        again(pipeline)
        assert members(pipeline)["train"] == batch
        assert [trial.flags["lr"] for trial in trials(pipeline)] == [0.1, 0.2]

    def test_gives_trials_the_run_that_the_step_before_has_made_anew(self, project, again):
        steps("- 'train lr=${rate}'\n- serve fail=[no,no]")
        pipeline = project.run("all")
        batch = members(pipeline)["serve"]
        delete(project.context, [members(pipeline)["train"]])
        again(pipeline, rate=0.7)
        assert members(pipeline)["serve"] == batch
        assert ["served 0.7" in trial.output for trial in trials(pipeline, "serve")] == [True, True]

    def test_gives_trials_the_set_of_runs_that_a_batch_before_them_has_now(self, project, again):
        steps("- 'train lr=[0.1,${rate}]'\n- look n=[1,2]")
        look = "look: {exec: 'ls', flags: {n: 1}, requires: [{operation: train, multi-run: yes}]}\n"
        Path("guild.yml").write_text(Path("guild.yml").read_text() + look)
        pipeline = project.run("all")
        again(pipeline, rate=0.7)
        used = [set(each.get("_dependencies")[0]["runs"]) for each in trials(pipeline, "look")]
        assert used == [{trial.id for trial in trials(pipeline)}] * 2

    def test_needed_runs_trials_whose_dependency_was_run_again(self, project, again):
        steps("- 'train lr=${rate}'\n- serve fail=[no,no]")
        pipeline = project.run("all")
        again(pipeline, needed=True, rate=0.7)
        assert ["served 0.7" in trial.output for trial in trials(pipeline, "serve")] == [True, True]


class TestWrongSteps:
    @pytest.mark.parametrize(
        ("step", "said"),
        [
            ("- train lr=0.1 --optimizer tpe", "step 'train' cannot be run: optimizer tpe has nothing to choose"),
            ("- train lr=[0.1,0.2] --optimizer best", "step 'train' cannot be run: optimizer 'best' is unknown"),
            ("- {run: train, trials: none.csv}", "cannot be run: cannot read trials from 'none.csv'"),
            ("- {run: 'train lr=[1,2]', stage-trials: yes}", "stage-trials of a step is not possible"),
            ("- train lr=[1,2] --stage-trials", "stage-trials of a step is not possible"),
            ("- {run: 'train lr=[1,2]', max-trials: 0}", "max-trials '0' of a step is not a whole number above 0"),
            ("- train lr=[1] --max-trials many", "max-trials 'many' of a step is not a whole number above 0"),
            ("- train lr=[1] --optimizer", "optimizer of a step has no value"),
            ("- {run: 'train lr=[1,2]', jobs: -2}", "jobs '-2' of a step is not a whole number above 0"),
            ("- train lr=0.1 --jobs 2", "step 'train' cannot be run: run: --jobs goes with a batch"),
            ("- {run: train lr=0.1, fail-on-trial-error: yes}", "--fail-on-trial-error goes with a batch"),
            ("- train rate=[1,2]", "step 'train' cannot be run: unknown flag 'rate' for train"),
            ("- train x=[1,many]", "step 'train' cannot be run: flag 'x' of train wants"),
            ("- train lr=[]", "step 'train' cannot be run: flag 'lr' of train is given an empty list"),
            ("- train lr=range[1:2:3:4]", "step 'train' cannot be run: range[1:2:3:4] for flag 'lr' of train"),
            ("- {run: 'train lr=[1,2]', prune: often}", "step 'train' cannot be run: pruner 'often' is unknown"),
            ("- {run: 'train lr=[1,2]', mark-best: maybe}", "mark-best of a step is yes or no"),
        ],
    )
    def test_are_refused_in_one_line_before_anything_is_made(self, project, capsys, step, said):
        steps(f"- serve.py\n{step}")
        set_session(project.context)
        assert main(["run", "all", "-y"]) != 0
        error = capsys.readouterr().err
        assert said in error
        assert "guild.yml:" in error
        assert error.count("\n") == 1
        assert list_runs(project.context) == []
