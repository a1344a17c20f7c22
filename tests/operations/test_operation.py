import functools
import os
import sys

import pytest

from guild_ipy.domain.program import NotebookProgram, ScriptProgram
from guild_ipy.errors import FlagError, OperationNotFound, UsageError
from guild_ipy.operations.find_operation import ScriptOperation, find_operation, known_operations
from guild_ipy.operations.functions.cell import CellOperation
from guild_ipy.operations.search_context import python_import_path
from guild_ipy.operations.spec_options import SpecOptions
from guild_ipy.store.guild_home import Home

SCRIPT = "lr = 0.1\nprint('loss:', lr)\n"


@pytest.fixture
def search_context(notebook):
    return lambda: notebook.context.search_context


@pytest.fixture
def spec(search_context):
    """Find and resolve an operation; the spec."""

    def spec(word, *args, options=None, **flags):
        around = search_context()
        return (
            find_operation(word, around)
            .template(args, flags, options or SpecOptions(), around)
            .spec(options or SpecOptions())
        )

    return spec


def write(path, text=SCRIPT):
    os.makedirs(os.path.dirname(os.path.abspath(path)), exist_ok=True)
    with open(path, "w") as file:
        file.write(text)


class TestFinding:
    def test_a_callable_is_itself(self, search_context):
        assert find_operation(len, search_context()).function is len
        cell = CellOperation(text="")
        assert find_operation(cell, search_context()) is cell

    def test_a_name_is_looked_up_in_the_notebook(self, notebook, search_context):
        notebook.cell("class Model:\n    def fit(self): pass\nmodel = Model()\ndef train(): pass")
        names = notebook.shell.user_ns
        assert find_operation("train", search_context()).function is names["train"]
        assert find_operation("model.fit", search_context()).function == names["model"].fit

    def test_a_path_is_a_script_of_the_project(self, search_context):
        write("lib/train it.py")
        found = find_operation("lib/train it.py", search_context())
        assert isinstance(found, ScriptOperation)
        assert found.path == os.path.join(os.getcwd(), "lib/train it.py")
        assert find_operation(found.path, search_context()).path == found.path

    def test_a_function_wins_over_a_file_of_its_name(self, notebook, search_context):
        write("train")
        notebook.cell("def train(): pass")
        assert find_operation("train", search_context()).kind == "function"

    def test_a_file_wins_over_a_variable_that_cannot_be_run(self, notebook, search_context):
        write("train")
        notebook.cell("train = 1")
        assert isinstance(find_operation("train", search_context()), ScriptOperation)

    def test_parentheses_behind_a_name_are_those_of_listings(self, notebook, search_context):
        notebook.cell("def train(): pass")
        assert find_operation("train()", search_context()).function is notebook.shell.user_ns["train"]
        write("odd()")
        assert isinstance(find_operation("odd()", search_context()), ScriptOperation)

    def test_an_unknown_name_is_refused_with_all_that_are_known(self, notebook, search_context):
        notebook.cell("def train(): pass")
        write("prepare.py")
        with pytest.raises(OperationNotFound, match=r"^no operation 'xyz' here; known: train, prepare.py$"):
            find_operation("xyz", search_context())
        with pytest.raises(UsageError, match=r"^run: nothing is named; write what to run; known: train, prepare.py$"):
            find_operation(None, search_context())

    def test_where_nothing_is_known_the_kinds_are_named(self, search_context):
        with pytest.raises(OperationNotFound, match=r"here; name a function of a notebook, an operation of guild\.yml"):
            find_operation("xyz", search_context())

    def test_a_folder_is_refused_by_name(self, search_context):
        os.mkdir("lib")
        with pytest.raises(UsageError, match=r"^'lib' is a folder; name a script or notebook in it$"):
            find_operation("lib", search_context())

    def test_an_unknown_name_is_refused_with_a_suggestion(self, notebook, search_context):
        notebook.cell("def train(): pass")
        with pytest.raises(OperationNotFound, match=r"no operation 'trian' here .did you mean 'train'"):
            find_operation("trian", search_context())

    @pytest.mark.parametrize(
        ("word", "message"),
        [("number", "'number' is of type int, and cannot be run"), (5, "an operation is a function, .*, not int")],
    )
    def test_what_cannot_be_run_is_refused(self, notebook, search_context, word, message):
        notebook.cell("number = 5")
        with pytest.raises(UsageError, match=message):
            find_operation(word, search_context())

    def test_functions_of_the_notebook_and_scripts_are_known(self, notebook, search_context):
        for path in ("b.py", "_c.py", "d.txt", "sub/e.py"):
            write(path)
        notebook.cell("from os.path import join\ndef train(): pass\nclass Model: pass\ndef _private(): pass\nx = 1")
        notebook.cell("import functools\nquick = lambda: 1")
        assert known_operations(search_context().notebook) == ["quick", "train", "b.py"]


