"""Bytes of runs are changed at random, and parts of the index lost: listings are right, quick, and name the damage."""

from __future__ import annotations

import glob
import os
import random
import time
from collections import Counter
from collections.abc import Iterator

import pytest
import yaml

from benchmarks.homes import make_home
from guild_ipy.domain.status import RunStatus
from guild_ipy.index.index import Index
from guild_ipy.session.settling import settle_run
from guild_ipy.settings import Settings
from guild_ipy.store.events.scalar_summaries import summarize
from guild_ipy.store.files.attr_types import PARSERS
from guild_ipy.store.guild_home import Home
from tests.directories import list_runs
from tests.index.truth import EVERY, assert_right, assert_table_right, database_of

_RUNS = 5
_PAGE = 4096
#: No listing of so few runs may take longer.
_LONGEST_SECONDS = 5.0
_BYTES = (0, 9, 10, 13, 32, 34, 38, 39, 42, 45, 58, 91, 93, 123, 125, 127, 128, 0xC3, 0xED, 255)


@pytest.fixture
def settings(tmp_path):
    """Nothing but what a listing itself has to see."""
    return Settings(cache_dir=f"{tmp_path}/cache", index_few=0)


@pytest.fixture
def index(home: Home, settings: Settings) -> Iterator[Index]:
    make_home(home.path, _RUNS)
    index = Index(home, settings, settle_run)
    assert_right(index)
    yield index
    index.close()


def mutate(generator: random.Random, content: bytes) -> bytes:
    """Change some bytes, in place or not."""
    changed = bytearray(content)
    for _ in range(generator.choice((1, 1, 1, 4))):
        place = generator.randrange(len(changed) or 1)
        value = generator.choice((generator.choice(_BYTES), generator.randrange(256)))
        match generator.randrange(8):
            case 0:
                del changed[place:]
            case 1:
                changed.insert(place, value)
            case _:
                changed[place : place + 1] = bytes([value])
    return bytes(changed)


def read(path: str) -> bytes:
    with open(path, "rb") as file:
        return file.read()


def write(path: str, content: bytes) -> None:
    with open(path, "wb") as file:
        file.write(content)


def files_of(home: Home) -> dict[str, list[str]]:
    """Give the files that listings are made of, by kind."""
    guild = f"{home.runs}/*/.guild"
    patterns = {"attrs": f"{guild}/attrs/*", "opref": f"{guild}/opref", "events": f"{guild}/*.tfevents.*"}
    return {kind: sorted(glob.glob(pattern)) for kind, pattern in patterns.items()}


def is_yaml(content: bytes) -> bool:
    try:
        yaml.load(content.decode(), Loader=yaml.CSafeLoader)
    except (yaml.YAMLError, ValueError):
        return False
    return True


@pytest.mark.timeout(3600)
def test_mutated_runs_are_listed_and_named_as_damaged(index, scale, report):
    generator, home = random.Random(0), index.home
    files, counts = files_of(home), Counter()
    longest = 0.0
    for _ in range(scale(200, 8000)):
        kind = generator.choice(("attrs", "attrs", "opref", "events"))
        path = generator.choice(files[kind])
        before = read(path)
        write(path, mutate(generator, before))
        begin = time.perf_counter()
        records = index.records(EVERY, full=True)
        longest = max(longest, time.perf_counter() - begin)
        assert index.trouble is None, index.trouble
        assert records == list_runs(home, EVERY)
        assert len(records) == _RUNS
        damaged = [record for record in records if record.status is RunStatus.DAMAGED]
        assert all(record.damage and record.dir.path in path for record in damaged)
        if kind == "attrs" and os.path.basename(path) in PARSERS and not is_yaml(read(path)):
            assert damaged, (path, read(path))
        counts.update((kind, *("listed as damaged" for _ in damaged)))
        if generator.random() < 0.02:
            assert_table_right(index)
        write(path, before)
    assert_right(index, full=True)
    assert longest < _LONGEST_SECONDS
    report("mutated runs", **counts, exceptions=0, longest_listing=f"{longest * 1000:.0f} ms")


@pytest.mark.timeout(3600)
def test_listings_are_right_whatever_parts_of_the_index_are_lost(index, settings, scale, report):
    generator, home = random.Random(1), index.home
    counts = Counter()
    longest = 0.0
    for turn in range(scale(60, 2000)):
        path = database_of(settings)
        before = os.stat(path).st_ino
        if turn % 2:
            index.close()
        counts[lose_part(path, generator)] += 1
        if turn % 3 == 0:
            write(f"{home.runs}/{list_runs(home, EVERY)[0].dir.id}/.guild/attrs/label", f"label {turn}\n".encode())
        begin = time.perf_counter()
        for each in (index, Index(home, settings, settle_run)):
            records = each.records(EVERY, full=True)
            assert records == list_runs(home, EVERY), f"turn {turn}: {each.trouble}"
            found = each.summaries([record.dir for record in records])
            assert repr(found) == repr([summarize(record.dir) for record in records]), f"turn {turn}: {each.trouble}"
        longest = max(longest, time.perf_counter() - begin)
        counts["used" if os.stat(database_of(settings)).st_ino == before else "built anew"] += 1
    assert_right(index, full=True)
    assert longest < _LONGEST_SECONDS
    report("damaged index", **counts, exceptions=0, longest_listing=f"{longest * 1000:.0f} ms")


def lose_part(path: str, generator: random.Random) -> str:
    """Damage a file as a broken disk or another program would, and say how."""
    size = os.stat(path).st_size
    with open(path, "r+b") as file:
        match generator.randrange(4):
            case 0:
                file.truncate(generator.randrange(size))
                return "cut off"
            case 1:
                file.write(generator.randbytes(100))
                return "header overwritten"
            case kind:
                file.seek(generator.randrange(max(1, size // _PAGE)) * _PAGE)
                file.write(bytes(_PAGE) if kind == 3 else generator.randbytes(_PAGE))
                return "a page zeroed" if kind == 3 else "a page overwritten"
