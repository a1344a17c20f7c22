import os
import threading
from dataclasses import replace

import pytest

from guild_ipy.engine.meta import encode_meta
from guild_ipy.engine.output.recover import recover_run
from guild_ipy.engine.output.unread_metrics import describe_unread_metric
from guild_ipy.engine.run_files.job_files import job_meta
from guild_ipy.store.events.scalar_summaries import summarize
from guild_ipy.store.files.attrs import encode_attr
from guild_ipy.store.output import read_output
from guild_ipy.store.state.lock import hold_alive
from tests.engine.test_prepare import SPEC
from tests.output_lines import iter_output_lines


@pytest.fixture
def lost(run_dir):
    """A run whose supervisor was killed before it had read the output."""
    files = {
        run_dir.output: b"loss: 0.5 (step 1)\nlr: 0.1\nlast\n",
        run_dir.reserve: b"",
        run_dir.meta: encode_meta(job_meta(SPEC)),
        run_dir.attr("flags"): encode_attr(SPEC.flags),
    }
    for path, content in files.items():
        with open(path, "wb") as file:
            file.write(content)
    os.close(hold_alive(run_dir))
    return run_dir


def test_scalars_and_index_are_made_up_for_once(lost):
    recover_run(lost)
    assert {name: (s.last, s.last_step) for name, s in summarize(lost).items()} == {"loss": (0.5, 1)}
    assert None not in [line.time_ms for line in iter_output_lines(lost)]
    assert not os.path.exists(lost.reserve)
    files = sorted(os.listdir(lost.guild))
    recover_run(lost)
    assert sorted(os.listdir(lost.guild)) == files


def test_a_run_at_work_is_left_alone(lost):
    alive = hold_alive(lost)
    recover_run(lost)
    os.close(alive)
    assert summarize(lost) == {}
    assert os.path.exists(lost.reserve)


def test_a_run_that_was_finished_is_left_alone(lost):
    os.unlink(lost.reserve)
    recover_run(lost)
    assert summarize(lost) == {}


@pytest.mark.parametrize("content", [b"", b"{", b"{}"])
def test_a_damaged_run_stays_as_it_is(lost, content):
    with open(lost.meta, "wb") as file:
        file.write(content)
    recover_run(lost)
    assert summarize(lost) == {}


@pytest.mark.parametrize("thread", ["main", "other"])
def test_a_pattern_that_backtracks_for_ever_is_given_up_and_said(lost, thread):
    patterns = (r"(a+)+b: (?P<x>\S+)", r"(\key): (\value)")
    with open(lost.meta, "wb") as file:
        file.write(encode_meta(replace(job_meta(SPEC), output_scalars=patterns)))
    with open(lost.output, "ab") as file:
        file.write(b"a" * 44 + b"\nacc: 1.0\n")
    if thread == "main":
        recover_run(lost)
    else:
        other = threading.Thread(target=recover_run, args=(lost,))
        other.start()
        other.join()
    assert {name: s.last for name, s in summarize(lost).items()} == {"loss": 0.5, "acc": 1.0}
    assert "took too long; scalars may be missing\n" in read_output(lost)
    assert not os.path.exists(lost.reserve)


def test_a_printed_metric_of_which_nothing_was_read_is_said(lost):
    with open(lost.output, "wb") as file:
        file.write(b"the loss is now 0.53\n")
    recover_run(lost)
    assert "as in 'the loss is now 0.53'" in describe_unread_metric(lost)


def test_nothing_is_said_of_a_run_whose_scalars_are_recovered(lost):
    with open(lost.output, "ab") as file:
        file.write(b"the loss is now 0.53\n")
    recover_run(lost)
    assert describe_unread_metric(lost) == ""
