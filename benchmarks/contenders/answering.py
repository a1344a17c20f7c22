"""How a contender talks with the benchmark that drives it: a word a line comes in, a line of JSON goes out.

Contenders run in environments of their own, so this needs the standard library alone. From the moment that it is
imported nothing that the contender prints reaches the pipe, only its answers do.
"""

import json
import os
import sys
import time
from collections.abc import Callable, Mapping
from typing import Any, TextIO

#: How long the machine is left alone after a sample, so that none pays for the one before it.
_REST_SECONDS = 0.03


def _take_standard_output() -> TextIO:
    answers = os.fdopen(os.dup(1), "w", buffering=1)
    null = os.open(os.devnull, os.O_WRONLY)
    os.dup2(null, 1)
    os.close(null)
    return answers


_answers = _take_standard_output()


def answer(words: Mapping[str, Callable[[], Any]]) -> None:
    """Call the function of each word that comes in, and answer with what it returned."""
    for line in sys.stdin:
        result = words[line.strip()]()
        time.sleep(_REST_SECONDS)
        print(json.dumps(result), file=_answers)


def timed(work: Callable[[], Any]) -> Callable[[], float]:
    """Give a function that says how many seconds `work` took."""

    def sample() -> float:
        start = time.perf_counter()
        work()
        return time.perf_counter() - start

    return sample
