"""S4: operations that take a set of runs."""

import json
import os
from pathlib import Path

import pytest

import guild_ipy

GUILDFILE = """\
op:
  main: op
  flags-import: [x]
summary:
  main: summary
  flags-import: []
  requires:
    - {source}
"""


@pytest.fixture
def three(summary):
    """Three runs, the newest first; the one with x=2 is red."""
    made = [summary.run("op", x=x, _label=label)[0] for x, label in ((1, "blue"), (2, "dark red"), (5, "red"))]
    return made[::-1]


def require(project, source):
    """Write the project anew, so that its summary requires `source`."""
    (project.folder / "guild.yml").write_text(GUILDFILE.format(source=source))


def linked(run, folder="."):
    """Give the ids of the runs that are linked."""
    place = Path(run.path, folder)
    return {path.name for path in place.iterdir() if path.is_symlink()}


@pytest.mark.rows("S1", "S4", "S5", "S6", "S7")
def test_a_summary_gets_a_link_to_each_run(summary, three):
    run, printed = summary.run("summary")
    assert "runs: 3" in printed
    assert linked(run) == {each.id for each in three}
    assert all(os.readlink(Path(run.path, each.id)) == f"../{each.id}" for each in three)
    assert run.get("deps")["operation:op"]["operation:op"]["config"] == [each.id for each in three]


@pytest.mark.rows("S6")
def test_target_path_says_where_the_links_are(summary, three):
    require(summary, "{operation: op, multi-run: yes, target-path: data/runs}")
    run, _ = summary.run("op", x=3)
    with pytest.raises(guild_ipy.RunError) as failure:  # the script looks into its own folder
        summary.run("summary")
    made = failure.value.run
    assert linked(made, "data/runs") == {run.id, *(each.id for each in three)}
    assert (Path(made.path) / "data/runs/guild-runs.json").exists()


@pytest.mark.rows("S8")
def test_what_is_known_of_the_runs_lies_beside_the_links(summary, three):
    run, _ = summary.run("summary")
    runs = json.loads(Path(run.path, "guild-runs.json").read_text())
    newest = {name: runs[0][name] for name in ("id", "dir", "status", "flags", "scalars")}
    assert newest == {
        "id": three[0].id,
        "dir": f"./{three[0].id}",
        "status": "completed",
        "flags": {"x": 5},
        "scalars": {"score": -3.0},
    }
    assert [each["id"] for each in runs] == [each.id for each in three]


@pytest.mark.rows("S2", "S3")
def test_a_production_candidate_is_chosen_without_programming_against_the_home(summary, three):
    run, printed = summary.run("summary")
    assert f"best: {three[1].short_id} with x=2" in printed
    assert Path(run.path, "chosen.txt").read_text() == "2\n"


@pytest.mark.rows("S2", "S3")
@pytest.mark.parametrize("isolation", ["fork", "fresh", "inline"])
def test_a_function_makes_a_report_of_a_frame(summary, three, isolation):
    @guild_ipy.operation(requires={"operation": "op", "multi-run": True})
    def report():
        import guild_ipy as inner

        runs = inner.inputs()
        return float(runs["score"].max()), list(runs.guild.compare()["x"])

    run, _ = summary.run(report, _isolation=isolation)
    assert run.result == (0.0, [5, 2, 1])


@pytest.mark.rows("S9", "S10", "S11")
@pytest.mark.parametrize(
    ("select", "chosen"),
    [
        ("label contains 'red' and completed", [0, 1]),
        ("label contains 'red' and failed", []),
        ("x < 4 and score > -3", [1]),
        ("not (x = 5 or marked)", [1, 2]),
    ],
)
def test_select_chooses_the_runs(summary, three, select, chosen):
    require(summary, f'{{operation: op, multi-run: yes, select: "{select}"}}')
    if not chosen:
        error, _ = summary.fail("summary")
        assert "no suitable run for op" in str(error)
        return
    run, _ = summary.run("summary")
    assert linked(run) == {three[index].id for index in chosen}


@pytest.mark.rows("S12")
def test_the_select_command_takes_the_same_expression(summary, three):
    expression = "op = op and label contains 'red' and completed"
    assert summary.shell("select", expression).split() == [three[0].id, three[1].id]


@pytest.mark.rows("S13")
def test_where_selects_at_a_shell(summary, three):
    printed = summary.shell("run", "summary", "op=where label contains 'red' and complete", "--yes")
    assert "runs: 2" in printed


@pytest.mark.rows("S14")
@pytest.mark.parametrize("between", [" ", ",", ", "])
def test_ids_and_parts_of_ids_can_be_listed(summary, three, between):
    ids = between.join([three[0].id, three[2].id[:8]])
    run, _ = summary.run("summary", op=ids)
    assert linked(run) == {three[0].id, three[2].id}


@pytest.mark.rows("S15")
def test_the_preview_shows_the_runs_before_anything_is_made(summary, three):
    printed = summary.shell("run", "summary", "--preview").splitlines()
    assert printed[:2] == ["You are about to run summary", "  The following runs are selected:"]
    expected = [f"    [{run.short_id}]  op  {run.started:%Y-%m-%d %H:%M:%S}  completed" for run in three]
    assert printed[2:5] == expected
    assert len(summary.runs()) == len(three)


@pytest.mark.rows("S16", "S18")
@pytest.mark.parametrize("value", ["op", "op = op and x = 5"])
def test_run_is_a_source_of_the_files_of_one_run(summary, three, value):
    require(summary, f'{{run: "{value}", select: model.txt}}')
    (summary.folder / "summary.py").write_text("print('model', open('model.txt').read())")
    run, printed = summary.run("summary")
    assert printed[2] == "model 5"
    assert linked(run) == set()


@pytest.mark.rows("S17", "S18")
@pytest.mark.parametrize(("value", "count"), [("op", 3), ("op = op and label contains red", 2)])
def test_multi_run_is_a_source_of_run_directories(summary, three, value, count):
    require(summary, f'{{multi-run: "{value}"}}')
    run, printed = summary.run("summary")
    assert f"runs: {count}" in printed
    assert len(linked(run)) == count


@pytest.mark.rows("S19", "S20")
def test_operation_stays_supported_and_says_the_same_as_run(summary, three):
    require(summary, "{operation: op, select: model.txt}")
    (summary.folder / "summary.py").write_text("print('model', open('model.txt').read())")
    _, by_operation = summary.run("summary")
    require(summary, "{run: op, select: model.txt}")
    _, by_run = summary.run("summary")
    assert by_operation[:3] == by_run[:3]


@pytest.mark.rows("S5", "S15")
def test_the_set_is_frozen_until_it_is_chosen_anew(summary, three):
    run, _ = summary.run("summary")
    newest, _ = summary.run("op", x=3)
    summary.run(None, _restart=run)
    assert linked(run) == {each.id for each in three}
    summary.run(None, _restart=run, _reselect=True)
    assert linked(run) == {newest.id, *(each.id for each in three)}


@pytest.mark.rows("S4", "S7")
def test_guild_starts_and_restarts_a_summary_with_the_same_runs(summary, three):
    run, _ = summary.run("summary", _stage=True)
    summary.run("op", x=3)
    assert "runs: 3" in summary.guild("run", "--start", run.id, "-y")
    assert "runs: 3" in summary.guild("run", "--restart", run.id, "-y")
    assert linked(run) == {each.id for each in three}
