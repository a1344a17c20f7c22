"""Pipelines of both programs, in one home: each shows those of the other, and guild starts ours again."""

from pathlib import Path

import pytest

from guild_ipy.batch.batch_options import BatchOptions
from guild_ipy.batch.listed_trials import read_trials
from guild_ipy.domain.status import RunStatus
from guild_ipy.errors import RunError, RunStateError
from guild_ipy.launching.launch import LaunchOptions
from guild_ipy.launching.new_run import RunRequest, run
from guild_ipy.launching.restart import Change, restart
from guild_ipy.pipelines.run_request import run_request
from guild_ipy.session.run_handle import Run
from guild_ipy.session.viewer import SilentViewer
from tests.pipeline_project import members, statuses, write_project

pytestmark = pytest.mark.guild


@pytest.fixture
def project(bench, monkeypatch):
    """The bench with pipelines; both programs are in its folder."""
    write_project(bench.project)
    monkeypatch.chdir(bench.project)
    return bench


@pytest.fixture
def make(project):
    """Run the pipeline with guild_ipy."""

    def make(*, stage=False, **flags):
        return run(project.context, RunRequest(operation="release", flags=flags, stage=stage), SilentViewer())

    return make


def by_operation(bench):
    return {each.operation: each for each in bench.runs()}


def test_guild_shows_our_pipeline_and_its_steps(project, make):
    pipeline = make(rate=0.5)
    runs = (pipeline, *members(pipeline).values())
    assert [project.guild_status(each) for each in runs] == ["completed"] * 3
    info = project.guild("runs", "info", pipeline.id)
    assert "run: train lr=${rate} wait=${wait}" in info
    assert f"operation:train: {members(pipeline)['train'].id}" in project.guild("runs", "info", "1")


def test_guild_starts_a_staged_pipeline(project, make):
    pipeline = make(stage=True)
    project.guild("run", "-y", "--start", pipeline.id)
    assert pipeline.status is RunStatus.COMPLETED
    assert statuses(pipeline) == {"train": "completed", "serve": "completed"}


def test_restart_by_guild_goes_on_at_the_step_that_failed(project, make):
    with pytest.raises(RunError) as caught:
        make(fail=True)
    pipeline = caught.value.run
    before = members(pipeline)
    Path("serve.py").write_text("print('as good as new')")
    Path(f"{before['serve'].path}/serve.py").write_text("print('as good as new')")
    project.guild("run", "-y", "--restart", pipeline.id)
    assert (pipeline.status, members(pipeline)) == (RunStatus.COMPLETED, before)
    assert f"Step train is done already: {before['train'].short_id}" in pipeline.output
    assert before["serve"].output == "as good as new\n"


def test_a_pipeline_of_guild_has_its_status_links_and_outputs_here(project):
    project.guild("run", "-y", "release", "rate=0.5")
    pipeline = by_operation(project)["release"]
    assert pipeline.status is RunStatus.COMPLETED
    assert members(pipeline) == {name: by_operation(project)[name] for name in ("serve", "train")}
    assert "served 0.5" in members(pipeline)["serve"].output


def test_a_pipeline_of_guild_is_restarted_by_guild(project):
    project.guild("run", "-y", "release")
    pipeline: Run = by_operation(project)["release"]
    with pytest.raises(RunStateError, match="use `guild run --restart"):
        restart(project.context, pipeline, Change(), LaunchOptions(), SilentViewer())


def test_both_choose_the_runs_of_the_pipeline(project, make):
    run(project.context, RunRequest(operation="train", flags={"lr": 0.9}), SilentViewer())
    project.guild("mark", "-y", "1")
    assert "served 0.2" in members(make(rate=0.2))["serve"].output
    project.guild("run", "-y", "release", "rate=0.3")
    theirs = max((each for each in project.runs() if each.operation == "release"), key=lambda each: each.started)
    assert "served 0.3" in members(theirs)["serve"].output


@pytest.fixture
def searching(project):
    """A pipeline one of whose steps is a batch; run with guild_ipy."""
    search = "search:\n  flags: {rate: 0.2}\n  steps:\n  - run: train lr=[0.3,0.4]\n    name: tries\n"
    Path("guild.yml").write_text(Path("guild.yml").read_text() + search + "  - train lr=${rate}\n")
    return run_request(project.context, RunRequest(operation="search"), BatchOptions(), SilentViewer())


def tried(runs):
    """What trials and runs of train were tried with, in the order in which they began."""
    ours = sorted((each for each in runs if each.operation == "train"), key=lambda each: each.started)
    return [each.flags["lr"] for each in ours]


def test_guild_lists_a_batch_of_our_pipeline_with_its_trials(project, searching):
    batch = members(searching)["tries"]
    runs = (searching, batch, *read_trials(batch.dir), members(searching)["train"])
    assert [project.guild_status(each) for each in runs] == ["completed"] * 5
    listed = project.guild("runs")
    assert [listed.count(f" {name} ") for name in ("search", "train+", "train")] == [1, 1, 3]
    assert "run: train lr=[0.3, 0.4]" in project.guild("runs", "info", searching.id)


def test_guild_makes_the_same_of_a_batch_as_a_step(project, searching):
    ours = project.runs()
    project.guild("run", "-y", "search")
    theirs = [each for each in project.runs() if each not in ours]
    pipeline = next(each for each in theirs if each.operation == "search")
    links = {path.name for path in Path(pipeline.path).iterdir() if path.is_symlink()}
    assert links == members(searching).keys() == {"tries", "train"}
    assert tried(theirs) == tried(ours) == [0.3, 0.4, 0.2]


def test_restart_by_guild_goes_on_at_the_batch_of_our_pipeline(project, searching):
    batch = members(searching)["tries"]
    before = read_trials(batch.dir)
    project.guild("runs", "rm", "-y", before[0].id)
    project.guild("run", "-y", "--restart", searching.id)
    assert searching.status is RunStatus.COMPLETED
    assert members(searching)["tries"] == batch
    assert [trial.flags["lr"] for trial in read_trials(batch.dir)] == [0.3, 0.4]
    assert read_trials(batch.dir)[1] == before[1]
