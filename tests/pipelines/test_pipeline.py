import os
import signal
from pathlib import Path

import pytest

from guild_ipy.domain.status import RunStatus
from guild_ipy.errors import GuildFileError, RunError, RunStateError
from guild_ipy.launching.launch import PIPELINE_MODULE, LaunchOptions
from guild_ipy.launching.restart import Change, restart, start
from guild_ipy.operations.spec_options import SpecOptions
from guild_ipy.session.lineage_graph import trace_lineage
from guild_ipy.session.run_refs import list_runs
from guild_ipy.store.events.scalar_summaries import summarize
from guild_ipy.store.state.lock import read_lock
from guild_ipy.verbs.changing.delete import delete
from guild_ipy.verbs.changing.mark import mark
from guild_ipy.verbs.running.stop import stop
from tests.notebook_files import write_notebook
from tests.notebook_session import wait_until
from tests.pipeline_project import members, statuses, write_project

KERNEL = """
import os, sys
import guild_ipy
folder, in_background = sys.argv[1:]
os.chdir(folder)
guild_ipy.run("release", wait=True, _background=bool(in_background))
sys.stdin.read()
"""

TOOL = """
import argparse
p = argparse.ArgumentParser()
p.add_subparsers(dest="command", required=True).add_parser("fit").add_argument("--lr", type=float, default=0.1)
a = p.parse_args()
print(a.command, a.lr)
"""


@pytest.fixture
def project(notebook):
    """The notebook in a project with pipelines."""
    write_project(Path.cwd())
    return notebook


@pytest.fixture
def again(project):
    """Restart a run with these flags."""

    def again(made, **flags):
        return restart(project.context, made, Change(flags=flags), LaunchOptions(), project.viewer)

    return again


@pytest.fixture
def waiting(project):
    """A pipeline in the background whose first step waits."""
    pipeline = project.run_in_background("release", wait=True)
    wait_until(lambda: statuses(pipeline) == {"train": "running"} and members(pipeline)["train"].output)
    return pipeline


@pytest.fixture
def start_kernel(project, start_python):
    """Start a pipeline from another process; it, and the pipeline whose first step waits."""

    def start_kernel(*, in_background):
        kernel = start_python(KERNEL, os.getcwd(), "yes" if in_background else "")
        pipeline = wait_until(lambda: next((r for r in list_runs(project.context) if r.operation == "release"), None))
        wait_until(lambda: statuses(pipeline) == {"train": "running"} and members(pipeline)["train"].output)
        return kernel, pipeline

    return start_kernel


def declare(text):
    write_project(Path.cwd(), text)


def fail_again(again, pipeline, **flags):
    with pytest.raises(RunError) as caught:
        again(pipeline, **flags)
    return caught.value


