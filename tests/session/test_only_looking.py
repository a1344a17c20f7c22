from __future__ import annotations

import hashlib
import os
import shlex
import time
from collections.abc import Callable, Iterator

import pytest

from guild_ipy import runs
from guild_ipy.arguments.verb import Followed
from guild_ipy.domain.choosing.run_filter import EVERY
from guild_ipy.domain.status import RunStatus
from guild_ipy.domain.values.scalars import ScalarPoint
from guild_ipy.engine.meta import encode_meta
from guild_ipy.engine.run_files.job_files import job_meta
from guild_ipy.session.session import Session, set_session
from guild_ipy.session.viewer import SilentViewer
from guild_ipy.store.events.event_writer import EventWriter
from guild_ipy.store.events.scalar_summaries import summarize
from guild_ipy.store.files.attrs import read_attr
from guild_ipy.store.guild_home import Home
from guild_ipy.store.run_dir import RunDir
from guild_ipy.store.state.markers import set_pending
from guild_ipy.store.trash import delete_run
from guild_ipy.verbs import VERBS
from tests.bare_runs import touch
from tests.engine.test_prepare import SPEC

KILLED, RESTARTED, DELETED = "a" * 32, "b" * 32, "c" * 32
SKELETON = "d" * 32

LOOKS = """\
runs
runs --json
runs --details
runs --deleted
runs --stale
select
select --min loss --path
select "status = terminated"
select --explain "loss < 1"
select --max loss
info aaaa
info --output aaaa
info --json aaaa
info --deleted cccc
compare
compare aaaa bbbb
compare --deleted
diff aaaa bbbb
lineage aaaa
lineage --json aaaa
ls aaaa
cat --output aaaa
watch aaaa
home
operations
"""


@pytest.fixture
def dead(home: Home, make_run: Callable[..., RunDir]) -> None:
    """Runs whose processes died: with output that nobody read, at a second start, deleted; and a folder of no run."""
    killed = make_run(id=KILLED, started=1_000_000, flags={"lr": 0.1})
    touch(killed.lock, b"1 1 -")
    touch(killed.output, b"loss: 0.5 (step 1)\n")
    touch(killed.reserve, b"some space")
    touch(killed.meta, encode_meta(job_meta(SPEC)))
    restarted = make_run(id=RESTARTED, started=1_000_000, stopped=2_000_000, exit_status=0)
    set_pending(restarted)
    writer = EventWriter(restarted.guild)
    writer.write([ScalarPoint(tag="loss", value=0.25, step=1)])
    writer.close()
    deleted = make_run(id=DELETED, started=1_000_000)
    for each in (killed, restarted, deleted):
        touch(each.alive)
    delete_run(home, deleted)
    os.makedirs(home.run_dir(SKELETON).attrs)
    hour_ago = time.time() - 3600
    os.utime(home.run_dir(SKELETON).guild, (hour_ago, hour_ago))


@pytest.fixture
def looking(home: Home, dead: None) -> Iterator[Session]:
    """A session that settles nothing, also that of frames."""
    with Session.for_home(home.path, settles=False) as session:
        set_session(session)
        yield session
    set_session(None)


def everything(folder: str) -> dict[str, object]:
    """Return all files and folders below one, with all that a change would show in."""
    found: dict[str, object] = {}
    for path, folders, files in os.walk(folder):
        for name in (*folders, *files, "."):
            info = os.lstat(f"{path}/{name}")
            found[f"{path}/{name}"] = (info.st_ino, info.st_size, info.st_mtime_ns, info.st_ctime_ns)
        for name in files:
            with open(f"{path}/{name}", "rb") as file:
                found[f"{path}/{name}"] = (found[f"{path}/{name}"], hashlib.sha256(file.read()).hexdigest())
    return found


@pytest.mark.parametrize("line", LOOKS.splitlines())
def test_a_look_writes_nothing(home: Home, looking: Session, line: str):
    before = everything(home.path)
    verb, *words = shlex.split(line)
    options = VERBS[verb].parse(words)
    look = options.follow if isinstance(options, Followed) else options.carry_out
    look(looking, *[SilentViewer()] * isinstance(options, Followed))
    assert everything(home.path) == before


def test_frames_write_nothing(home: Home, looking: Session):
    before = everything(home.path)
    frame = runs(details=True, stale=False)
    frame.guild.compare()
    frame.guild.info()
    frame.guild.scalars()
    assert list(frame.guild.best("loss").scalars) == ["loss"]
    runs(deleted=True)
    assert everything(home.path) == before


def test_a_look_shows_what_settling_would_write(home: Home, looking: Session):
    seen = statuses(looking)
    assert seen == {KILLED: RunStatus.TERMINATED, RESTARTED: RunStatus.COMPLETED}
    with Session.for_home(home.path) as settling:
        assert statuses(settling) == seen
    assert statuses(looking) == seen


def test_a_session_settles_what_one_that_only_looks_has_listed(home: Home, looking: Session):
    killed = home.run_dir(KILLED)
    assert (statuses(looking)[KILLED], read_attr(killed, "exit_status")) == (RunStatus.TERMINATED, None)
    with Session.for_home(home.path) as settling:
        statuses(settling)
        statuses(settling)  # a folder that was no run a moment ago may have become one
    assert read_attr(killed, "exit_status") == -9
    assert (list(summarize(killed)), os.path.exists(killed.reserve)) == (["loss"], False)
    assert not os.path.exists(home.run_dir(RESTARTED).pending)
    assert not os.path.exists(home.run_dir(SKELETON).path)


def statuses(session: Session) -> dict[str, RunStatus]:
    return {record.dir.id: record.status for record in session.index.records(EVERY)}
