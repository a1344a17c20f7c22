"""The guild command works with runs that depend on others, and we read those that it made."""

import json
import os

import pytest

import guild_ipy
from guild_ipy.domain.status import RunStatus
from guild_ipy.session.session import set_session
from guild_ipy.store.files.attrs import read_attr
from guild_ipy.store.used_runs.deps import read_upstreams

pytestmark = pytest.mark.guild

GUILDFILE = """
train:
  main: script
  flags-import: [lr]
serve:
  main: serve
  requires:
    - operation: train
"""


@pytest.fixture
def theirs(bench):
    """Runs that the guild command made of a Guild file: `train` and a `serve` that uses it."""
    (bench.project / "guild.yml").write_text(GUILDFILE)
    (bench.project / "serve.py").write_text("print('serving', open('model.txt').read())\n")
    bench.guild("run", "-y", "train", "lr=0.25")
    bench.guild("run", "-y", "serve")
    set_session(bench.context)
    yield {run.operation: run for run in bench.runs()}
    set_session(None)


def test_guild_lists_and_compares_runs_with_dependencies(shared_bench):
    made = shared_bench.make("train", "serve", "summary")
    listed = {each["id"]: each["status"] for each in json.loads(shared_bench.guild("runs", "--json"))}
    assert listed == {run.id: "completed" for run in made.values()}
    table = shared_bench.guild("compare", "--csv", "-")
    assert all(run.short_id in table for run in made.values())


@pytest.mark.parametrize("case", ["serve", "summary"])
def test_guild_shows_what_a_run_has_used(shared_bench, case):
    made = shared_bench.make("train", case)
    shown = shared_bench.guild("runs", "info", "--json", made[case].id)
    assert json.loads(shown)["status"] == "completed"
    assert made["train"].id in shown


@pytest.mark.parametrize(("case", "said"), [("staged_serve", "serving a b"), ("staged_summary", "given")])
def test_guild_starts_a_staged_run_with_the_runs_that_it_was_given(bench, case, said):
    made = bench.make("train", case)
    bench.make("unlabeled")
    before = read_upstreams(made[case].dir)
    bench.guild("run", "-y", "--start", made[case].id)
    assert made[case].status is RunStatus.COMPLETED
    assert made[case].output.startswith(said)
    assert read_upstreams(made[case].dir) == before
    assert [each.run_id for each in before] == [made["train"].id]


@pytest.mark.parametrize("case", ["serve", "summary"])
def test_guild_restarts_a_run_with_the_runs_that_it_was_given(bench, case):
    made = bench.make("train", case)
    bench.make("unlabeled")
    before = made[case].output, read_attr(made[case].dir, "deps"), read_attr(made[case].dir, "flags")
    bench.guild("run", "-y", "--restart", made[case].id)
    assert made[case].status is RunStatus.COMPLETED
    assert (made[case].output, read_attr(made[case].dir, "deps"), read_attr(made[case].dir, "flags")) == before
    assert os.path.exists(f"{made[case].path}/{'model.txt' if case == 'serve' else made['train'].id}")


def test_scalars_of_the_runs_of_a_set_are_read_by_guild_as_by_us(bench):
    made = bench.make("train", "summary")
    assert made["summary"].scalars == pytest.approx({"best": 0.25 / 3})


def test_what_a_run_of_guild_has_used_is_known_and_is_no_flag(theirs):
    serve = theirs["serve"]
    assert [each.run_id for each in read_upstreams(serve.dir)] == [theirs["train"].id]
    assert serve.flags == {}
    assert serve.get("flags") == {"operation:train": theirs["train"].id}


def test_a_run_of_guild_can_be_what_ours_uses(theirs, bench):
    made = bench.make("serve")["serve"]
    (upstream,) = read_upstreams(made.dir)
    assert upstream.run_id == theirs["train"].id
    assert made.output.startswith("serving")
    assert guild_ipy.get_run(made.id).get("_dependencies")[0]["reason"] == "latest"


def test_guild_uses_a_run_of_ours_for_its_dependency(theirs, bench):
    ours = bench.make("train")["train"]
    bench.guild("run", "-y", "serve", f"operation:train={ours.id}")
    newest = max(bench.runs(), key=lambda run: run.started)
    assert newest.output.strip() == "serving a b"
    assert [each.run_id for each in read_upstreams(newest.dir)] == [ours.id]
