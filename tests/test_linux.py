import glob
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from guild_ipy import linux
from tests.notebook_session import wait_until

WAIT = "import sys; print('here', flush=True); sys.stdin.read()"


@pytest.fixture
def process(tmp_path):
    env = {"WHO": "me"}
    command = [sys.executable, "-I", "-c", WAIT]
    pipe = subprocess.PIPE
    with subprocess.Popen(command, stdin=pipe, stdout=pipe, cwd=tmp_path, env=env) as child:
        assert child.stdout.readline() == b"here\n"
        yield child
        child.kill()


def test_a_process_tells_who_it_is(process, tmp_path):
    assert linux.process_words(process.pid)[:2] == [os.fsencode(sys.executable), b"-I"]
    assert linux.process_environment(process.pid) == {b"WHO": b"me"}
    assert linux.process_directory(process.pid) == str(tmp_path)
    assert linux.process_owner(process.pid) == os.getuid()
    assert process.pid in linux.list_processes()
    assert process.pid in linux.list_children(os.getpid())
    assert 0 <= linux.seconds_since(linux.process_start(process.pid)) < 60


def test_a_process_that_is_gone_tells_nothing(process):
    process.kill()
    process.wait()
    assert linux.process_start(process.pid) is None
    assert linux.process_owner(process.pid) is None
    assert linux.process_environment(process.pid) == {}
    assert list(linux.open_files(process.pid)) == []
    with pytest.raises(ProcessLookupError):
        linux.open_process(process.pid)


@pytest.mark.parametrize(("mode", "writes"), [("r", False), ("w", True), ("r+", True), ("a", True)])
def test_files_that_a_process_writes_to_are_told_from_those_that_it_reads(tmp_path, mode, writes):
    path = tmp_path / "file"
    path.touch()
    with open(path, mode):
        assert [linux.is_for_writing(link) for link, at in linux.open_files(os.getpid()) if at == str(path)] == [writes]


def test_a_stopped_process_is_known(process):
    assert not linux.is_stopped(process.pid)
    process.send_signal(19)
    wait_until(lambda: linux.is_stopped(process.pid))


def test_an_open_folder_is_found_wherever_it_is_moved(tmp_path):
    (tmp_path / "old").mkdir()
    descriptor = os.open(tmp_path / "old", os.O_RDONLY)
    path = linux.path_of_descriptor(descriptor)
    os.rename(tmp_path / "old", tmp_path / "new")
    assert os.path.samefile(path, tmp_path / "new")
    os.close(descriptor)


def test_messages_are_kept_apart():
    one, other = linux.message_pair()
    with one, other:
        one.send(b"a")
        one.send(b"b")
        assert (other.recv(10), other.recv(10)) == (b"a", b"b")


def test_no_other_file_has_calls_of_linux_alone():
    calls = r"pidfd_|os\.pipe2|sched_|posix_fallocate|CLOCK_BOOTTIME|SEQPACKET|prctl|madvise|FICLONE|[\"']/proc/"
    package = os.path.dirname(linux.__file__)
    paths = glob.glob(f"{package}/**/*.py", recursive=True)
    found = {path for path in paths if re.search(calls, Path(path).read_text(encoding="utf-8"))}
    assert found == {linux.__file__}
