"""What the guild command makes of a run of a notebook file."""

import csv
import io

import pytest

pytestmark = pytest.mark.guild


@pytest.fixture(scope="module")
def run(shared_bench):
    return shared_bench.make("notebook")["notebook"]


def test_guild_lists_it_by_its_file(shared_bench, run):
    (line,) = shared_bench.guild("runs").splitlines()
    assert "  analysis.ipynb  " in line
    assert line.endswith("completed  lr=0.5")
    assert "lr: 0.5" in shared_bench.guild("runs", "info", run.id)


def test_guild_compares_its_flags_and_scalars(shared_bench, run):
    (row,) = csv.DictReader(io.StringIO(shared_bench.guild("compare", "--csv", "-")))
    assert (row["operation"], row["lr"], row["accuracy"]) == ("analysis.ipynb", "0.5", "0.5")


def test_guild_tells_the_executed_notebook_from_its_source(shared_bench, run):
    generated = shared_bench.guild("ls", "--generated", run.id).split()
    assert {"analysis.ipynb", "model.txt"} <= set(generated)
    assert ".guild/sourcecode/analysis.ipynb" in shared_bench.guild("ls", "--sourcecode", run.id).split()


def test_guild_marks_it(shared_bench, run):
    shared_bench.guild("mark", "-y", run.id)
    assert run.marked
