"""What the trials of a search record, for all kinds of flags and operations."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from guild_ipy.batch.batch_options import Repeat
from guild_ipy.batch.restart_plan import PlannedTrial
from guild_ipy.batch.search.search_options import SearchOptions
from guild_ipy.batch.search.search_space import choice, step, uniform
from guild_ipy.errors import FlagError
from guild_ipy.operations.flag_values.typed_text import FlagText
from guild_ipy.operations.functions.cell import CellOperation
from guild_ipy.operations.spec_options import SpecOptions
from guild_ipy.session.run_handle import Run
from guild_ipy.store.run_dir import RunDir
from tests.batch.conftest import Batches, fates
from tests.notebook_files import write_notebook

SEEDED = {"spec": SpecOptions(random_seed=5)}
TPE = {"_search": SearchOptions(optimizer="tpe"), "_max_trials": 4, "request": SEEDED}
GUILDFILE = """
train:
  main: train
  flags-dest: globals
  flags:
    whole: {type: int, default: 1, min: 0, max: 9}
    real: {type: float, default: 1}
    number: {type: number, default: 1}
    text: {type: string, default: a}
    kind: {default: adam, choices: [adam, sgd]}
    switch: {type: boolean, default: no}
    same: 5
prepare:
  main: prepare
read:
  main: read
  flags: {k: 1}
  requires: [{operation: prepare}]
pipeline:
  flags: {whole: 1}
  steps: ["train whole=${whole}"]
