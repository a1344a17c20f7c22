"""Batches of all kinds of operations: what each trial gets, and what all share."""

import os
import shlex
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import yaml

from guild_ipy.batch.batch_options import BatchOptions
from guild_ipy.domain.status import RunStatus
from guild_ipy.errors import DependencyError, RunError
from guild_ipy.operations.functions.cell import CellOperation
from guild_ipy.python.options import read_run_call
from guild_ipy.session.run_handle import Run
from guild_ipy.session.run_refs import list_runs
from guild_ipy.store.run_dir import is_run_id
from guild_ipy.verbs.changing.delete import delete
from guild_ipy.verbs.running.run import VERB, RunOperation
from tests.notebook_files import write_notebook
from tests.train_and_wait import RecordingViewer

ARGPARSE = """
import argparse
parser = argparse.ArgumentParser()
parser.add_argument("--lr", type=float, default=0.1)
parser.add_argument("--layers", type=int, nargs="+", default=[8])
args = parser.parse_args()
print(args.lr, args.layers)
"""
CLICK = """
import click
@click.command()
@click.option("--lr", type=float, default=0.1)
@click.option("--kind", type=click.Choice(["adam", "sgd"]), default="adam")
def main(lr, kind):
    print(lr, kind)
if __name__ == "__main__":
    main()
"""
GUILDFILE = """
prepare:
  main: prepare
  flags-import: all
train:
  main: train
  flags-import: [n]
  label: 'rate ${rate}'
  tags: [tuned]
  flags:
    rate: [0.1, 0.01]
    size: {min: 1, max: 10, default: 5, env-name: SIZE}
    words: {arg-split: yes, default: a b}
  requires:
    - operation: prepare
configured:
  exec: cat config.yml
  flags-dest: config:config.yml
  flags: {a: 1}
  requires:
    - config: config.yml
summary:
  exec: ls
  requires:
    - {operation: prepare, multi-run: yes}
echo:
  exec: echo ${text} ${n}
  flags: {text: hi, n: 1}
pipeline:
  flags: {rate: 0.5}
  steps:
    - prepare
    - run: train rate=${rate}
"""
TRAIN = """
import argparse, os
parser = argparse.ArgumentParser()
parser.add_argument("--rate", type=float)
parser.add_argument("--n", type=int, default=1)
parser.add_argument("--size", type=int)
parser.add_argument("--words", nargs="+")
args = parser.parse_args()
print(args.rate, args.n, args.words, os.environ["SIZE"], open("data.txt").read())
"""


class Asking:
    """Asks for batches, as words at a shell or as a call from Python."""

    def __init__(self, notebook) -> None:
        self.notebook = notebook
        self.viewer = RecordingViewer()

    def line(self, words: str) -> Run:
        return self._follow(VERB.parse(shlex.split(words)))

    def call(self, operation: Any, *args: Any, batch: BatchOptions = BatchOptions(), **keywords: Any) -> Run:  # noqa: B008 - it is frozen
        return self._follow(replace(read_run_call(operation, args, keywords), batch=batch))

    def _follow(self, asked: RunOperation) -> Run:
        return asked.follow(self.notebook.context, self.viewer)

    def trials(self, batch: Run) -> list[Run]:
        assert batch.status is RunStatus.COMPLETED
        return [Run(self.notebook.context.home.run_dir(id_)) for id_ in batch.get("trials")]

    def outputs(self, batch: Run) -> list[str]:
        return [trial.output for trial in self.trials(batch)]

    def results(self, batch: Run) -> list[Any]:
        return [trial.result for trial in self.trials(batch)]


@pytest.fixture
def ask(notebook) -> Asking:
    return Asking(notebook)


@pytest.fixture
def project(ask) -> Asking:
    """A Guild file, and a run of what its operations require."""
    Path("guild.yml").write_text(GUILDFILE)
    Path("prepare.py").write_text("k = 1\nopen('data.txt', 'w').write(str(k))")
    Path("train.py").write_text(TRAIN)
    Path("config.yml").write_text("a: 0\nb: 3\n")
    ask.line("prepare")
    return ask


