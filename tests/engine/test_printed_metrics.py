"""What is recorded of printed metrics, and that nothing is recorded of ordinary output: see ``texts/``."""

from __future__ import annotations

import json
import re
import subprocess
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from guild_ipy.engine.output.output_scalars import OutputScanner

TEXTS = Path(__file__).parent / "texts"
ESCAPES = {r"\t": "\t", r"\r": "\r", r"\b": "\b", r"\e": "\x1b", r"\n": "\n"}
ORDINARY = (TEXTS / "ordinary_output.txt").read_text("utf-8").splitlines()
GUILD_READS = """
import json, sys
from guild import summary
patterns = summary._init_patterns(summary.DEFAULT_OUTPUT_SCALARS)
print(json.dumps([summary._match_line(line, patterns) for line in json.load(sys.stdin)]))
"""


@dataclass(frozen=True, kw_only=True)
class Case:
    title: str
    output: str
    recorded: str

    @property
    def flags(self) -> dict[str, float]:
        return {name: float(value) for name, value in re.findall(r"with (\w+)=(\S+)", self.title)}


def read_cases() -> Iterator[Case]:
    text = (TEXTS / "printed_metrics.txt").read_text("utf-8")
    for title, output, recorded in re.findall(r"^== (.*)\n((?:(?!-> ).*\n)*)-> (.*)$", text, re.MULTILINE):
        printed = re.sub(r"\\[trben]", lambda match: ESCAPES[match[0]], output)
        yield Case(title=title, output=printed, recorded=recorded)


def scan(output: str, **flags: float) -> list[str]:
    scanner = OutputScanner(flags=flags)
    points = scanner.feed(output.encode()) + scanner.finish()
    return [f"{point.tag}={format_number(point.value)}@{point.step}" for point in points]


def format_number(value: float) -> str:
    return repr(value).removesuffix(".0")


CASES = list(read_cases())


@pytest.mark.parametrize("case", CASES, ids=[case.title for case in CASES])
def test_printed_metrics_are_recorded(case: Case):
    assert sorted(scan(case.output, **case.flags)) == sorted(case.recorded.split())


@pytest.mark.parametrize("line", ORDINARY)
def test_of_an_ordinary_line_nothing_is_recorded(line: str):
    assert scan(line) == []


def test_of_ordinary_output_nothing_is_recorded():
    assert scan("\n".join(ORDINARY * 2)) == []


def test_the_corpus_is_large():
    assert (len(CASES), len(ORDINARY)) >= (80, 40)


def test_lines_that_differ_in_digits_only_are_judged_alike():
    lines = [line for case in CASES for line in case.output.split("\n")] + ORDINARY
    zeros = [re.sub("[1-9]", "0", line) for line in lines]
    assert [bool(scan(line)) for line in lines] == [bool(scan(line)) for line in zeros]


@pytest.mark.guild
def test_what_guild_reads_is_read_the_same(guild_command: str):
    lines = [line for case in CASES for line in re.split(r"[\n\r\b]", case.output)] + ORDINARY
    command = [Path(guild_command).with_name("python"), "-W", "ignore", "-c", GUILD_READS]
    told = subprocess.run(command, input=json.dumps(lines), stdout=subprocess.PIPE, text=True, check=True).stdout
    read = {line: values for line, values in zip(lines, json.loads(told), strict=True) if values}
    ours = {line: [point.split("@")[0] for point in scan(line)] for line in read}
    assert ours == {
        line: sorted(f"{key}={format_number(value)}" for key, value in values.items() if key != "step")
        for line, values in read.items()
    }
    assert len(read) > 5


@pytest.mark.parametrize(
    "line",
    [
        "epoch" + " " * 1900 + "x",
        "loss: 0.5 " + "1" * 1900 + "x",
        "a " * 990 + "!",
        "loss=0.5 " * 200 + "!",
        "1s " * 600 + "!",
        "INFO" + " " * 1900 + "x 1",
        " " * 1900 + "1%|",
        "epoch  loss  " + "a  " * 600,
        "loss: " + "1," * 900,
        "[" * 1000 + "]" * 900 + "1",
    ],
)
def test_no_line_takes_long(line: str):
    started = time.process_time()
    scan(f"{line}\n")
    assert time.process_time() - started < 0.25
