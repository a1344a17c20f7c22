"""The comparison of the same runs by the guild command and by us."""

import csv
import io
import struct

import pytest

from guild_ipy.domain.choosing.run_filter import RunFilter
from guild_ipy.domain.ids import SHORT_ID_LENGTH
from guild_ipy.verbs.looking.compare import compare

pytestmark = pytest.mark.guild


@pytest.fixture(scope="module")
def runs(shared_bench):
    return shared_bench.make("train", "script", "fail", "scan")


def read(text):
    return [[row[0], *map(as_number, row[1:])] for row in csv.reader(io.StringIO(text))]  # an id can be all digits


def of_guild(bench, *words):
    return read(bench.guild("compare", "--csv", "-", *words))


def of_ours(bench, columns=None, **filters):
    file = io.StringIO()
    compare(bench.context, RunFilter(**filters), columns).write_csv(file)
    return read(file.getvalue())


def as_number(text):
    """A number with 32 bits, as Guild reads it; other text as it is."""
    try:
        return struct.unpack("f", struct.pack("f", float(text)))[0]
    except ValueError:
        return text


@pytest.mark.parametrize("operation", ["train()", "script.py", "scan()"])
def test_the_columns_of_an_operation_are_the_same_in_the_same_order(shared_bench, runs, operation):
    guild = of_guild(shared_bench, "-Fo", operation)

    assert of_ours(shared_bench, operations=(operation,))[0] == guild[0]


@pytest.mark.parametrize("operation", ["train()", "script.py", "scan()"])
def test_the_values_are_the_same(shared_bench, runs, operation):
    guild = of_guild(shared_bench, "-Fo", operation)

    assert of_ours(shared_bench, operations=(operation,)) == guild


def test_all_runs_together_have_the_same_columns(shared_bench, runs):
    guild, ours = of_guild(shared_bench), of_ours(shared_bench)

    assert sorted(ours[0]) == sorted([*guild[0], "error"])  # one of the runs has failed
    assert [row[0] for row in ours] == [row[0] for row in guild]
    assert {row[0] for row in ours[1:]} == {run.id[:SHORT_ID_LENGTH] for run in runs.values()}


@pytest.mark.parametrize(
    "columns",
    [
        "=lr",
        "loss",
        "first loss,min loss as least",
        "max loss step as step,count loss as n",
        ".status,.exit_status as code",
        "scalar:loss as a,flag:lr as b,attr:label as c",
    ],
)
def test_columns_that_are_named_mean_the_same(shared_bench, runs, columns):
    guild = of_guild(shared_bench, "-Fo", "train()", "-cc", columns)

    ours = of_ours(shared_bench, columns, operations=("train()",))

    assert [row[1:] for row in ours[1:]] == [row[1:] for row in guild[1:]]
