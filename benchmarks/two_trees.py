"""Measure runs of two checkouts in turn: what a change costs.

    git worktree add ../before COMMIT
    python benchmarks/two_trees.py ../before .

Both are run by this interpreter, a new process for each sample, in memory (tmpfs) where there is one. Compiled modules
are kept beside, and each checkout starts once before it counts, as somebody has who uses it. CPU is that of the process
that calls, which other work on the machine changes least. Where the machine is busy: `nice -n -20 python ...`.
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
    with tempfile.TemporaryDirectory() as compiled:
        trees = (options.before, options.after)
        for tree in trees:
            _start(tree, compiled)
        rounds = [tuple(_start(tree, compiled) for tree in trees) for _ in range(options.rounds)]
    print("| ms | before | after | after / before |\n| --- | ---: | ---: | ---: |")
    for case in rounds[0][0]:
        before, after = ([pair[side][case] for pair in rounds] for side in (0, 1))
        ratios = [new / old for old, new in zip(before, after, strict=True)]
        spread = f"{statistics.median(ratios):.2f} x ({min(ratios):.2f} to {max(ratios):.2f})"
        print(f"| {case} | {statistics.median(before):.2f} | {statistics.median(after):.2f} | {spread} |")


def _start(tree, compiled):
    command = [sys.executable, os.path.abspath(__file__), "--sample", tree, tree]
    env = {**os.environ, "PYTHONPATH": os.path.abspath(tree), "PYTHONPYCACHEPREFIX": compiled}
    env.pop("PYTHONDONTWRITEBYTECODE", None)
    return json.loads(subprocess.run(command, env=env, check=True, capture_output=True).stdout)


def _sample():
    began, used = time.perf_counter(), time.process_time()
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
            first_used = (time.process_time() - used) * 1000
            _measure("", lambda: guild_ipy.run(empty), SCRIPTS)
            return {
                "first run of a plain interpreter, with the import": first,
                "the same, CPU": first_used,
                **_measure("empty function, warm", lambda: guild_ipy.run(empty), RUNS),
                **_measure("script, warm", lambda: guild_ipy.run("script.py"), SCRIPTS),
                **_measure("list of these runs", guild_ipy.runs, SCRIPTS),
                **_measure("comparison of these runs", guild_ipy.compare, SCRIPTS),
            }


def _measure(case, call, count):
    times, used = [], []
    for _ in range(count):
        time.sleep(REST_SECONDS)
        began, before = time.perf_counter(), time.process_time()
        call()
        times.append((time.perf_counter() - began) * 1000)
        used.append((time.process_time() - before) * 1000)
    return {case: statistics.median(times), f"{case}, least": min(times), f"{case}, CPU": statistics.median(used)}


if __name__ == "__main__":
    main()
