"""A session with guild_ipy: `python lab.py CASE ...` makes a run for each case, and prints their ids as JSON."""

import contextlib
import json
import os
import sys
import threading

import guild_ipy


def train(lr: float = 0.1, epochs: int = 3, name: str = "a b") -> dict[str, float]:
    """Report a loss that falls."""
    loss = 1.0
    for step in range(1, epochs + 1):
        loss = lr / step
        print(f"step: {step}\nloss: {loss}")
    with open("model.txt", "w", encoding="utf-8") as file:
        file.write(name)
    return {"loss": loss}


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


CASES = {
    "train": lambda: guild_ipy.run(train, lr=0.25, _label="first try", _tag="nightly"),
    "unlabeled": lambda: guild_ipy.run(train, lr=0.5, name="ünï"),
    "script": lambda: guild_ipy.run("script.py", lr=0.5),
    "notebook": lambda: guild_ipy.run("analysis.ipynb", lr=0.5),
    "fail": _failed,
    "scan": lambda: guild_ipy.run(scan, _output_scalars=[r"mistakes: error is (\S+)"]),
    "staged": lambda: guild_ipy.run(train, lr=0.75, _stage=True),
    "staged_script": lambda: guild_ipy.run("script.py", lr=0.75, _stage=True),
    "staged_notebook": lambda: guild_ipy.run("analysis.ipynb", lr=0.75, _stage=True),
    "running": lambda: guild_ipy.run(wait, _background=True),
}

if __name__ == "__main__":
    with open(os.devnull, "w", encoding="utf-8") as nowhere, contextlib.redirect_stdout(nowhere):
        ids = {case: CASES[case]().id for case in sys.argv[1:]}
    print(json.dumps(ids))
