import os

import pytest

from guild_ipy.engine.run_files.file_copy import copy_file


@pytest.fixture
def copied(tmp_path):
    """Copy a file; the path of the copy."""

    def copied(origin):
        copy_file(str(origin), f"{tmp_path}/copy")
        return f"{tmp_path}/copy"

    return copied


@pytest.mark.timeout(20)
@pytest.mark.parametrize(
    "parts", [{}, {0: b"first"}, {2**30: b"middle"}, {2**40 - 4: b"last"}, {0: b"a", 2**35: b"b" * 3_000_000}]
)
def test_holes_of_a_terabyte_are_copied_at_once_and_stay_holes(copied, tmp_path, parts):
    with open(f"{tmp_path}/holes", "wb") as file:
        file.truncate(2**40)
        for start, content in parts.items():
            os.pwrite(file.fileno(), content, start)
    copy = copied(f"{tmp_path}/holes")
    assert os.stat(copy).st_size == 2**40
    assert os.stat(copy).st_blocks * 512 < 4 * 2**20
    with open(copy, "rb") as file:
        assert {start: os.pread(file.fileno(), len(content), start) for start, content in parts.items()} == parts


@pytest.mark.parametrize("content", [b"", b"x", os.urandom(3 * 2**20 + 1), bytes(100_000)])
def test_the_copy_is_the_same_with_its_permissions(copied, tmp_path, content):
    origin = tmp_path / "origin"
    origin.write_bytes(content)
    origin.chmod(0o640)
    copy = copied(origin)
    assert os.stat(copy).st_mode & 0o777 == 0o640
    with open(copy, "rb") as file:
        assert file.read() == content


def test_a_file_that_says_it_is_empty_is_copied_whole(copied):
    with open(copied("/proc/self/status"), "rb") as file:
        assert b"VmSize" in file.read()


@pytest.mark.timeout(10)
def test_a_pipe_is_refused_at_once(copied, tmp_path):
    os.mkfifo(f"{tmp_path}/pipe")
    with pytest.raises(OSError, match="not a regular file"):
        copied(f"{tmp_path}/pipe")