class TestSteps:
    def test_each_is_a_run_that_the_pipeline_has_a_link_to(self, project):
        pipeline = project.run("release", rate=0.5)
        made = members(pipeline)
        assert {name: run.operation for name, run in made.items()} == {"train": "train", "serve": "serve"}
        assert made["train"].flags["lr"] == 0.5
        assert "served 0.5" in made["serve"].output
        assert os.readlink(f"{pipeline.path}/train") == f"../{made['train'].id}"

    def test_what_they_print_is_in_the_output_of_the_pipeline(self, project):
        output = project.run("release").output
        assert "Running step train: train lr=0.1 wait=no\ntraining\ntrain completed · " in output
        assert "served 0.1\nserve completed · " in output

    def test_the_preview_lists_them(self, project, viewer):
        viewer.agrees = False
        with pytest.raises(AssertionError):
            project.run("release")
        assert "step 1: train lr=0.1 wait=no\n  step 2: serve fail=no" in viewer.told[0]

    def test_a_name_flags_label_and_tags_can_be_given(self, project):
        declare("""
            train: {flags-import: all}
            twice:
              flags: {rate: 0.5}
              steps:
                - train
                - run: train lr=0.2 --label 'rate ${rate}' --tag fast
                - run: train
                  name: the third
                  flags: {lr: 0.3}
                  random-seed: 7
        """)
        made = members(project.run("twice"))
        assert {name: run.flags["lr"] for name, run in made.items()} == {"train": 0.1, "train_2": 0.2, "the-third": 0.3}
        assert (made["train_2"].label, made["train_2"].tags) == ("rate 0.5", ("fast",))
        assert made["the-third"].get("random_seed") == 7

    def test_flags_of_a_step_can_be_flags_of_the_pipeline(self, project):
        declare("""
            train: {flags-import: all}
            twice:
              flags: {'train:lr': 0.5, 'second:lr': 0.7}
              steps: [train, {run: train, name: second}]
        """)
        made = members(project.run("twice", **{"second:lr": 0.6}))
        assert {name: run.flags["lr"] for name, run in made.items()} == {"train": 0.5, "second": 0.6}

    def test_label_and_tags_of_the_pipeline_are_those_of_steps_without_any(self, project):
        options = SpecOptions(label="nightly", tags=("auto",))
        pipeline = project.run("release", request={"spec": options})
        assert {(run.label, run.tags) for run in members(pipeline).values()} == {("nightly", ("auto",))}

    def test_the_usual_labels_are_those_of_the_steps(self, project):
        assert members(project.run("release"))["train"].label == "lr=0.1 wait=no"

    def test_operations_of_the_same_model_need_no_model_in_front(self, project):
        declare("""
            - model: small
              operations:
                train: {main: train, flags: {lr: 0.5}}
                all: {steps: [train, 'big:train']}
            - model: big
              operations:
                train: {main: train, flags: {lr: 0.7}}
        """)
        made = members(project.run("small:all"))
        assert {name: run.operation for name, run in made.items()} == {"train": "small:train", "big-train": "big:train"}

    def test_they_can_be_commands_scripts_and_notebooks(self, project):
        write_notebook("look.ipynb", "n = 1", "print('n is', n)")
        declare("""
            hello: {exec: 'echo hello'}
            look: {notebook: look.ipynb, flags: {n: 2}}
            all:
              steps: [hello, look, serve.py]
        """)
        Path("serve.py").write_text("print('a script')")
        made = members(project.run("all"))
        assert [made[name].output.strip() for name in ("hello", "serve.py")] == ["hello", "a script"]
        assert "n is 2" in made["look"].output

    def test_one_can_be_a_sub_command_of_a_script(self, project):
        Path("tool.py").write_text(TOOL)
        declare("all:\n  flags: {rate: 2}\n  steps: [{run: 'tool.py fit --label wide', flags: {lr: '${rate}'}}]\n")
        (made,) = members(project.run("all")).values()
        assert (made.operation, made.output, made.label) == ("tool.py fit", "fit 2.0\n", "wide")

    def test_one_can_be_a_pipeline(self, project):
        declare(Path("guild.yml").read_text() + "nightly: {steps: [{run: release, flags: {rate: 0.7}}]}\n")
        pipeline = project.run("nightly")
        inner = members(pipeline)["release"]
        assert inner.get("steps")
        assert "served 0.7" in members(inner)["serve"].output

    def test_lineage_shows_them(self, project):
        pipeline = project.run("release")
        graph = trace_lineage(project.context, pipeline)
        assert {run.id for run in members(pipeline).values()} < set(graph.members)


class TestDependenciesOfSteps:
    def test_a_run_of_the_pipeline_is_used_though_another_is_marked(self, project):
        mark(project.context, [project.run("train", lr=0.9)])
        serve = members(project.run("release"))["serve"]
        assert "served 0.1" in serve.output
        assert serve.get("_dependencies")[0]["reason"] == "pipeline"

    def test_isolate_runs_no_uses_the_marked_one(self, project):
        declare(Path("guild.yml").read_text().replace("- run: serve", "- isolate-runs: no\n      run: serve"))
        mark(project.context, [project.run("train", lr=0.9)])
        pipeline = project.run("release")
        assert "served 0.9" in members(pipeline)["serve"].output

    def test_isolate_runs_no_holds_in_a_restart(self, project, again):
        declare(Path("guild.yml").read_text().replace("- run: serve", "- isolate-runs: no\n      run: serve"))
        mark(project.context, [project.run("train", lr=0.9)])
        pipeline = project.run("release")
        assert "served 0.9" in members(again(pipeline, rate=0.2))["serve"].output

    def test_a_summary_takes_the_runs_of_the_pipeline(self, project):
        declare("""
            train: {flags-import: all}
            summary:
              main: serve
              requires:
                - multi-run: train
            all: {steps: [train lr=0.2, train lr=0.3, summary]}
        """)
        Path("serve.py").write_text("import os\nprint(len([n for n in os.listdir() if len(n) == 32]), 'runs')")
        project.run("train")
        made = members(project.run("all"))
        assert made["summary"].output.endswith("2 runs\n")