class TestFunctions:
    def test_arguments_by_position_can_be_lists(self, ask):
        train = ask.notebook.cell("def train(data, lr=0.1):\n    return len(data), lr\ntrain")
        assert ask.results(ask.call(train, "abc", [0.1, 0.2])) == [(3, 0.1), (3, 0.2)]

    def test_objects_travel_to_all_trials(self, ask):
        code = "import pandas as pd\ndef train(frame, *, lr):\n    return len(frame) * lr\ntrain"
        frame = ask.notebook.cell("import pandas as pd\npd.DataFrame({'x': [1, 2]})")
        assert ask.results(ask.call(ask.notebook.cell(code), frame, lr=[1, 2])) == [2, 4]

    def test_methods_and_partials(self, ask):
        fit = ask.notebook.cell(
            "class Model:\n    n = 5\n    def fit(self, lr):\n        return self.n * lr\nModel().fit"
        )
        assert ask.results(ask.call(fit, lr=[1, 2])) == [5, 10]

    def test_further_arguments_and_keywords(self, ask):
        code = "def train(*args, depth=1, **more):\n    return args, depth, more\ntrain"
        train = ask.notebook.cell(code)
        assert ask.results(ask.call(train, 1, 2, depth=[3], width=[4, 5])) == [
            ((1, 2), 3, {"width": 4}),
            ((1, 2), 3, {"width": 5}),
        ]

    def test_a_decorated_function_keeps_its_label_and_environment(self, ask):
        code = """
        import os, guild_ipy
        @guild_ipy.operation(label="rate ${lr}", env={"RATE": "${lr}"})
        def train(lr=0.1):
            return os.environ["RATE"]
        train
        """
        batch = ask.call(ask.notebook.cell(code), lr=[0.1, 0.2])
        assert ask.results(batch) == ["0.1", "0.2"]
        assert [trial.label for trial in ask.trials(batch)] == ["rate 0.1", "rate 0.2"]

    def test_texts_of_all_trials_may_name_variables(self, ask):
        ask.notebook.cell("first, second = 'one', 'two'\ndef train(name):\n    return eval(name)")
        assert ask.results(ask.line("train name=[first,second]")) == ["one", "two"]

    def test_a_large_array_is_written_once(self, ask):
        code = "import numpy as np\ndata = np.ones(5_000_000)\ndef train(lr, name='a'):\n    return data.sum() * lr"
        ask.notebook.cell(code)
        batch = ask.line("train lr=[1,2,3] name=[a,b]")
        assert ask.results(batch) == [5e6, 5e6, 1e7, 1e7, 1.5e7, 1.5e7]
        used = {
            (info.st_dev, info.st_ino): info.st_blocks * 512
            for folder, _, files in os.walk(ask.notebook.context.home.path)
            for info in (os.lstat(os.path.join(folder, name)) for name in files)
        }
        assert sum(used.values()) < 60_000_000

    def test_an_array_is_packed_once_to_plan_a_batch(self, ask):
        code = """
        packed = []
        class Data:
            def __reduce__(self):
                packed.append(1)
                return Data, ()
        data = Data()
        def train(name="a", lr=1.0, shape=(1, 1)):
            return type(data).__name__
        """
        ask.notebook.cell(code)
        ask.line("train name=[a,b,c] lr=[1,2] shape=[[1,1],[2,2]] --stage")
        assert len(ask.notebook.cell("packed")) <= 2  # it is looked whether it can be opened


class TestCellsAndFiles:
    def test_a_cell(self, ask):
        cell = CellOperation(text="lr = 0.1\nlayers = [8, 8]\nprint(lr, layers)", name="tune")
        batch = ask.call(cell, lr=[1, 2], layers=[[1], [2, 3]])
        assert ask.outputs(batch) == ["1 [1]\n", "2 [1]\n", "1 [2, 3]\n", "2 [2, 3]\n"]
        assert batch.operation == "tune()+"

    def test_the_magic_of_a_cell(self, extension):
        extension.shell.run_cell_magic(
            "guild_run", "tune lr=[1,2] layers=[4,4]", "lr = 0.1\nlayers = [8, 8]\nprint(lr, layers)"
        )
        batch = next(run for run in list_runs(extension.context) if run.operation == "tune()+")
        assert len(batch.get("trials")) == 2

    @pytest.mark.parametrize(
        ("name", "text", "line", "printed"),
        [
            ("parser.py", ARGPARSE, "parser.py lr=[1,2] layers=[[8,9],[10]]", ["1.0 [8, 9]", "1.0 [10]"]),
            ("command.py", CLICK, "command.py kind=[sgd,adam] lr=2", ["2.0 sgd", "2.0 adam"]),
            ("constants.py", "x = 1\ny = 'a'\nprint(x, y)", "constants.py x=[2] y=[001,b]", ["2 001", "2 b"]),
        ],
    )
    def test_scripts(self, ask, name, text, line, printed):
        Path(name).write_text(text)
        outputs = ask.outputs(ask.line(line))
        assert [each.strip() for each in outputs if each.strip() in printed] == printed

    def test_a_notebook_file(self, ask):
        write_notebook("tune.ipynb", "x = 1\nprint(x)")
        batch = ask.line("tune.ipynb x=[2,3]")
        assert [trial.flags for trial in ask.trials(batch)] == [{"x": 2}, {"x": 3}]
        assert [output.splitlines()[-1] for output in ask.outputs(batch)] == ["2", "3"]


