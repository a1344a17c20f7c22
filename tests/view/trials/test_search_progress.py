"""How far a search is, as it is shown while trials are still to be chosen."""

from guild_ipy.batch.batch_options import BatchOptions
from guild_ipy.batch.new_batch import run_batch
from guild_ipy.batch.search.search_options import SearchOptions
from guild_ipy.batch.search.search_space import uniform
from guild_ipy.domain.status import RunStatus
from guild_ipy.launching.launch import LaunchOptions
from guild_ipy.launching.new_run import RunRequest
from guild_ipy.session.viewer import SilentViewer
from guild_ipy.view.cell.batch_in_cell.batch_head import BatchHead
from guild_ipy.view.cell.run_head import GOING
from guild_ipy.view.trials.batch_progress import BatchProgress, measure_progress
from guild_ipy.view.trials.live_trials import LiveTrial, LiveTrials
from tests.notebook_session import wait_until

TRAIN = """
import os, time
def train(x=1.0, path=""):
    while not os.path.exists(f"{path}/go"): time.sleep(0.005)
    print("loss:", x)
"""


def look(live):
    live.update()
    return measure_progress(live)


def test_trials_that_are_not_chosen_yet_are_to_come(notebook, tmp_path):
    notebook.cell(TRAIN)
    flags = {"x": uniform(1.0, 2.0), "path": str(tmp_path)}
    options = BatchOptions(max_trials=3, search=SearchOptions(optimizer="tpe"))
    request = RunRequest(operation="train", flags=flags, launch=LaunchOptions(background=True))
    run = run_batch(notebook.context, request, options, SilentViewer())
    live = LiveTrials(run.dir)
    wait_until(lambda: look(live).counts == {RunStatus.RUNNING: 1})
    assert look(live).summary == "3 trials: 1 running, 2 to come"
    (tmp_path / "go").touch()
    wait_until(lambda: look(live).counts == {RunStatus.COMPLETED: 3} and look(live).to_come == 0)
    progress = look(live)
    assert progress.best is not None
    assert progress.best.scalar == "loss"


def test_the_bar_has_a_part_for_those_to_come(home):
    trial = LiveTrial(dir=home.run_dir("a" * 32), number=1, status=RunStatus.RUNNING)
    progress = BatchProgress(by_state={RunStatus.RUNNING: [trial]}, to_come=7)
    html = BatchHead(operation="train()+", look=GOING, state="running", progress=progress).below_html
    assert "<div style='flex:7 1 0;background:color-mix(" in html
    assert "7 to come" in html
