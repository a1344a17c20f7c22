import pytest

from guild_ipy.errors import FlagError
from guild_ipy.operations.find_operation import find_operation
from guild_ipy.operations.functions.cell import CellOperation
from guild_ipy.operations.packing import notebook_code
from guild_ipy.operations.packing.pack import pack
from guild_ipy.operations.spec_options import SpecOptions


@pytest.fixture
def template(notebook):
    """Make the template of an operation; its `spec` takes flags by name."""

    def template(word, *args, **flags):
        around = notebook.context.search_context
        made = find_operation(word, around).template(args, flags, SpecOptions(), around)
        return lambda **others: made.spec(SpecOptions(), others)

    return template


@pytest.fixture
def packings(monkeypatch):
    """The programs that are packed from now on."""
    seen = []

    def counting_pack(program, *args):
        seen.append(program)
        return pack(program, *args)

    monkeypatch.setattr(notebook_code, "pack", counting_pack)
    return seen


def test_a_thousand_runs_of_a_function_pack_once(notebook, template, packings):
    notebook.cell("def train(data, lr=0.1, n=1): return lr")
    spec = template("train", [object()])
    specs = [spec(lr=trial / 1000, n=trial) for trial in range(1000)]
    assert len(packings) == 1
    assert [made.flags for made in specs[:2]] == [{"lr": 0.0, "n": 0}, {"lr": 0.001, "n": 1}]
    assert len({made.packed.payload for made in specs}) == 1


def test_runs_of_a_cell_pack_once(template, packings):
    spec = template(CellOperation(text="lr = 0.1\nprint(lr)"))
    assert [spec(lr=lr).label for lr in (0.2, 0.3)] == ["lr=0.2", "lr=0.3"]
    assert len(packings) == 1


def test_another_object_is_packed_anew(notebook, template):
    notebook.cell("def train(data, lr=0.1): return data")
    one, other = {object}, {object, int}
    spec = template("train", data=one)
    assert spec(data=one).packed.payload == spec(data=one, lr=2).packed.payload
    assert spec(data=other).packed.payload != spec(data=one).packed.payload


def test_a_text_brings_the_variables_along_that_it_names(notebook, template):
    notebook.cell("rate = 0.5\ndef train(text='1'): return eval(text)")
    spec = template("train")
    assert b"rate" not in spec(text="2").packed.payload
    assert b"rate" in spec(text="rate * 2").packed.payload


def test_the_source_is_that_of_the_moment_of_the_template(notebook, template, tmp_path):
    notebook.cell("def train(lr=0.1): return lr")
    spec = template("train")
    with open("later.py", "w") as file:
        file.write("x = 1")
    assert [file.path for file in spec(lr=1).source.files] == ["cells/01.py"]


@pytest.mark.parametrize("word", ["train.py", "train.ipynb", "train"])
def test_a_flag_that_is_unknown_is_refused_for_each_run(notebook, template, word):
    with open("train.py", "w") as file:
        file.write("lr = 0.1\n")
    with open("train.ipynb", "w") as file:
        file.write('{"nbformat": 4, "cells": [{"cell_type": "code", "source": "lr = 0.1"}]}')
    with open("guild.yml", "w") as file:
        file.write("train: {flags-import: all}\n")
    spec = template(word)
    assert spec(lr=2).flags == {"lr": 2}
    with pytest.raises(FlagError, match="unknown flag 'n'"):
        spec(n=1)


def test_seed_and_label_are_those_of_each_run(notebook):
    notebook.cell("def train(lr=0.1): return lr")
    around = notebook.context.search_context
    made = find_operation("train", around).template((), {}, SpecOptions(), around)
    first = made.spec(SpecOptions(random_seed=1, label="first ${lr}"))
    other = made.spec(SpecOptions(random_seed=2, tags=("a",)), {"lr": 3})
    assert (first.random_seed, first.label) == (1, "first 0.1")
    assert (other.random_seed, other.label, other.tags) == (2, "a lr=3", ("a",))