class TestGuildFiles:
    def test_a_list_as_default_asks_for_trials(self, project):
        batch = project.line("train")
        assert project.outputs(batch) == ["0.1 1 ['a', 'b'] 5 1\n", "0.01 1 ['a', 'b'] 5 1\n"]
        assert [(trial.label, trial.tags) for trial in project.trials(batch)] == [
            ("rate 0.1", ("tuned",)),
            ("rate 0.01", ("tuned",)),
        ]

    def test_a_value_in_place_of_it_is_one_run(self, project):
        assert project.line("train rate=3").output == "3.0 1 ['a', 'b'] 5 1\n"

    def test_other_flags_reach_arguments_and_environment(self, project):
        batch = project.line("train rate=1 size=[2,3] words='[c, d e]'")
        assert project.outputs(batch) == [
            "1.0 1 ['c'] 2 1\n",
            "1.0 1 ['d', 'e'] 2 1\n",
            "1.0 1 ['c'] 3 1\n",
            "1.0 1 ['d', 'e'] 3 1\n",
        ]

    def test_a_command(self, project):
        assert project.outputs(project.line("echo text=['a b',c] n=[1,2]")) == ["a b 1\n", "c 1\n", "a b 2\n", "c 2\n"]

    def test_files_with_the_values_of_flags_are_those_of_each_trial(self, project):
        outputs = project.outputs(project.line("configured a=[1,2]"))
        assert [yaml.safe_load(output) for output in outputs] == [{"a": 1, "b": 3}, {"a": 2, "b": 3}]

    def test_a_pipeline_is_a_trial(self, project):
        trials = project.trials(project.line("pipeline rate=[0.1,0.2]"))
        assert [trial.status for trial in trials] == [RunStatus.COMPLETED] * 2
        assert [trial.output.count("completed · ") for trial in trials] == [2, 2]
        assert "\n0.2 1 ['a', 'b'] 5 1\n" in trials[1].output


class TestDependencies:
    def test_all_trials_use_the_same_run(self, project):
        batch = project.line("train")
        project.line("prepare k=7")
        project.line(f"--restart {batch.id}")
        assert [output.split()[-1] for output in project.outputs(batch)] == ["1", "1"]

    def test_a_list_of_runs_is_a_trial_for_each(self, project):
        project.line("prepare k=2")
        batch = project.line("train rate=1 prepare=[1,2]")
        assert [output.split()[-1] for output in project.outputs(batch)] == ["2", "1"]

    def test_runs_from_python(self, project):
        runs = [project.line(f"prepare k={k}") for k in (2, 3)]
        batch = project.call("train", rate=1, prepare=runs)
        assert [output.split()[-1] for output in project.outputs(batch)] == ["2", "3"]

    def test_a_set_of_runs_is_one_value(self, project):
        project.line("prepare k=2")
        run = project.line("summary prepare=[1,2]")
        assert run.get("trials") is None
        sets = project.line("summary prepare=[[1,2],[1]]")
        assert [sum(map(is_run_id, output.split())) for output in project.outputs(sets)] == [2, 1]

    def test_runs_of_a_file_of_trials(self, project):
        project.line("prepare k=2")
        Path("trials.csv").write_text("prepare,rate\n2,0.5\n,0.7\n")
        batch = project.line("train --trials trials.csv")
        assert [output.split() for output in project.outputs(batch)] == [
            ["0.5", "1", "['a',", "'b']", "5", "1"],
            ["0.7", "1", "['a',", "'b']", "5", "2"],
        ]

    def test_without_a_run_nothing_is_made(self, ask):
        Path("guild.yml").write_text(GUILDFILE)
        Path("train.py").write_text(TRAIN)
        with pytest.raises(DependencyError, match="no suitable run for prepare"):
            ask.line("train")
        assert os.listdir(ask.notebook.context.home.runs) == []

    def test_runs_of_other_operations_are_used_by_force(self, project):
        other = project.line("echo")
        Path(other.path, "data.txt").write_text("9")
        batch = project.line(f"train rate=1 prepare=[{other.id},1] --force-deps")
        assert project.outputs(batch)[0].endswith(" 9\n")

    def test_files_that_are_given_are_copied_to_each(self, ask):
        Path("data.txt").write_text("there")
        ask.notebook.cell("def read(n):\n    return open('data.txt').read() * n")
        assert ask.results(ask.line("read n=[1,2] --file data.txt")) == ["there", "therethere"]


