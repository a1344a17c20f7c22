import io
import os
import subprocess
import sys
import threading
from contextlib import closing

import pytest

from guild_ipy.engine.output.streams import IndexedOutput
from guild_ipy.store.output import complete_index, read_output_bytes
from tests.output_lines import iter_output_lines

FULL_DISK = """
import resource, sys
from guild_ipy.engine.output.streams import IndexedOutput
from guild_ipy.store.run_dir import RunDir
output = IndexedOutput(RunDir(sys.argv[1]))
resource.setrlimit(resource.RLIMIT_FSIZE, (1000, 1000))
for number in range(600):
    print(number % 10, end="", file=output.stdout, flush=True)
    print(file=output.stderr, flush=True)
"""
FORKS = """
import os, sys
from guild_ipy.engine.output.streams import IndexedOutput
from guild_ipy.store.run_dir import RunDir
output = IndexedOutput(RunDir(sys.argv[1]))
print("parent", file=output.stdout)
if os.fork() == 0:
    print("child", file=output.stderr)
    os._exit(0)
os.wait()
print("parent", file=output.stdout)
"""


@pytest.fixture
def output(run_dir):
    with closing(IndexedOutput(run_dir)) as output:
        yield output


def read_lines(run_dir):
    return [(line.text, line.stream) for line in iter_output_lines(run_dir)]


def test_each_line_has_its_stream_and_time(run_dir, output):
    print("a", file=output.stdout)
    print("b\nc", file=output.stderr)
    print("d", end="", file=output.stdout, flush=True)
    print("!", file=output.stdout)
    assert read_lines(run_dir) == [(b"a", 0), (b"b", 1), (b"c", 1), (b"d!", 0)]


def test_output_is_appended_to_what_is_there(run_dir):
    for word in ("first", "second"):
        with closing(IndexedOutput(run_dir)) as output:
            print(word, file=output.stdout)
    assert read_lines(run_dir) == [(b"first", 0), (b"second", 0)]
    assert os.path.getsize(run_dir.output_index) == 2 * 9


def test_bytes_of_others_are_a_gap_that_gets_rows_later(run_dir, output):
    print("ours", file=output.stderr)
    with open(run_dir.output, "ab") as others:
        others.write(b"theirs\nand theirs\n")
    print("ours again", file=output.stderr)
    assert os.path.exists(run_dir.output_gaps)
    complete_index(run_dir)
    assert read_lines(run_dir) == [(b"ours", 1), (b"theirs", 0), (b"and theirs", 0), (b"ours again", 1)]
    assert not os.path.exists(run_dir.output_gaps)


def test_a_forked_child_writes_without_rows_of_its_own(run_dir):
    subprocess.run([sys.executable, "-c", FORKS, run_dir.path], check=True)
    complete_index(run_dir)
    assert read_lines(run_dir) == [(b"parent", 0), (b"child", 0), (b"parent", 0)]


def test_threads_lose_no_row(run_dir, output):
    def write(stream, word):
        for _ in range(200):
            print(word, file=stream)

    threads = [threading.Thread(target=write, args=(output.stdout, "out")) for _ in range(2)]
    threads += [threading.Thread(target=write, args=(output.stderr, "err")) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert os.path.getsize(run_dir.output_index) == 9 * read_output_bytes(run_dir).count(b"\n") == 9 * 800


def test_what_is_no_text_is_escaped_and_bytes_are_kept(run_dir, output):
    print("\udcff ñ", file=output.stdout)
    output.stdout.buffer.write(b"\xff\x00\r\n")
    output.stdout.flush()
    assert read_output_bytes(run_dir) == b"\\udcff \xc3\xb1\n\xff\x00\r\n"


def test_streams_are_files_and_no_terminals(output):
    assert os.fstat(output.stdout.fileno()).st_size == 0
    assert not output.stdout.isatty()
    assert output.stdout.encoding == "utf-8"
    assert output.stdout.line_buffering


def test_a_full_disk_raises_and_no_byte_is_written_twice(run_dir):
    done = subprocess.run([sys.executable, "-c", FULL_DISK, run_dir.path], capture_output=True, text=True, check=False)
    assert "OSError: [Errno 27] File too large" in done.stderr
    expected = b"".join(b"%d\n" % (number % 10) for number in range(500))
    assert read_output_bytes(run_dir) == expected
    assert os.path.getsize(run_dir.output_index) % 9 == 0
    complete_index(run_dir)
    assert os.path.getsize(run_dir.output_index) == 9 * 500


def test_an_unbuffered_write_reports_what_it_wrote(run_dir, output):
    raw = output.stdout.buffer.raw
    assert isinstance(raw, io.RawIOBase)
    assert raw.write(b"abc\n") == 4
    assert read_lines(run_dir) == [(b"abc", 0)]
