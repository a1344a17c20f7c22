"""Measure runs of two checkouts in turn: what a change costs.

    git worktree add ../before COMMIT
    python benchmarks/two_trees.py ../before .

Both are run by this interpreter, a new process for each sample, in memory (tmpfs) where there is one.
"""

import argparse
import contextlib
import io
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time

ROUNDS = 5
RUNS = 60
SCRIPTS = 12
#: Between runs, so that the next supervisor is ready, as it is for somebody who types.
REST_SECONDS = 0.1


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("before")
    parser.add_argument("after")
    parser.add_argument("--rounds", type=int, default=ROUNDS)
    parser.add_argument("--sample", action="store_true", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.sample:
        print(json.dumps(_sample()))
        return
    rounds = [(_start(options.before), _start(options.after)) for _ in range(options.rounds)]
    print("| ms | before | after | after / before |\n| --- | ---: | ---: | ---: |")
    for case in rounds[0][0]:
        before, after = ([pair[side][case] for pair in rounds] for side in (0, 1))
        ratios = [new / old for old, new in zip(before, after, strict=True)]
        spread = f"{statistics.median(ratios):.2f} x ({min(ratios):.2f} to {max(ratios):.2f})"
        print(f"| {case} | {statistics.median(before):.2f} | {statistics.median(after):.2f} | {spread} |")


def _start(tree):
    command = [sys.executable, os.path.abspath(__file__), "--sample", tree, tree]
    env = {**os.environ, "PYTHONPATH": os.path.abspath(tree)}
    return json.loads(subprocess.run(command, env=env, check=True, capture_output=True).stdout)


def _sample():
    began = time.perf_counter()
    shared = "/dev/shm" if os.path.isdir("/dev/shm") else None
    with tempfile.TemporaryDirectory(dir=shared, ignore_cleanup_errors=True) as folder:
        os.environ |= {"GUILD_HOME": f"{folder}/home", "GUILD_IPY_CACHE": f"{folder}/cache"}
        os.makedirs(f"{folder}/project")
        os.chdir(f"{folder}/project")
        with open("script.py", "w") as file:
            file.write("lr = 0.1\nprint('loss: 1')\n")

        import guild_ipy

        def empty(lr: float = 0.1):
            pass

        with contextlib.redirect_stdout(io.StringIO()):
            guild_ipy.run(empty)
            first = (time.perf_counter() - began) * 1000
            _median(lambda: guild_ipy.run(empty), SCRIPTS)
            return {
                "first run of a plain interpreter, with the import": first,
                "empty function, warm": _median(lambda: guild_ipy.run(empty), RUNS),
                "script, warm": _median(lambda: guild_ipy.run("script.py"), SCRIPTS),
                "list of these runs": _median(guild_ipy.runs, SCRIPTS),
                "comparison of these runs": _median(guild_ipy.compare, SCRIPTS),
            }


def _median(call, count):
    times = []
    for _ in range(count):
        time.sleep(REST_SECONDS)
        began = time.perf_counter()
        call()
        times.append((time.perf_counter() - began) * 1000)
    return statistics.median(times)


if __name__ == "__main__":
    main()