class TestFailure:
    def test_a_step_that_fails_ends_the_pipeline(self, project):
        declare(Path("guild.yml").read_text() + "    - run: train lr=9\n")
        error = project.fail("release", fail=True)
        pipeline = error.run
        serve = members(pipeline)["serve"]
        assert (pipeline.status, pipeline.exit_status) == (RunStatus.ERROR, 1)
        assert statuses(pipeline) == {"train": "completed", "serve": "error"}
        last = f"step 'serve' ended the pipeline: serve failed (exit status 1) · {serve.short_id}"
        assert pipeline.output.splitlines()[-1] == last

    def test_a_step_that_lacks_a_dependency_leaves_a_run(self, project):
        declare("train: {}\nserve: {requires: [{operation: train}]}\nall: {steps: [serve, train]}\n")
        pipeline = project.fail("all").run
        serve = members(pipeline)["serve"]
        assert statuses(pipeline) == {"serve": "error"}
        assert pipeline.output.splitlines()[-1].startswith(
            "step 'serve' ended the pipeline: run failed because a dependency was not met: "
        )
        assert pipeline.output.endswith(f" · {serve.short_id}\n")

    def test_a_step_that_cannot_be_run_any_more_is_named(self, project):
        pipeline = project.run("release", request={"stage": True})
        declare("train: {flags-import: all}\n")
        os.unlink("serve.py")
        with pytest.raises(RunError):
            start(project.context, pipeline, LaunchOptions(), project.viewer)
        assert pipeline.output.splitlines()[-1].startswith("step 'serve' cannot be run: ")
        assert (pipeline.status, statuses(pipeline)) == (RunStatus.ERROR, {"train": "completed"})

    @pytest.mark.parametrize(
        ("step", "why"),
        [
            ("nothing", "guild.yml:3:11: step 'nothing' cannot be run: "),
            ("train n=1", "guild.yml:3:11: step 'train' cannot be run: unknown flag 'n' for train"),
            ("train lr=low", "guild.yml:3:11: step 'train' cannot be run: flag 'lr' of train wants a "),
            ("tool.py", "guild.yml:3:11: step 'tool.py' cannot be run: tool.py needs a command: run 'tool.py fit'"),
            ("tool.py fti", "guild.yml:3:11: step 'tool.py fti' cannot be run: tool.py has no command 'fti' (did you"),
            ("tool.py fit n=1", "guild.yml:3:11: step 'tool.py fit' cannot be run: unknown flag 'n' for tool.py fit"),
            ("look.ipynb m=1", "guild.yml:3:11: step 'look.ipynb' cannot be run: unknown flag 'm' for look.ipynb"),
        ],
    )
    def test_a_step_that_can_never_be_run_is_refused_before_the_first(self, project, step, why):
        Path("tool.py").write_text(TOOL)
        write_notebook("look.ipynb", "n = 1")
        declare(f"train: {{flags: {{lr: {{type: number}}}}}}\nall:\n  steps: [{step}]\n")
        with pytest.raises(GuildFileError) as caught:
            project.run("all")
        assert str(caught.value).startswith(why)
        assert list_runs(project.context) == []


