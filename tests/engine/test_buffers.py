import os

import pytest

from guild_ipy.engine.run_files.buffers import open_buffers, write_buffers
from guild_ipy.store.guild_home import Home
from guild_ipy.store.run_dir import RunDir

CONTENTS = [b"a" * 5000, b"b" * 5000]


@pytest.fixture
def make(home):
    def make(name, contents=CONTENTS):
        run_dir = home.run_dir(name)
        os.makedirs(run_dir.job)
        write_buffers(home, run_dir, [memoryview(content) for content in contents])
        return run_dir

    return make


def read(run_dir: RunDir):
    found = []
    for buffer in open_buffers(run_dir):
        with buffer:
            found.append(buffer[:])
    return found


def kept(home: Home):
    return sorted(os.listdir(f"{home.cache}/buffers"))


def test_arrays_are_read_in_their_order(make):
    assert read(make("a")) == CONTENTS


def test_equal_arrays_are_kept_once(make, home):
    first, second = make("a"), make("b", CONTENTS[:1])
    assert len(kept(home)) == 2
    assert os.path.samefile(first.buffer(0), second.buffer(0))


def test_what_a_run_writes_to_its_array_stays_with_it(make):
    first, second = make("a"), make("b")
    with next(open_buffers(first)) as buffer:
        buffer[:3] = b"new"
    assert read(second) == read(first) == CONTENTS


def test_a_copy_goes_when_no_run_has_it_any_more(make, home):
    run_dir = make("a")
    for name in kept(home):
        os.utime(f"{home.cache}/buffers/{name}", (0, 0))
    make("b", [b"c"])
    assert len(kept(home)) == 3
    os.unlink(run_dir.buffer(0))
    make("d", [b"c"])
    assert len(kept(home)) == 2


def test_a_lost_cache_costs_nothing(make, home):
    run_dir = make("a")
    for name in kept(home):
        os.unlink(f"{home.cache}/buffers/{name}")
    assert read(run_dir) == CONTENTS
    assert read(make("b")) == CONTENTS


def test_a_run_without_arrays_makes_no_cache(make, home):
    assert read(make("a", [])) == []
    assert not os.path.exists(home.cache)
