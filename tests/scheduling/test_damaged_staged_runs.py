"""A staged run whose files are damaged is left alone; the queue goes on with the others, and the status says why."""

import os
import shutil
from pathlib import Path

import pytest

from guild_ipy.domain.status import RunStatus
from guild_ipy.launching.at_work.bins import asked_by, read_bins
from guild_ipy.scheduling.queue_attrs import QueueOrder, give_order, read_order
from guild_ipy.session.run_handle import Run
from guild_ipy.store.files.attrs import write_attr

_HUGE = 2**30


def make_huge(path):
    with path.open("wb") as file:
        file.truncate(_HUGE)


DAMAGES = {
    "garbage": lambda path: path.write_bytes(b"{[\xff\x00: garbage"),
    "a folder": Path.mkdir,
    "a device": lambda path: path.symlink_to("/dev/zero"),
    "a pipe": os.mkfifo,
    "huge": make_huge,
}


def damage(run, name, kind):
    path = Path(run.dir.path, ".guild", name)
    if path.is_dir():
        shutil.rmtree(path)
    path.unlink(missing_ok=True)
    DAMAGES[kind](path)


@pytest.mark.parametrize("kind", DAMAGES)
@pytest.mark.parametrize("name", ["resources", "not_started", "started", "flags", "_dependencies"])
def test_a_damaged_attribute_holds_up_no_other_run(queues, name, kind):
    damaged, good = queues.stage(x=1), queues.stage(x=2)
    damage(damaged, f"attrs/{name}", kind)
    queues.run_once()
    assert [damaged.status, good.status] == [RunStatus.STAGED, RunStatus.COMPLETED]
    assert all(f"{name} is damaged" in reason for reason in queues.reasons().values())


def test_flags_that_are_a_list_hold_up_no_other_run(queues):
    damaged, good = queues.stage(x=1), queues.stage(x=2)
    write_attr(damaged.dir, "flags", [1, {"a": "b"}])
    queue = queues.run_once()
    assert [damaged.status, good.status] == [RunStatus.STAGED, RunStatus.COMPLETED]
    assert "damaged: attrs/flags: it holds list, not a map" in queue.output


@pytest.mark.parametrize("name", ["attrs", "opref", "job/meta.json", "PENDING", "alive"])
def test_a_run_that_cannot_be_written_to_holds_up_no_other_run(queues, name):
    damaged, good = queues.stage(x=1), queues.stage(x=2)
    damage(damaged, name, "garbage" if name == "attrs" else "a folder")
    queue = queues.run_once()
    assert good.status is RunStatus.COMPLETED
    assert queue.output.count(f"Run {damaged.id} could not be started") == 1


def test_a_run_that_stays_marked_as_staged_is_started_once(queues):
    damaged, good = queues.stage(x=1), queues.stage(x=2)
    damage(damaged, "STAGED", "a folder")
    queue = queues.run_once()
    assert good.status is RunStatus.COMPLETED
    assert queue.output.count(f"Starting staged run {damaged.id}") == 1
    assert "it is still marked as staged" in queues.reasons()[damaged.id]


@pytest.mark.parametrize("amount", [float("nan"), float("inf"), -1, 10**400, "many", None, [1]])
def test_an_amount_that_is_none_counts_as_nothing(queues, amount):
    run = queues.stage()
    write_attr(run.dir, "resources", {"gpus": amount, "licences": 2})
    assert asked_by(run) == {"licences": 2.0}


@pytest.mark.parametrize("name", ["slot", "resources"])
def test_a_damaged_slot_of_a_run_at_work_counts_as_nothing(queues, name):
    run = queues.stage()
    write_attr(run.dir, "slot", {"host": os.uname().nodename, "gpus": ["0"]})
    write_attr(run.dir, "resources", {"licences": 1})
    damage(run, f"attrs/{name}", "garbage")
    assert read_bins("licences=1", [run]).free == {"licences": 1.0}


def test_a_damaged_order_lets_a_queue_go_on(queues):
    queue = queues.start()
    give_order(queue, QueueOrder.PAUSE)
    damage(queue, "attrs/queue_order", "garbage")
    assert read_order(queue) is None
    run = queues.stage()
    queues.wait_for(lambda: Run(run.dir).status is RunStatus.COMPLETED)
    give_order(queue, QueueOrder.DRAIN)
    queue.wait(60)