class TestStopping:
    def assert_terminated(self, pipeline):
        pipeline.wait(20)
        assert (pipeline.status, statuses(pipeline)) == (RunStatus.TERMINATED, {"train": "terminated"})

    def test_stop_ends_the_step_too(self, project, waiting):
        stop(project.context, [waiting])
        self.assert_terminated(waiting)
        assert "Traceback" not in waiting.output.replace(members(waiting)["train"].output, "")

    @pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
    def test_a_signal_to_its_process_does(self, waiting, number):
        os.kill(read_lock(waiting.dir).run.pid, number)
        self.assert_terminated(waiting)
        assert waiting.exit_status == -number

    def test_kill_of_its_process_does(self, waiting):
        os.kill(read_lock(waiting.dir).run.pid, signal.SIGKILL)
        self.assert_terminated(waiting)
        assert waiting.exit_status == -9

    def test_a_kill_of_its_supervisor_lets_it_go_on(self, waiting):
        os.kill(read_lock(waiting.dir).supervisor.pid, signal.SIGKILL)
        Path(f"{members(waiting)['train'].path}/go").touch()
        assert waiting.wait(20).status is RunStatus.COMPLETED

    def test_an_interrupt_of_the_kernel_does(self, start_kernel):
        kernel, pipeline = start_kernel(in_background=False)
        kernel.send_signal(signal.SIGINT)
        assert "was interrupted" in kernel.communicate(timeout=30)[1]
        self.assert_terminated(pipeline)

    def test_a_stop_of_the_step_ends_the_pipeline_with_an_error(self, project, waiting):
        stop(project.context, [members(waiting)["train"]])
        assert waiting.wait(20).status is RunStatus.ERROR
        assert "step 'train' ended the pipeline: train was terminated (SIGINT)" in waiting.output

    def test_it_outlives_the_kernel(self, start_kernel):
        kernel, pipeline = start_kernel(in_background=True)
        kernel.kill()
        kernel.wait(20)
        Path(f"{members(pipeline)['train'].path}/go").touch()
        assert pipeline.wait(30).status is RunStatus.COMPLETED


