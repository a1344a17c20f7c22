"""Labels by both programs: made of flags and tags, of a template, and changed."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

pytestmark = pytest.mark.guild

_GUILD_FILE = """
train:
  exec: echo hi
  tags: [base]
  flags: {lr: 0.123456789, s: 'a,b', q: "it's", e: '', n: null, b: yes, d: '2024-01-02', w: 'x y',
    path: /no/such/path/that/is/long/x.txt, there: data/sets/of/the/year/digits.csv}
shown:
  exec: echo hi
  label: 'lr is ${lr} ${s|unquote} ${lr|%.3f} ${x} ${missing|default:none} ${p|basename}'
  flags: {lr: 0.12345678, s: 'a b', p: /x/y/z.txt, x: null}
"""


@pytest.fixture
def both(bench):
    """Call both programs, each for a run of its own; the labels of these runs."""
    (bench.project / "guild.yml").write_text(_GUILD_FILE)
    (bench.project / "data/sets/of/the/year").mkdir(parents=True)
    (bench.project / "data/sets/of/the/year/digits.csv").touch()

    def label(*words: str, changes: tuple[tuple[str, ...], ...] = ()) -> list[str]:
        bench.guild("run", "-y", *words)
        for change in changes:
            bench.guild("label", "-y", *change, "1")
        environment = {**os.environ, "GUILD_HOME": bench.context.home.path}
        for verb, *rest in (("run", "-y", *words), *(("label", "1", *change) for change in changes)):
            command = [sys.executable, "-m", "guild_ipy", verb, *rest]
            done = subprocess.run(command, cwd=bench.project, env=environment, stderr=subprocess.PIPE, check=False)
            assert done.returncode == 0, done.stderr
        return [run.label or "" for run in bench.runs()]

    return label


@pytest.mark.parametrize(
    "words",
    [
        ("train",),
        ("train", "--tag", "b", "--tag", "a"),
        ("shown",),
        ("shown", "--tag", "b"),
        ("train", "--label", "x ${lr} ${default_label}", "--tag", "t"),
        ("train", "--label", "${lr:0} ${w|nope}."),
    ],
)
def test_a_run_has_the_same_label(both, words):
    theirs, ours = both(*words)
    assert ours == theirs


@pytest.mark.parametrize(
    "changes",
    [
        (("--set", "retest test"), ("--remove", "test")),
        (("--set", "best test"), ("--remove", "best"), ("--append", "${lr|%.1f}"), ("--prepend", "${missing} head")),
        (("--set", "a b c d"), ("--remove", "b c", "--remove", "d")),
    ],
)
def test_a_label_is_changed_in_the_same_way(both, changes):
    theirs, ours = both("shown", changes=changes)
    assert ours == theirs
