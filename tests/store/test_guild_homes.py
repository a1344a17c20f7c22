"""Our store and guildai's command on the same home."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from guild_ipy.domain.choosing.run_filter import RunFilter
from guild_ipy.domain.status import RunStatus
from guild_ipy.domain.values.run_label import default_label
from guild_ipy.domain.values.scalars import ScalarPoint
from guild_ipy.store.events.event_writer import EventWriter
from guild_ipy.store.events.scalar_summaries import summarize
from guild_ipy.store.files.attrs import list_attrs, read_attr, write_attr
from guild_ipy.store.guild_home import Home
from guild_ipy.store.output import ROW, complete_index, read_output
from guild_ipy.store.run_dir import RunDir
from guild_ipy.store.run_list import find_run_dir
from guild_ipy.store.run_record import read_run
from guild_ipy.store.state.markers import set_pending, set_staged
from guild_ipy.store.trash import delete_run
from guild_ipy.store.used_runs.manifest import ManifestEntry, read_manifest
from tests.directories import list_runs
from tests.output_lines import iter_output_lines

pytestmark = pytest.mark.guild

Guild = Callable[..., str]
GuildRun = Callable[..., RunDir]
MakeRun = Callable[..., RunDir]

SCRIPT = """
import sys
lr = 0.1
name = "a b"
count = 3
print("loss: 0.5")
print("step: 3")
print()
print("loss: 0.25")
print("oops", file=sys.stderr)
print("no newline", end="")
"""


def test_run_that_guild_made_is_read(guild_run: GuildRun):
    run_dir = guild_run(SCRIPT, "lr=1e-5", "--label", "first: run", "--tag", "red")
    record = read_run(run_dir)
    assert (record.status, record.exit_status, record.damage) == (RunStatus.COMPLETED, 0, None)
    assert record.opref is not None
    assert (record.opref.type, record.opref.display_name) == ("script", "script.py")
    assert record.flags == {"lr": 1e-05, "name": "a b", "count": 3}
    assert (record.label, record.tags, record.marked) == ("first: run", ("red",), False)
    assert record.duration is not None
    assert record.sourcecode_digest == read_attr(run_dir, "sourcecode_digest")


def test_output_of_a_run_that_guild_made_has_times_and_streams(guild_run: GuildRun):
    run_dir = guild_run(SCRIPT)
    found = list(iter_output_lines(run_dir))
    assert {line.text: line.stream for line in found}[b"loss: 0.25"] == 0
    assert None not in {line.time_ms for line in found}
    before = os.stat(run_dir.output_index).st_ino
    complete_index(run_dir)
    assert os.stat(run_dir.output_index).st_ino == before


def test_scalars_of_a_run_that_guild_made_are_summarised(guild_run: GuildRun):
    loss = summarize(guild_run(SCRIPT))["loss"]
    assert (loss.first, loss.first_step, loss.last, loss.last_step, loss.count) == (0.5, 0, 0.25, 3, 2)


def test_manifest_of_a_run_that_guild_made_is_read(guild_run: GuildRun):
    expected = ManifestEntry.source(path="script.py", content=SCRIPT.encode(), origin="script.py")
    assert read_manifest(guild_run(SCRIPT)) == [expected]


def test_label_is_the_one_that_guild_gives(guild_run: GuildRun):
    record = read_run(guild_run("a = 1.123456789\nb = True\nc = 'x y'\nd = 1e-7\ne = 'yes'\nf = None\ng = 100000.0\n"))
    assert default_label(record.flags) == record.label


def test_every_attribute_that_guild_writes_is_read(guild_run: GuildRun):
    run_dir = guild_run(SCRIPT)
    names = list_attrs(run_dir)
    assert len(names) > 15
    assert [name for name in names if read_attr(run_dir, name) is None] == []


@pytest.mark.parametrize(
    ("script", "status"), [("raise SystemExit(3)", "error"), ("import os; os.abort()", "terminated")]
)
def test_end_of_a_run_that_guild_made_is_its_status(guild_run: GuildRun, script: str, status: str):
    assert str(read_run(guild_run(script)).status) == status


def test_run_that_guild_staged_is_staged(guild_run: GuildRun):
    assert read_run(guild_run(SCRIPT, "--stage")).status is RunStatus.STAGED


def test_batch_that_guild_made_has_the_name_that_guild_lists(home: Home, guild: Guild, tmp_path: Path):
    (tmp_path / "project" / "script.py").write_text(SCRIPT)
    guild("run", "-y", "script.py", "count=[1,2]", "--keep-batch")
    names = {record.operation for record in list_runs(home, RunFilter())}
    assert names == {"script.py", "script.py+"}
    assert all(name in guild("runs") for name in names)
    assert {str(record.status) for record in list_runs(home, RunFilter())} == {"completed"}


@pytest.fixture
def varied_home(home: Home, make_run: MakeRun, hold: Callable[[RunDir], subprocess.Popen[str]]) -> Home:
    """Runs in each status, as this store writes them."""
    make_run(started=1_000_000, exit_status=0, stopped=2_000_000, flags={"lr": 1e-05, "yes": "no"}, label="a: 'b'")
    make_run(started=2_000_000, exit_status=1, tags=["x y"], marked=True)
    make_run(started=3_000_000, exit_status=-9, opref="script:p '' '' 'my script.py'")
    set_staged(make_run(started=4_000_000))
    set_pending(pending := make_run(initialized=5_000_000))
    running = make_run(started=6_000_000)
    holders = [hold(run_dir) for run_dir in (pending, running)]
    with open(running.lock, "w") as file:
        file.write(f"{holders[1].pid:<10d}start=1 boot=b host=h")
    return home


def test_guild_lists_our_runs_in_our_order_with_our_statuses(varied_home: Home, guild: Guild):
    shown = [(run["id"], run["status"], run["label"]) for run in json.loads(guild("runs", "--json"))]
    ours = [(record.dir.id, str(record.status), record.label) for record in list_runs(varied_home, RunFilter())]
    assert shown == ours
    assert {status for _, status, _ in shown} == {"completed", "error", "terminated", "staged", "pending", "running"}


def test_guild_shows_our_scalars_and_flags(make_run: MakeRun, guild: Guild):
    flags = {"lr": 1e-05, "text": "1e5", "yes": "no", "none": None, "list": [1, "1"], "line": "a\nb\u2028c"}
    run_dir = make_run(started=1, exit_status=0, flags=flags)
    writer = EventWriter(run_dir.guild)
    writer.write([ScalarPoint(tag="loss", value=0.5, step=1), ScalarPoint(tag="loss", value=0.25, step=300)])
    writer.close()
    shown = json.loads(guild("runs", "info", run_dir.id, "--json"))
    assert shown["scalars"] == {"loss": [0.25, 300]}
    assert shown["flags"] == flags


def test_guild_shows_all_lines_of_our_output(make_run: MakeRun, guild: Guild):
    run_dir = make_run(started=1, exit_status=0)
    os.makedirs(run_dir.job)
    with open(run_dir.output, "w") as file:
        file.write("from python\nfrom c\nno newline")
    with open(run_dir.output_index, "wb") as file:
        file.write(ROW.pack(1000, 0))
    complete_index(run_dir)
    assert guild("cat", "--output", run_dir.id).strip() == read_output(run_dir)


def test_guild_reads_our_manifest(make_run: MakeRun, guild: Guild):
    run_dir = make_run(started=1, exit_status=0)
    for name in ("a b.py", "made.txt"):
        with open(f"{run_dir.path}/{name}", "w") as file:
            file.write("x")
    with open(run_dir.manifest, "w") as file:
        file.write("s 'a b.py' - 'a b.py'\n")
    assert guild("ls", "--sourcecode", run_dir.id, "-n").split("\n")[:1] == ["a b.py"]


def test_what_guild_marks_labels_and_deletes_we_see(home: Home, make_run: MakeRun, guild: Guild):
    run_dir = make_run(started=1, exit_status=0)
    guild("mark", "-y", run_dir.id)
    guild("label", "-y", "--set", "1e5", run_dir.id)
    assert (read_run(run_dir).marked, read_run(run_dir).label) == (True, "1e5")
    guild("runs", "delete", "-y", run_dir.id)
    assert find_run_dir(home, run_dir.short_id, deleted=True).id == run_dir.id


def test_what_we_delete_and_label_guild_sees(home: Home, guild_run: GuildRun, guild: Guild):
    kept, deleted = guild_run(SCRIPT), guild_run(SCRIPT)
    write_attr(kept, "label", "caf\u00e9: \U0001f600 'x'")
    delete_run(home, deleted)
    assert [(run["id"], run["label"]) for run in json.loads(guild("runs", "--json"))] == [
        (kept.id, "caf\u00e9: \U0001f600 'x'")
    ]
    guild("runs", "restore", "-y", deleted.id)
    assert {record.dir.id for record in list_runs(home, RunFilter())} == {kept.id, deleted.id}
