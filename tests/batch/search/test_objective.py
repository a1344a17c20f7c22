"""The numbers by which trials are compared, and those that a trial reports on its way."""

import os

import pytest

from guild_ipy.batch.search.objective import ReportedPoints, read_values
from guild_ipy.batch.search.search_options import SearchOptions, read_objectives
from guild_ipy.domain.choosing.best import Best
from guild_ipy.errors import NoObjective
from guild_ipy.store.events.event_writer import EventWriter
from guild_ipy.store.events.scalar_summaries import summarize
from tests.batch.search.simulated_search import LOSS, report


@pytest.fixture
def trial(make_run):
    """A run that has reported a loss of 3, 1 and 2, an accuracy, and a loss of a sub-directory."""
    run_dir = make_run()
    for step, loss in enumerate([3.0, 1.0, 2.0]):
        report(run_dir, step=step, loss=loss)
    report(run_dir, acc=0.5)
    os.mkdir(f"{run_dir.path}/val")
    writer = EventWriter(f"{run_dir.path}/val")
    writer.write_values([("loss", 7.0, 0)])
    writer.close()
    return run_dir


class TestValues:
    @pytest.mark.parametrize(
        ("name", "value"),
        [
            ("loss", 2.0),
            ("last loss", 2.0),
            ("min loss", 1.0),
            ("max loss", 3.0),
            ("first loss", 3.0),
            ("avg loss", 2.0),
            ("total loss", 6.0),
            ("count loss", 3.0),
            ("val#loss", 7.0),
            ("min val#loss", 7.0),
            ("acc", 0.5),
        ],
    )
    def test_a_scalar_is_named_as_elsewhere(self, trial, name, value):
        assert read_values(read_objectives([name], []), summarize(trial)) == (value,)
        assert read_values(read_objectives([], [name]), summarize(trial)) == (value,)

    def test_several_are_in_their_order_those_to_minimize_first(self, trial):
        options = SearchOptions(optimizer="tpe", objectives=(Best(name="acc", greatest=True), LOSS))
        assert read_values(options.wanted, summarize(trial)) == (2.0, 0.5)
        assert SearchOptions.parse(options.recorded()) == options

    @pytest.mark.parametrize(
        ("name", "message"),
        [
            ("los", "cannot minimize los: the run reports no such scalar; it has 'acc', 'loss', 'val#loss' (did you"),
            ("test#loss", "cannot minimize test#loss"),
            ("min lose", "cannot minimize min lose: the run reports no such scalar"),
            ("duration", "cannot minimize duration: the run reports no such scalar"),
        ],
    )
    def test_one_that_is_not_there_is_named_with_those_that_are(self, trial, name, message):
        with pytest.raises(NoObjective) as caught:
            read_values(read_objectives([name], []), summarize(trial))
        assert message in str(caught.value)

    def test_a_run_without_scalars_says_how_to_report_one(self, make_run):
        with pytest.raises(NoObjective, match=r"it has none; print one as 'loss: 0.1', or log it"):
            read_values([LOSS], summarize(make_run()))


class TestPoints:
    def test_each_is_given_once_in_the_order_of_steps(self, make_run):
        run_dir = make_run()
        points = ReportedPoints(run_dir, LOSS)
        assert points.new() == []
        report(run_dir, step=2, loss=2.0)
        report(run_dir, step=1, loss=1.0)
        assert points.new() == [(1, 1.0), (2, 2.0)]
        assert points.new() == []
        report(run_dir, step=3, loss=0.5, acc=1.0)
        assert points.new() == [(3, 0.5)]

    def test_those_of_another_scalar_of_that_tag_are_not_taken_for_it(self, trial):
        points = ReportedPoints(trial, LOSS)
        assert points.new() == [(0, 3.0), (1, 1.0), (2, 2.0)]
        writer = EventWriter(f"{trial.path}/val")
        writer.write_values([("loss", 9.0, 5)])
        writer.close()
        assert points.new() == []

    def test_a_summary_is_of_the_points_themselves(self, trial):
        assert ReportedPoints(trial, Best(name="min loss")).new() == [(0, 3.0), (1, 1.0), (2, 2.0)]
