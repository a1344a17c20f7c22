"""Guild AI in its own environment, which is loaded once: it takes a request on each line, and answers on one.

``{"call": [WORD, ...], "cwd": FOLDER, "home": HOME, "seconds": N}`` runs the ``guild`` command; the answer has its
exit status and what it printed. ``{"view": HOME}`` gives what Guild AI knows of each run, newest first, and
``{"operations": FOLDER}`` the names of the operations of a Guild file. Each is done in a fork.
"""

import json
import os
import signal
import sys
import tempfile
from pathlib import Path

from guild import config, guildfile, index, main, run_util, var


def answer(request: dict) -> dict:
    if "view" in request:
        config.set_guild_home(request["view"])
        return {"runs": view(var.runs_dir()), "deleted": view(var.trash_dir("runs"))}
    return {"operations": operations(request["operations"])}


def view(root: str) -> list:
    runs = var.runs(root, sort=["-timestamp"], force_root=True)
    known = index.RunIndex(tempfile.mkdtemp())
    known.refresh(runs, ["scalar"])
    return [describe(run, known) for run in runs]


def describe(run, known) -> dict:
    formatted = run_util.format_run(run)
    return {
        "id": run.id,
        "operation": formatted["operation"],
        "status": formatted["status"],
        "exit_status": run.get("exit_status"),
        "label": formatted["label"],
        "tags": sorted(run.get("tags") or []),
        "marked": bool(run.get("marked")),
        "comments": [each["body"] for each in run.get("comments") or []],
        "flags": run.get("flags") or {},
        "scalars": {scalar_name(each): each["last_val"] for each in known.run_scalars(run)},
    }


def scalar_name(scalar: dict) -> str:
    prefix = scalar["prefix"]
    return scalar["tag"] if prefix in {"", ".guild"} else f"{prefix}#{scalar['tag']}"


def operations(folder: str) -> list:
    found = guildfile.for_dir(folder)
    return sorted(op.fullname for model in found.models.values() for op in model.operations)


def call(request: dict) -> None:
    os.setsid()
    os.chdir(request["cwd"])
    os.environ["GUILD_HOME"] = request["home"]
    config.set_guild_home(request["home"])
    config.set_cwd(request["cwd"])
    sys.argv[:] = ["guild", *request["call"]]
    sys.path[:] = [path for path in sys.path if path != os.path.dirname(__file__)]
    main.main()


def in_fork(work, path: str, seconds: float) -> int:
    """Do something in a fork that prints to a file; its exit status, 124 if it took too long."""
    pid = os.fork()
    if not pid:
        code = 1
        try:
            output = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
            for target in (1, 2):
                os.dup2(output, target)
            os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
            sys.stdout, sys.stderr = os.fdopen(1, "w", closefd=False), os.fdopen(2, "w", closefd=False)
            sys.stdin = os.fdopen(0, closefd=False)
            work()
            code = 0
        except SystemExit as request:
            code = request.code if isinstance(request.code, int) else bool(request.code)
        except BaseException as error:  # noqa: BLE001 - whatever the command raises is its answer
            print(f"{type(error).__name__}: {error}")
        finally:
            sys.stdout.flush()
            sys.stderr.flush()
            os._exit(code)
    signal.signal(signal.SIGALRM, lambda *_: os.killpg(pid, signal.SIGKILL))
    signal.alarm(int(seconds))
    status = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
    return 124 if signal.alarm(0) == 0 and status == -signal.SIGKILL else status


def serve() -> None:
    replies = os.fdopen(os.dup(1), "w")
    with tempfile.TemporaryDirectory() as folder:
        path = f"{folder}/output"
        for line in sys.stdin:
            request = json.loads(line)
            if "call" in request:
                status = in_fork(lambda asked=request: call(asked), path, request["seconds"])
                reply = {"status": status, "output": Path(path).read_text(errors="replace")}
            else:
                status = in_fork(lambda asked=request: print("\0" + json.dumps(answer(asked))), path, 120)
                output = Path(path).read_text(errors="replace")
                reply = {"error": output.strip()} if status else json.loads(output.rpartition("\0")[2])
            replies.write(json.dumps(reply) + "\n")
            replies.flush()


if __name__ == "__main__":
    serve()
