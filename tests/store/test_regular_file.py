import os
import socket

import pytest

from guild_ipy.store.files.regular_file import open_reader, open_regular, read_regular


def make_socket(path):
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(path)


#: What can be in the place of a file, and makes it.
ODD = {
    "a pipe": os.mkfifo,
    "a socket": make_socket,
    "a device": lambda path: os.symlink("/dev/zero", path),
    "a link to a pipe": lambda path: os.symlink(make_beside(path), path),
    "a folder": os.mkdir,
}


def make_beside(path):
    os.mkfifo(f"{path}.pipe")
    return f"{path}.pipe"


@pytest.fixture
def path(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    return "file"  # the path of a socket must be short


@pytest.mark.timeout(10)
@pytest.mark.parametrize("kind", ODD)
@pytest.mark.parametrize("flags", [os.O_RDONLY, os.O_WRONLY, os.O_RDWR, os.O_WRONLY | os.O_CREAT | os.O_TRUNC])
def test_what_is_no_regular_file_is_refused_at_once(path, kind, flags):
    ODD[kind](path)
    before = os.listdir("/proc/self/fd")
    with pytest.raises(OSError, match=r"not a regular file|Is a directory"):
        open_regular(path, flags)
    assert os.listdir("/proc/self/fd") == before


@pytest.mark.timeout(10)
def test_no_more_is_read_than_the_limit(path):
    open_regular(path, os.O_WRONLY | os.O_CREAT)
    os.truncate(path, 2**40)
    with pytest.raises(OSError, match="more than 1000000 bytes"):
        read_regular(path, 1_000_000)


def test_a_file_is_read_whole_or_in_parts(path):
    with os.fdopen(open_regular(path, os.O_WRONLY | os.O_CREAT), "wb") as file:
        file.write(b"1234")
    assert read_regular(path) == b"1234"
    with open_reader(path) as file:
        assert (file.read(2), file.read()) == (b"12", b"34")
