"""Runs that the guild command made of each other: who used whom, and which of them are stale."""

import os
from pathlib import Path

import pytest

import guild_ipy
from guild_ipy.session.run_handle import Run
from guild_ipy.store.used_runs.deps import read_upstreams

pytestmark = pytest.mark.guild

GUILD_FILE = """\
train:
  main: train
serve:
  main: serve
  requires:
    - operation: train
both:
  flags: {}
  steps:
    - train
    - serve
"""


@pytest.fixture
def made(guild, home, tmp_path, bare_context):
    """Run an operation of a Guild file with guildai's command; gives the new runs, the newest first."""
    project = tmp_path / "project"
    (project / "guild.yml").write_text(GUILD_FILE)
    (project / "train.py").write_text("open('model.bin', 'w').close()\n")
    (project / "serve.py").write_text("print(open('model.bin').read())\n")

    def make(*words: str) -> list[Run]:
        before = set(os.listdir(home.runs))
        guild("run", "-y", *words)
        new = [Run(home.run_dir(name)) for name in set(os.listdir(home.runs)) - before]
        return sorted(new, key=lambda run: run.record.started, reverse=True)

    return make


def test_a_run_that_guild_has_chosen_is_known_and_grows_stale(made):
    (train,), (serve,) = made("train"), made("serve")
    (used,) = read_upstreams(serve.dir)
    assert (used.run_id, used.source, used.reason) == (train.id, "operation:train", "automatic")
    assert not serve.is_stale
    made("train")
    assert guild_ipy.runs(stale=True)["run"].to_list() == [serve.short_id]
    guild_ipy.mark(train)
    assert not serve.is_stale


def test_a_run_that_was_named_to_guild_is_explicit(made):
    (train,) = made("train")
    (serve,) = made("serve", f"operation:train={train.short_id}")
    assert [(each.run_id, each.reason) for each in read_upstreams(serve.dir)] == [(train.id, "explicit")]
    made("train")
    assert not serve.is_stale


def test_the_lineage_of_a_pipeline_has_its_steps(made):
    runs = {run.operation: run for run in made("both")}
    frame = guild_ipy.lineage(runs["train"]).frame
    assert set(zip(frame["run"], frame["via"].fillna(""), strict=True)) == {
        (runs["train"].short_id, ""),
        (runs["serve"].short_id, "train"),
        (runs["both"].short_id, "train"),
        (runs["both"].short_id, "serve"),
    }
    assert Path(runs["both"].path, "train").is_symlink()