"""
TRAIN = """
whole, real, number, text, kind, switch, same = 1, 1.0, 1, "a", "adam", False, 5
print("loss:", whole + real)
"""
SCRIPT = """
n = 2
x = 1.0
z = "a"
b = True
layers = [8, 8]
print("loss:", n + x)
"""


def typed(**flags: str) -> dict[str, FlagText]:
    return {name: FlagText(text) for name, text in flags.items()}


def preview(batches: Batches, operation: str, **spaces: str) -> Sequence[PlannedTrial]:
    """The trials that there would be."""
    table = batches.run(operation, **typed(**spaces), _max_trials=8, request={**SEEDED, "preview": True})
    return table.trials


def types_of(trials: Sequence[Run | PlannedTrial]) -> dict[str, set[type]]:
    """The types of the values of each flag that varies."""
    flags = [trial.flags for trial in trials]
    return {name: {type(each[name]) for each in flags} for name in flags[0] if len({repr(f[name]) for f in flags}) > 1}


def spaces_of(batch: Run) -> dict[str, Any]:
    """What the prototype records."""
    return dict(Run(RunDir(batch.dir.proto)).get("flags"))


class TestScripts:
    @pytest.fixture(autouse=True)
    def script(self, batches):
        Path("script.py").write_text(SCRIPT)

    def test_numbers_are_of_the_type_of_the_default(self, batches):
        flags = typed(n="uniform[1:50]", x="[-2:2]")
        batch = batches.run("script.py", **flags, **TPE)
        assert types_of(batches.trials(batch)) == {"n": {int}, "x": {float}}
        assert spaces_of(batch)["n"] == "uniform[1:50]"
        assert spaces_of(batch)["x"] == "uniform[-2.0:2.0]"

    def test_one_float_makes_all_floats(self, batches):
        for text in ("uniform[1:2.5]", "[1:20:2.5]", "step[1:9:0.5]", "loguniform[1:10.0]"):
            assert types_of(preview(batches, "script.py", n=text)) == {"n": {float}}, text

    def test_choices_are_texts_switches_and_lists(self, batches):
        flags = typed(z="choice[a, 'b, c', 1]", b="choice[yes,no]", layers="choice[[8,8],[16],[1,2,3]]")
        batch = batches.run("script.py", **flags, **{**TPE, "_max_trials": 8})
        values = {name: {json.dumps(trial.flags[name]) for trial in batches.trials(batch)} for name in flags}
        assert values["z"] <= {'"a"', '"b, c"', '"1"'}
        assert values["b"] == {"true", "false"}
        assert values["layers"] <= {'"8 8"', '"16"', '"1 2 3"'}  # as Guild AI records lists
        assert fates(batches.restart(batch, _repeat=Repeat.NEEDED)) == ["skipped"] * 8


class TestFunctions:
    @pytest.mark.parametrize(
        ("annotation", "space", "kinds"),
        [
            ("int", "uniform[1:50]", {int}),
            ("float", "uniform[1:50]", {float}),
            ("float", "loguniform[1:1000]", {float}),
            ("int", "loguniform[1:1000]", {int}),
            ("float", "step[1:50:2]", {float}),
            ("int | None", "uniform[1:50]", {int}),
            ("float | None", "uniform[1:50]", {float}),
            ("str", "choice[1,2]", {str}),
            ("bool", "choice[yes,no]", {bool}),
            ("list", "choice[[1],[2,3]]", {list}),
            ("__import__('typing').Literal[1, 2, 3]", "uniform[1:3]", {int}),
            ("__import__('typing').Literal['a', 'b']", "choice[a,b]", {str}),
            ("object", "uniform[1:50]", {int}),
        ],
    )
    def test_values_are_of_the_type_of_the_parameter(self, batches, annotation, space, kinds):
        batches.notebook.cell(f"def train(v: {annotation}):\n    return v")
        assert types_of(preview(batches, "train", v=space)) == {"v": kinds}

    def test_functions_get_them_so(self, batches, notebook):
        notebook.cell("""
            def train(i: int, f: float, s: str, b: bool, l: list):
                return [type(each).__name__ for each in (i, f, s, b, l)]
        """)
        spaces = typed(i="[1:50]", f="[1:50]", s="choice[1,2]", b="choice[yes,no]", l="choice[[1],[2,3]]")
        batch = batches.run("train", **spaces, _max_trials=3, request=SEEDED)
        assert [trial.result for trial in batches.trials(batch)] == [["int", "float", "str", "bool", "list"]] * 3
        assert fates(batches.plan(batch)) == ["kept"] * 3

    @pytest.mark.parametrize(
        ("annotation", "space", "message"),
        [
            ("int", uniform(1, 2.5), "wants an int, not 2.5"),
            ("int", step(1, 9, 0.5), "wants an int, not "),
            ("str", uniform(0, 1), "wants a string, not 0"),
            ("bool", uniform(0, 1), "flag 'v'"),
            ("list", uniform(0, 1), "flag 'v'"),
            ("__import__('typing').Literal[1, 2, 4]", uniform(1, 4), "is one of 1, 2, 4, not 3"),
            ("__import__('typing').Literal['a', 'b']", choice("a", "c"), "is one of a, b, not 'c'"),
        ],
    )
    def test_others_are_refused_before_anything_is_made(self, batches, home, annotation, space, message):
        batches.notebook.cell(f"def train(v: {annotation}):\n    return v")
        with pytest.raises(FlagError, match=message):
            batches.run("train", v=space)
        assert not list(Path(home.runs).iterdir())

    def test_brackets_alone_are_a_list_for_a_flag_that_takes_text(self, batches, notebook):
        notebook.cell("def train(text: str, n=1):\n    return text")
        batch = batches.run("train", **typed(text="[0:1]", n="[1,2]"))
        assert [trial.result for trial in batches.trials(batch)] == ["0:1"] * 2

    def test_text_of_python_is_no_space(self, batches, notebook):
        notebook.cell("def train(text, n=1):\n    return text")
        batch = batches.run("train", text="uniform[0:1]", n=[1, 2])
        assert [trial.result for trial in batches.trials(batch)] == ["uniform[0:1]"] * 2
        assert fates(batches.restart(batch)) == ["kept"] * 2

    def test_a_space_is_given_by_position(self, batches, notebook):
        notebook.cell("def train(v, w=2):\n    return v")
        batch = batches.run("train", request={**SEEDED, "args": (uniform(0.0, 1.0),)}, _max_trials=3)
        assert types_of(batches.trials(batch)) == {"v": {float}}


class TestOperations:
    @pytest.fixture(autouse=True)
    def project(self, batches):
        Path("guild.yml").write_text(GUILDFILE)
        Path("train.py").write_text(TRAIN)
        Path("prepare.py").write_text("open('data.txt', 'w').write('1')")
        Path("read.py").write_text("k = 1\nprint('loss:', k + int(open('data.txt').read()))")

    @pytest.mark.parametrize(
        ("flags", "types"),
        [
            ({"whole": "uniform[0:9]"}, {"whole": {int}}),
            ({"whole": "step[0:9:3]"}, {"whole": {int}}),
            ({"real": "[0:9]"}, {"real": {float}}),
            ({"number": "[0:9]"}, {"number": {int}}),
            ({"number": "[0.0:9]"}, {"number": {float}}),
            ({"text": "choice[1,2]"}, {"text": {str}}),
            ({"kind": "choice[adam,sgd]", "whole": "[1:5]"}, {"kind": {str}, "whole": {int}}),
            ({"switch": "choice[yes,no]"}, {"switch": {bool}}),
        ],
        ids=str,
    )
    def test_flags_of_a_guild_file(self, batches, flags, types):
        assert types_of(preview(batches, "train", **flags)) == types

    def test_an_operation_of_a_guild_file_gets_them_so(self, batches):
        spaces = typed(
            whole="[0:9]", real="[0:9]", text="choice[1,2]", kind="choice[adam,sgd]", switch="choice[yes,no]"
        )
        batch = batches.run("train", **spaces, _max_trials=3, request=SEEDED)
        assert set(batches.statuses(batch)) == {"completed"}
        assert types_of(batches.trials(batch))["whole"] == {int}
        assert fates(batches.plan(batch)) == ["kept"] * 3

    def test_a_cell(self, batches):
        operation = CellOperation(name="fit", text="x = 0.5\nprint('loss:', x)")
        batch = batches.run(operation, **typed(x="uniform[0:1]"), **TPE)
        assert types_of(batches.trials(batch)) == {"x": {float}}

    def test_a_notebook_file(self, batches):
        write_notebook("lab.ipynb", "x = 0.5", "print('loss:', x)")
        batch = batches.run("lab.ipynb", **typed(x="[0:1]"), **{**TPE, "_max_trials": 1})
        (trial,) = batches.trials(batch)
        assert trial.scalars["loss"] == trial.flags["x"]

    def test_a_pipeline_is_a_trial(self, batches):
        batch = batches.run("pipeline", **typed(whole="uniform[0:9]"), _max_trials=2, request=SEEDED)
        assert batches.statuses(batch) == ["completed"] * 2
        assert len({trial.flags["whole"] for trial in batches.trials(batch)}) == 2

    def test_all_trials_use_the_same_run(self, batches, notebook):
        notebook.run("prepare")
        batch = batches.run("read", **typed(k="[1:50]"), **TPE)
        assert len({str(trial.get("deps")) for trial in batches.trials(batch)}) == 1
        assert fates(batches.restart(batch, _repeat=Repeat.NEEDED)) == ["skipped"] * 4

    def test_a_dependency_is_not_searched(self, batches, notebook):
        notebook.run("prepare")
        with pytest.raises(
            FlagError, match=r"'operation:prepare' of read takes runs, not uniform\[0:1\]; give a list of runs"
        ):
            batches.run("read", prepare=uniform(0, 1))