class TestRestart:
    def test_goes_on_at_the_step_that_failed(self, project, again):
        pipeline = project.fail("release", fail=True).run
        before = members(pipeline)
        begun = before["train"].started
        again(pipeline, fail=False)
        assert members(pipeline) == before
        assert statuses(pipeline) == {"train": "completed", "serve": "completed"}
        assert before["train"].started == begun
        assert f"Step train is done already: {before['train'].short_id}" in pipeline.output

    @pytest.mark.parametrize("fail", [False, True])
    def test_keeps_output_and_scalars_of_steps_that_are_passed_over(self, project, again, fail):
        declare("one: {exec: 'echo loss: 0.5'}\n")
        with open("guild.yml", "a") as file:
            file.write("two: {exec: 'sh -c \"printf acc:\\ 0.9; exit ${code}\"', flags: {code: 0}}\n")
            file.write("inner: {steps: [one]}\nall: {flags: {code: 0}, steps: [inner, 'two code=${code}']}\n")
        pipeline = project.fail("all", code=1).run if fail else project.run("all")
        again(pipeline, code=0)
        assert [line for line in pipeline.output.splitlines() if line in {"loss: 0.5", "acc: 0.9"}] == [
            "loss: 0.5",
            "acc: 0.9",
        ]
        assert {name: summary.last for name, summary in summarize(pipeline.dir).items() if "#" not in name} == {
            "loss": 0.5,
            "acc": pytest.approx(0.9),
        }

    def test_with_other_flags_runs_what_changed_and_all_behind_it(self, project, again):
        pipeline = project.run("release")
        before = members(pipeline)
        again(pipeline, rate=0.4)
        assert members(pipeline) == before
        assert "served 0.4" in before["serve"].output

    def test_with_other_flags_of_a_later_step_leaves_the_first_alone(self, project, again):
        pipeline = project.run("release")
        begun = members(pipeline)["train"].started
        fail_again(again, pipeline, fail=True)
        assert members(pipeline)["train"].started == begun

    def test_runs_what_an_interrupted_restart_had_still_to_run(self, project, again):
        pipeline = project.run("release")
        train, serve = members(pipeline)["train"], members(pipeline)["serve"]
        again(train, lr=0.6)
        begun = train.started
        again(pipeline, rate=0.6)
        assert (train.started, "served 0.6" in serve.output) == (begun, True)

    @pytest.mark.parametrize("digits", [8, 32])
    def test_passes_over_a_step_that_is_given_the_same_run_to_depend_on(self, project, again, digits):
        first, second = project.run("train", lr=0.5), project.run("train", lr=0.6)
        declare("train: {flags-import: all}\nserve: {requires: [{operation: train, select: model}]}\n")
        with open("guild.yml", "a") as file:
            file.write(f"all: {{flags: {{model: '{first.id[:digits]}'}}, steps: ['serve train=${{model}}']}}\n")
        pipeline = project.run("all")
        again(pipeline)
        assert "Step serve is done already" in pipeline.output
        again(pipeline, model=second.id)
        assert "served 0.6" in members(pipeline)["serve"].output

    def test_makes_a_step_anew_that_is_deleted(self, project, again):
        pipeline = project.run("release")
        before = members(pipeline)
        delete(project.context, [before["train"]])
        again(pipeline)
        after = members(pipeline)
        assert (after["train"] != before["train"], after["serve"]) == (True, before["serve"])
        assert after["serve"].get("_dependencies")[0]["runs"] == [after["train"].id]

    def test_meets_what_a_step_had_lacked(self, project, again):
        declare("train: {}\nserve: {requires: [{operation: train}]}\nall: {steps: [serve]}\n")
        pipeline = project.fail("all").run
        before = members(pipeline)
        project.run("train")
        assert again(pipeline).status is RunStatus.COMPLETED
        assert members(pipeline) == before

    def test_is_refused_while_a_step_runs(self, project, again):
        pipeline = project.fail("release", fail=True).run
        link = f"{pipeline.path}/train"
        runs = project.run_in_background("train", wait=True)
        os.unlink(link)
        os.symlink(f"../{runs.id}", link)
        fail_again(again, pipeline)
        assert pipeline.output.splitlines()[-1] == (
            f"step 'train' cannot be run: run {runs.short_id} is running; stop it first"
        )
        stop(project.context, [runs])

    def test_of_a_running_pipeline_is_refused(self, project, again, waiting):
        with pytest.raises(RunStateError, match="is running; stop it first"):
            again(waiting)
        stop(project.context, [waiting])

    def test_reaches_the_steps_of_a_step(self, project, again):
        declare(
            Path("guild.yml").read_text()
            + "prepare: {main: train, flags: {lr: 0.1}}\n"
            + "nightly: {flags: {n: 1}, steps: ['prepare lr=${n}', release]}\n"
        )
        pipeline = project.run("nightly")
        train = members(members(pipeline)["release"])["train"]
        begun = train.started
        again(pipeline, n=2)
        assert train.started > begun

    def test_passes_over_a_step_whose_flag_is_of_another_type_than_it_was_written(self, project, again):
        declare("train: {flags: {lr: {type: string}}}\nall: {steps: [train lr=0.5]}\n")
        pipeline = project.run("all")
        again(pipeline)
        assert "Step train is done already" in pipeline.output

    def test_of_one_of_an_earlier_version_runs_the_module_of_this_one(self, project, again):
        pipeline = project.run("release")
        for path in (pipeline.dir.main, pipeline.dir.meta):
            Path(path).write_text(Path(path).read_text().replace(PIPELINE_MODULE, "guild_ipy.api.pipeline"))
        again(pipeline)
        assert statuses(pipeline) == {"train": "completed", "serve": "completed"}
        assert pipeline.status is RunStatus.COMPLETED

    def test_of_a_staged_pipeline_is_its_start(self, project):
        pipeline = project.run("release", request={"stage": True})
        assert (pipeline.status, members(pipeline)) == (RunStatus.STAGED, {})
        start(project.context, pipeline, LaunchOptions(), project.viewer)
        assert statuses(pipeline) == {"train": "completed", "serve": "completed"}


class TestGuildFile:
    def test_attributes_and_options_without_a_meaning_are_noted(self, project, viewer):
        declare("""
            train: {}
            all:
              steps:
                - run: train --needed --gpus 0
                  expect: [output]
        """)
        project.run("all")
        assert "option '--needed' of step 'train' is not supported and has no effect" in viewer.told[0]
        assert "option '--gpus' of step 'train' is not supported and has no effect" in viewer.told[0]
        assert "a step attribute 'expect' is not supported and has no effect" in viewer.told[0]

    def test_an_unknown_option_is_refused(self, project):
        declare("train: {}\nall:\n  steps:\n    - run: train --loud\n")
        with pytest.raises(GuildFileError, match=r"guild\.yml:4:12: option '--loud' of a step is not supported"):
            project.run("all")
