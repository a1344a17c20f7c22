"""Functions that do to their process and their run what no run should."""

from __future__ import annotations

from dataclasses import dataclass
from textwrap import dedent


@dataclass(frozen=True, kw_only=True)
class Hostile:
    """The body of a function, and what is true of a run of it."""

    body: str
    exit_status: int = 0
    prints: str | None = ""
    """The whole output; None for whatever."""
    patience: float = 5.0
    """How long each signal is given to end it: short where it ends at none, or at a later one."""

    @property
    def cell(self) -> str:
        """A cell that defines it as ``hostile()``."""
        body = dedent(self.body).strip().replace("\n", "\n    ")
        return f"import atexit, ctypes, os, shutil, signal, subprocess, sys, threading\ndef hostile():\n    {body}"


_ENDLESS = "while True: signal.pause()"
_REMOVE_OUTPUT = "output = os.environ['RUN_DIR'] + '/.guild/output'\nos.unlink(output)\n"

RUNS = {
    "forks a daemon": Hostile(body=f"if os.fork() == 0:\n    {_ENDLESS}"),
    "forks twice into a session of its own, deaf to signals": Hostile(
        body=f"""
        if os.fork() == 0:
            os.setsid()
            for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
                signal.signal(number, signal.SIG_IGN)
            if os.fork() == 0:
                {_ENDLESS}
            os._exit(0)
        """
    ),
    "starts a program and forgets it": Hostile(
        body="hostile.child = subprocess.Popen(['sleep', '1000'], start_new_session=True)"
    ),
    "closes the streams": Hostile(
        body="print('last word')\nsys.stdout.close()\nsys.stderr.close()", prints="last word\n"
    ),
    "closes the descriptors of the streams": Hostile(
        body="print('last word')\nos.close(1)\nos.close(2)", prints="last word\n"
    ),
    "closes every descriptor": Hostile(body="print('last word')\nos.closerange(0, 1000)", prints="last word\n"),
    "leaves at once": Hostile(body="print('half', end='', flush=True)\nos._exit(3)", exit_status=3, prints="half"),
    "crashes in C": Hostile(body="print('last word')\nctypes.string_at(0)", exit_status=-11, prints=None),
    "kills itself": Hostile(body="os.kill(os.getpid(), signal.SIGKILL)", exit_status=-9),
    "kills its group": Hostile(body="os.killpg(0, signal.SIGTERM)", exit_status=-15),
    "raises in an exit function": Hostile(body="atexit.register(lambda: 1 / 0)", prints=None),
    "leaves a daemon thread": Hostile(body="threading.Thread(target=threading.Event().wait, daemon=True).start()"),
    "leaves a thread that still prints": Hostile(body="threading.Timer(0.1, print, ['late']).start()", prints="late\n"),
    "recurses for ever": Hostile(body="hostile()", exit_status=1, prints=None),
    "raises what cannot be printed": Hostile(
        body="""
        class Mute(BaseException):
            def __str__(self):
                raise ValueError
            __reduce__ = __repr__ = __str__
        raise Mute
        """,
        exit_status=1,
        prints=None,
    ),
    "deletes its output": Hostile(body="print('gone')\nos.unlink(os.environ['RUN_DIR'] + '/.guild/output')"),
    "deletes what is kept for its end": Hostile(
        body="for name in ('tmp', 'job'):\n    shutil.rmtree(os.environ['RUN_DIR'] + '/.guild/' + name)"
    ),
    "puts a pipe in the place of its output": Hostile(body=f"{_REMOVE_OUTPUT}os.mkfifo(output)", prints=None),
    "puts a folder in the place of its output": Hostile(body=f"{_REMOVE_OUTPUT}os.mkdir(output)", prints=None),
    "links its output to an endless device": Hostile(
        body=f"{_REMOVE_OUTPUT}os.symlink('/dev/zero', output)", prints=None
    ),
    "makes its output a terabyte of holes": Hostile(
        body="os.truncate(os.environ['RUN_DIR'] + '/.guild/output', 2**40)", prints=None
    ),
    "puts a pipe in the place of its lock": Hostile(
        body="for name in ('alive', 'LOCK'):\n"
        "    path = os.environ['RUN_DIR'] + '/.guild/' + name\n    os.unlink(path)\n    os.mkfifo(path)"
    ),
    "stops its supervisor": Hostile(body="os.kill(os.getppid(), signal.SIGSTOP)"),
    "leaves a swarm behind": Hostile(
        body="""
        tokens, writer = os.pipe()
        os.write(writer, b't' * 100)
        os.close(writer)
        if os.fork() == 0:
            while os.read(tokens, 1):
                if os.fork() == 0:
                    os.setsid()
            while True:
                signal.pause()
        """
    ),
    "goes elsewhere": Hostile(body="os.chdir('/')\nprint(os.getcwd())", prints="/\n"),
    "writes its own status": Hostile(
        body="open(os.environ['RUN_DIR'] + '/.guild/attrs/exit_status', 'w').write('0')\nos._exit(7)", exit_status=7
    ),
    "hides its environment": Hostile(body="os.environ.clear()\nprint(len(os.environ))", prints="0\n"),
}
DEAF = {
    "ignores SIGINT and SIGTERM": Hostile(
        body=f"""
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        print('ready')
        {_ENDLESS}
        """,
        exit_status=-9,
        prints="ready\n",
        patience=0.5,
    ),
    "is a swarm that ignores SIGINT and SIGTERM": Hostile(
        body="""
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        tokens, writer = os.pipe()
        os.write(writer, b't' * 100)  # as many as there will be: a bomb without a limit would take the machine
        os.close(writer)
        print('ready', flush=True)
        while os.read(tokens, 1):
            if os.fork() == 0:
                os.setsid()
        while True:
            signal.pause()
        """,
        exit_status=-9,
        prints="ready\n",
        patience=0.5,
    ),
    "stops its supervisor and itself": Hostile(
        body="""
        signal.signal(signal.SIGINT, signal.SIG_DFL)
        print('ready', flush=True)
        os.kill(os.getppid(), signal.SIGSTOP)
        os.kill(os.getpid(), signal.SIGSTOP)
        """,
        exit_status=-2,
        prints="ready\n",
    ),
    "names a stranger in its lock": Hostile(
        body=f"""
        signal.signal(signal.SIGINT, signal.SIG_DFL)
        with open(os.environ['RUN_DIR'] + '/.guild/LOCK', 'w') as lock:
            lock.write('1')
        print('ready', flush=True)
        {_ENDLESS}
        """,
        exit_status=-2,
        prints="ready\n",
    ),
    "catches every exception": Hostile(
        body=f"""
        answer = 'ready'
        while True:
            try:
                print(answer)  # within the try: who reads it may send the signal at once
                {_ENDLESS}
            except BaseException:
                answer = 'no'
        """,
        exit_status=-15,
        prints="ready\nno\n",
        patience=2.0,
    ),
    "ends well when it is stopped": Hostile(
        body=f"""
        signal.signal(signal.SIGINT, lambda *_: os._exit(0))
        print('ready')
        {_ENDLESS}
        """,
        exit_status=-2,
        prints="ready\n",
    ),
    "leaves a deaf daemon behind": Hostile(
        body=f"""
        reader, writer = os.pipe()
        if os.fork() == 0:
            os.setsid()
            for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
                signal.signal(number, signal.SIG_IGN)
            os.write(writer, b'r')
            {_ENDLESS}
        os.read(reader, 1)
        signal.signal(signal.SIGINT, signal.SIG_DFL)
        print('ready')
        {_ENDLESS}
        """,
        exit_status=-2,
        prints="ready\n",
    ),
}
