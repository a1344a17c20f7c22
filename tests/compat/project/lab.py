"""A session with guild_ipy: `python lab.py CASE ...` makes a run for each case, and prints their ids as JSON."""

import contextlib
import json
import os
import sys
import threading
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from enum import Enum
from pathlib import Path

import guild_ipy
from guild_ipy.domain.declarations.dependency import Dependency, Source, SourceKind
from guild_ipy.operations.declaration import Declaration, declare


def train(lr: float = 0.1, epochs: int = 3, name: str = "a b") -> dict[str, float]:
    """Report a loss that falls."""
    loss = 1.0
    for step in range(1, epochs + 1):
        loss = lr / step
        print(f"step: {step}\nloss: {loss}")
    with open("model.txt", "w", encoding="utf-8") as file:
        file.write(name)
    return {"loss": loss}


class Optimizer(Enum):
    """How it learns."""

    SGD = "sgd"
    ADAM = "adam"


def typed(  # noqa: PLR0913, PLR0917 - one of each kind
    opt: Optimizer = Optimizer.SGD,
    out: Path = Path("a"),
    shape: tuple[int, int] = (2, 2),
    day: date = date(2024, 1, 1),
    n: int | None = None,
    sizes: dict[int, str] = {1: "a"},  # noqa: B006 - never changed
    acc: float = 0.0,
) -> str:
    """Report under the name of a flag, and say what it was given."""
    print("acc: 0.5")
    return repr((opt, out, shape, day, n, sizes, acc))


def fail() -> None:
    """Fail."""
    raise ValueError("no data")


def wait() -> None:
    """Go on until somebody ends it."""
    print("waiting", flush=True)
    threading.Event().wait()


def scan() -> None:
    """Report in a form of its own."""
    print("error is 0.5")


def _failed() -> guild_ipy.Run:
    try:
        return guild_ipy.run(fail)
    except guild_ipy.RunError as error:
        return error.run


def serve() -> None:
    """Use what a run of `train` has made."""
    with open("model.txt", encoding="utf-8") as file:
        print("serving", file.read())


def summary() -> None:
    """Say which runs it was given."""
    df = guild_ipy.inputs()
    print("given", *df["run"])
    print("best:", df["loss"].min())


def _require(function: Callable[[], None], source: Source) -> None:
    declare(function, Declaration(requires=(Dependency(name="train", is_inline=True, sources=(source,)),)))


_TRAIN = Source(kind=SourceKind.OPERATION, value="train")
_require(serve, _TRAIN)
_require(summary, replace(_TRAIN, is_multi=True, expression="lr < 1"))

CASES = {
    "train": lambda: guild_ipy.run(train, lr=0.25, _label="first try", _tag="nightly"),
    "unlabeled": lambda: guild_ipy.run(train, lr=0.5, name="ünï"),
    "script": lambda: guild_ipy.run("script.py", lr=0.5),
    "notebook": lambda: guild_ipy.run("analysis.ipynb", lr=0.5),
    "typed": lambda: guild_ipy.run(typed, opt=Optimizer.ADAM, out=Path("b"), shape=(4, 4), sizes={2: "b"}),
    "fail": _failed,
    "scan": lambda: guild_ipy.run(scan, _output_scalars=[r"mistakes: error is (\S+)"]),
    "staged": lambda: guild_ipy.run(train, lr=0.75, _stage=True),
    "staged_script": lambda: guild_ipy.run("script.py", lr=0.75, _stage=True),
    "staged_notebook": lambda: guild_ipy.run("analysis.ipynb", lr=0.75, _stage=True),
    "serve": lambda: guild_ipy.run(serve),
    "staged_serve": lambda: guild_ipy.run(serve, _stage=True),
    "summary": lambda: guild_ipy.run(summary),
    "staged_summary": lambda: guild_ipy.run(summary, _stage=True),
    "running": lambda: guild_ipy.run(wait, _background=True),
}

if __name__ == "__main__":
    with open(os.devnull, "w", encoding="utf-8") as nowhere, contextlib.redirect_stdout(nowhere):
        ids = {case: CASES[case]().id for case in sys.argv[1:]}
    print(json.dumps(ids))