class TestRestart:
    def test_a_list_that_is_given_takes_the_place_of_a_default(self, project):
        batch = project.line("train")
        project.line(f"--restart {batch.id} rate=[3,4] n=2")
        assert [output.split()[:2] for output in project.outputs(batch)] == [["3.0", "2"], ["4.0", "2"]]

    def test_other_runs_for_a_dependency(self, project):
        project.line("prepare k=2")
        batch = project.line("train rate=1 prepare=[2]")
        first = project.trials(batch)
        project.line(f"--restart {batch.id} prepare=[{first[0].get('flags')['operation:prepare']},1]")
        assert [output.split()[-1] for output in project.outputs(batch)] == ["1", "2"]
        assert project.trials(batch)[0].id == first[0].id

    def test_other_trials_that_are_listed(self, ask):
        Path("echo.py").write_text("x = 1\ny = 2\nprint(x, y)")
        Path("trials.csv").write_text("x,y\n5,\n,6\n")
        batch = ask.line("echo.py x=[1,2] y=[3,4]")
        ask.line(f"--restart {batch.id} --trials trials.csv")
        assert ask.outputs(batch) == ["5 2\n", "1 6\n"]
        ask.line(f"--restart {batch.id} y=[8,9]")
        assert ask.outputs(batch) == ["5 8\n", "5 9\n", "1 8\n", "1 9\n"]


class TestOptions:
    @pytest.fixture
    def echo(self, ask) -> Asking:
        Path("echo.py").write_text("x = 1\ny = 2\nprint('loss:', x)")
        return ask

    def test_label_tags_and_comment_are_those_of_the_trials(self, echo):
        batch = echo.line("echo.py x=[1,2] --label 'x is ${x}' --tag new --comment tried")
        assert [(each.label, each.tags) for each in echo.trials(batch)] == [("x is 1", ("new",)), ("x is 2", ("new",))]
        assert [len(each.comments) for each in echo.trials(batch)] == [1, 1]
        assert (batch.label, batch.tags) == ("x=[1, 2]", ())

    def test_the_id_is_that_of_the_batch(self, echo):
        assert echo.line(f"echo.py x=[1,2] --run-id {'ab' * 16}").id == "ab" * 16

    def test_name_and_seed_are_those_of_the_trials(self, ask):
        ask.notebook.cell("import random\ndef train(x):\n    return random.random()")
        batch = ask.line("train x=[1,1,2] --random-seed 7 --op-name tune")
        assert len(set(ask.results(batch))) == 1
        assert (batch.operation, batch.get("random_seed")) == ("tune()+", 7)

    @pytest.mark.parametrize("isolation", ["fresh", "fork"])
    def test_isolation_is_that_of_the_trials(self, echo, isolation):
        assert len(echo.trials(echo.line(f"echo.py x=[1,2] --isolation {isolation}"))) == 2

    def test_a_batch_in_the_background_goes_on(self, echo):
        batch = echo.line("echo.py x=[1,2] --pidfile pid")
        assert Path("pid").read_text().strip().isdigit()
        assert len(echo.trials(batch.wait(60))) == 2

    def test_a_batch_is_stopped_after_some_minutes(self, ask):
        ask.notebook.cell("import select\ndef wait(x):\n    while True:\n        select.select([], [], [], 0.1)")
        with pytest.raises(RunError, match="was terminated"):
            ask.line("wait x=[1,2] --stop-after 0.05")
        trials = {str(run.status) for run in list_runs(ask.notebook.context) if run.operation == "wait()"}
        assert trials == {"terminated", "pending"}

    def test_patterns_find_scalars_of_the_trials_and_none_of_the_batch(self, echo):
        batch = echo.line("echo.py x=[1,2] --output-scalar 'loss: (?P<cost>\\S+)'")
        assert [dict(each.scalars) for each in echo.trials(batch)] == [{"cost": 1.0}, {"cost": 2.0}]
        assert dict(batch.scalars) == {}
        assert "no scalars" not in "".join(echo.viewer.told) + echo.viewer.shown

    def test_what_is_there_already_is_not_run_again_where_that_is_asked(self, echo):
        first = echo.line("echo.py x=[1,2] --needed")
        assert echo.line("echo.py x=[1,2] --needed").id == first.id
        assert echo.line("echo.py x=[1,2.0] --needed").id != first.id
        assert echo.line("echo.py x=[2,1] --needed").id != first.id

    def test_trials_that_were_deleted_are_needed(self, echo):
        first = echo.line("echo.py x=[1,2]")
        delete(echo.notebook.context, [echo.trials(first)[0]])
        assert echo.line("echo.py x=[1,2] --needed").id != first.id

    def test_a_staged_batch_is_started(self, echo):
        batch = echo.line("echo.py x=[1,2] --stage")
        assert batch.status is RunStatus.STAGED
        echo.line(f"--start {batch.id}")
        assert len(echo.trials(batch)) == 2

    def test_a_sample_of_a_thousand_million_trials(self, echo):
        lists = "x=range[1:10000] y=range[1:100000]"
        batches = [echo.line(f"echo.py {lists} --max-trials 3 --random-seed 5 --stage-trials") for _ in "12"]
        flags = [[trial.flags for trial in echo.trials(batch)] for batch in batches]
        assert flags[0] == flags[1]
        assert len(flags[0]) == 3
