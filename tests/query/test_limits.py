"""Expressions that are too much, and what they cannot do."""

from __future__ import annotations

import os
import signal
import subprocess
import sys

import pytest

from guild_ipy.domain.choosing.run_filter import RunFilter
from guild_ipy.errors import SelectError
from guild_ipy.index.index import Index
from guild_ipy.query.parse import parse_select
from guild_ipy.settings import Settings
from guild_ipy.store.guild_home import Home
from tests.index.truth import make_run
from tests.notebook_session import wait_until

INTERRUPTED = """
import sys
from guild_ipy.domain.choosing.run_filter import RunFilter
from guild_ipy.index.index import Index
from guild_ipy.settings import Settings
from guild_ipy.store.guild_home import Home
index = Index(Home(sys.argv[1]), Settings(cache_dir=sys.argv[2]))
index.refresh()
print("asking", flush=True)
index.records(RunFilter(where="label matches '^(a+)+$'"))
"""


@pytest.fixture
def three(home: Home, tmp_path):
    """The index of three runs."""
    for number in range(3):
        make_run(
            home, f"{number:032x}", started=number, flags={"a": number, "b": "x"}, label="a" * 60 + "b", exit_status=0
        )
    index = Index(home, Settings(cache_dir=f"{tmp_path}/cache"))
    yield index
    index.close()


def count(index: Index, where: str) -> int:
    found = len(index.records(RunFilter(where=where)))
    assert index.trouble is None
    return found


@pytest.mark.parametrize(
    ("where", "found"),
    [
        (f"a in [{', '.join(map(str, range(10_000)))}]", 3),
        (f"b not in [{', '.join(f'v{number}' for number in range(9_000))}]", 3),
        (" or ".join(f"a = {number}" for number in range(200)), 3),
        (" and ".join(f"label != {number}" for number in range(200)), 3),
        ("(" * 100 + "a = 1" + ")" * 100, 1),
        ("not " * 20 + "a = 1", 1),
        ("not (a = 0 and " * 10 + "a = 1" + ")" * 10, 2),
        ("(a = 5 or (a < 3 and " * 10 + "a = 1" + "))" * 10, 1),
        (f"label = '{'x' * 100_000}'", 0),
        ("a = " + "[" * 20 + "1" + "]" * 20, 0),
        ("a = " + "9" * 4000, 0),
        ("a < 1e99999", 3),
        ("b = '\0'", 0),
    ],
)  # fmt: skip
def test_what_is_large_and_not_too_large_is_answered_by_the_index(three: Index, where: str, found: int):
    assert count(three, where) == found


@pytest.mark.parametrize(
    ("where", "message"),
    [
        (f"a in [{', '.join(map(str, range(10_001)))}]", "it has more than 200 tests or 10000 values"),
        (" or ".join(f"a = {number}" for number in range(201)), "it has more than 200 tests or 10000 values"),
        ("not " * 5000 + "a = 1", "it is nested more than 20 deep"),
        ("a = 0 or (a = 1 and (" * 11 + "a = 1" + "))" * 11, "it is nested more than 20 deep"),
        ("a = " + "[" * 5000 + "1" + "]" * 5000, "a list is nested more than 20 deep"),
        ("(" * 5000 + "a = 1" + ")" * 5000, "more than 100 parentheses are open"),
        ("not (" * 5000 + "a = 1" + ")" * 5000, "more than 100 parentheses are open"),
        ("a = 1" + " " * 199_996, "it has 200001 characters; more than 200000 are too many"),
        (f"a matches '{'x' * 1001}'", "a regular expression has at most 1000 characters"),
        ("a matches 'x{99999999999}'", "'x{99999999999}' is no regular expression: the repetition number is too large"),
        (f"a matches '{'(' * 400}'", f"'{'(' * 60}' is no regular expression"),
    ],
)
def test_what_is_too_large_is_refused(where: str, message: str):
    with pytest.raises(SelectError) as caught:
        parse_select(where)
    assert str(caught.value).startswith(message)
    assert max(map(len, caught.value.caret.split("\n"))) <= 201


@pytest.mark.parametrize("pattern", ["%", "_", "*", "?", "[", "^", "$", ".", "\\\\", "+", "(", "|", "{1}"])
def test_characters_that_mean_something_elsewhere_are_plain_text(home: Home, tmp_path, pattern: str):
    text = pattern.replace("\\\\", "\\")
    make_run(home, "a" * 32, label=f"<{text}>", tags=[text], exit_status=0)
    make_run(home, "b" * 32, label="<xx>", tags=["xx"], exit_status=0)
    index = Index(home, Settings(cache_dir=f"{tmp_path}/cache"))
    for where in (
        f'label contains "{pattern}"',
        f'tag = "{pattern}"',
        f'tag contains "{pattern}"',
        f'label = "<{pattern}>"',
    ):
        assert count(index, where) == 1
    index.close()


def seconds_at_work(pid: int) -> float:
    with open(f"/proc/{pid}/stat") as file:
        return int(file.read().rpartition(")")[2].split()[11]) / os.sysconf("SC_CLK_TCK")


def test_regular_expression_that_takes_forever_can_be_interrupted(three: Index, tmp_path):
    command = [sys.executable, "-c", INTERRUPTED, three.home.path, f"{tmp_path}/cache"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            assert process.stdout.readline() == "asking\n"
            before = seconds_at_work(process.pid)
            wait_until(lambda: seconds_at_work(process.pid) > before + 0.5)
            process.send_signal(signal.SIGINT)
            _, errors = process.communicate(timeout=20)
        finally:
            process.kill()
    assert process.returncode == -signal.SIGINT
    assert errors.rstrip().endswith("KeyboardInterrupt")