class TestFunctions:
    def test_the_reference_names_the_function(self, notebook, spec):
        notebook.cell("__vsc_ipynb_file__ = '/lab/lab.ipynb'\ndef train(lr=0.1): pass")
        found = spec("train")
        assert str(found.opref) == "func:/lab/lab.ipynb '' '' train"
        assert isinstance(found.program, NotebookProgram)

    def test_flags_and_what_the_user_gave_are_recorded(self, notebook, spec):
        notebook.cell("def train(lr=0.1, n=2, data=None): pass")
        found = spec("train", lr=1, data=object)
        assert found.flags == {"lr": 1, "n": 2}
        assert found.user_flags == {"lr": 1}
        assert [flag.name for flag in found.flag_defs] == ["lr", "n", "data"]

    def test_a_flag_that_is_given_by_position_is_recorded_as_given(self, notebook, spec):
        notebook.cell("def train(lr=0.1, n=2): pass")
        assert spec("train", 1).user_flags == {"lr": 1}

    def test_captured_cells_are_files_in_the_order_of_execution(self, notebook, spec):
        notebook.cell("unused = 1\ndef other(): pass")
        notebook.cell("def inner(): return 1")
        notebook.cell("def train(): return inner()")
        found = spec("train")
        cells = {file.path: file.content for file in found.source.files}
        assert cells == {"cells/01.py": b"def inner(): return 1\n", "cells/02.py": b"def train(): return inner()\n"}
        assert sorted(cell.number for cell in found.program.cells.values()) == [2, 3]

    def test_modules_beside_the_notebook_are_in_the_snapshot_and_notebooks_are_not(self, notebook, spec):
        for path in ("local.py", "pkg/deep.py", "lab.ipynb"):
            write(path)
        notebook.cell("def train(): pass")
        assert [file.path for file in spec("train").source.files] == ["cells/01.py", "local.py", "pkg/deep.py"]

    def test_guild_home_is_not_in_the_snapshot(self, notebook, spec):
        notebook.cell("def train(): pass")
        notebook.context = notebook.context.at(Home(os.path.abspath("home")))
        write("home/runs/0/train.py")
        write("ours.py")
        assert [file.path for file in spec("train").source.files] == ["cells/01.py", "ours.py"]

    def test_a_changed_cell_gives_another_digest(self, notebook, spec):
        notebook.cell("def train(): return 1")
        first = spec("train").source.digest
        assert first == spec("train").source.digest
        notebook.cell("def train(): return 2")
        assert spec("train").source.digest != first

    def test_objects_are_described_for_the_preview(self, notebook, search_context):
        notebook.cell("import numpy as np, pandas as pd\ndef train(data, frame, model, lr=0.1): pass")
        args = (notebook.cell("np.zeros((3, 2))"), notebook.cell("pd.DataFrame({'a': [1]})"), object())
        made = find_operation("train", search_context()).template(args, {}, SpecOptions(), search_context())
        assert made.bound.objects == ("data: <ndarray 3 x 2>", "frame: <DataFrame 1 x 1>", "model: <object>")


class TestScripts:
    def test_the_script_and_its_project_are_in_the_snapshot(self, spec):
        write("train.py")
        write("model.py")
        found = spec("train.py", lr=0.5)
        assert isinstance(found.program, ScriptProgram)
        assert found.program.constants == {"lr": 0.5}
        assert [file.path for file in found.source.files] == ["model.py", "train.py"]
        assert found.source.dest == "."
        assert str(found.opref) == f"script:{os.getcwd()} '' '' train.py"

    def test_a_script_elsewhere_has_its_own_folder_as_project(self, spec, tmp_path):
        write(f"{tmp_path}/elsewhere/train.py")
        found = spec(f"{tmp_path}/elsewhere/train.py")
        assert found.opref.package == f"{tmp_path}/elsewhere"
        assert found.program.path == "train.py"

    def test_a_script_with_a_parser_gets_arguments(self, spec):
        write("train.py", "import argparse\np = argparse.ArgumentParser()\np.add_argument('--lr', type=float)\n")
        found = spec("train.py", lr=0.5)
        assert found.program.arguments == ("--lr", "0.5")
        assert not found.program.constants

    def test_a_script_takes_no_positional_values(self, spec):
        write("train.py")
        with pytest.raises(UsageError, match="is a script and takes flags by name only"):
            spec("train.py", 5)

    def test_an_unknown_flag_is_refused(self, spec):
        write("train.py")
        with pytest.raises(FlagError, match=r"unknown flag 'rate' for train\.py"):
            spec("train.py", rate=5)

    def test_a_script_that_is_no_text_is_refused_in_one_line(self, spec):
        with open("train.py", "wb") as file:
            file.write(b"x = '\xff\xfe'\n")
        with pytest.raises(UsageError) as caught:
            spec("train.py")
        assert "\n" not in str(caught.value)


class TestOptions:
    def test_the_label_is_made_of_the_flags_unless_one_is_given(self, notebook, spec):
        notebook.cell("def train(lr=0.1): pass")
        assert spec("train", lr=0.5).label == "lr=0.5"
        assert spec("train", options=SpecOptions(label="first")).label == "first"
        assert spec("train", options=SpecOptions(label="")).label == ""

    def test_a_seed_is_drawn_unless_one_is_given(self, notebook, spec):
        notebook.cell("def train(): pass")
        assert spec("train").random_seed != spec("train").random_seed
        assert spec("train", options=SpecOptions(random_seed=0)).random_seed == 0

    @pytest.mark.parametrize("seed", [-1, 2**32])
    def test_a_seed_that_numpy_does_not_take_is_refused(self, notebook, spec, seed):
        notebook.cell("def train(): pass")
        with pytest.raises(UsageError, match=f"random seed {seed} is not between 0 and 4294967295"):
            spec("train", options=SpecOptions(random_seed=seed))

    def test_the_import_path_begins_with_the_project_and_is_absolute(self, monkeypatch):
        monkeypatch.setattr(sys, "path", ["", "lib", "/usr/lib", "/usr/lib"])
        assert python_import_path("/lab") == ("/lab", "/lab/lib", "/usr/lib")


def test_a_partial_is_named_by_its_function(notebook, spec):
    notebook.cell("def train(data, lr=0.1): pass")
    found = spec(functools.partial(notebook.shell.user_ns["train"], [1], lr=0.5))
    assert found.opref.display_name == "train()"
    assert found.flags == {"lr": 0.5}
