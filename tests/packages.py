"""Builds and installs the package in all the ways that there are: ``python -m tests.packages``.

Each way has a copy of the files that git knows, in a folder with a space in its name. It needs PyPI and the npm
registry, takes minutes, and prints what it tried; the exit status is 1 if something does not hold.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import socket
import subprocess
import sys
import sysconfig
import tarfile
import tempfile
import time
import zipfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import IPython

from tests.surroundings import enter

_ROOT = Path(__file__).parents[1]
_ASSETS = {"widget.js", "widget.js.licences.txt", "built_from.txt"}
_REFUSED = "https://127.0.0.1:9"
_SOURCES = {"labextension/src/widget.tsx", "labextension/yarn.lock", "labextension/hatch_build.py"}
_MOST_SECONDS_SILENT = 120
_SHOW = """
import json
import guild_ipy
from IPython.core.interactiveshell import InteractiveShell
from IPython.utils.capture import capture_output
shell = InteractiveShell.instance()
shell.run_line_magic("load_ext", "guild_ipy")
with capture_output() as seen:
    shell.run_cell("%guild_runs --table").raise_error()
data = {kind: text for output in seen.outputs for kind, text in output.data.items()}
print(json.dumps({"from": guild_ipy.__file__, "data": data}))
"""


@dataclass(frozen=True, kw_only=True)
class Way:
    """One way to build or install: ``try_it`` returns what was seen."""

    name: str
    try_it: Callable[[Path], str]


def main() -> int:
    """Try each way in turn; return the exit status."""
    failed = 0
    with tempfile.TemporaryDirectory(prefix="guild_ipy packages ") as scratch:
        os.environ["HOME"] = scratch
        enter(scratch)
        for number, way in enumerate(_WAYS):
            folder = Path(scratch, f"way {number}")
            folder.mkdir()
            start = time.monotonic()
            try:
                seen = f"holds: {way.try_it(folder)}"
            except (AssertionError, subprocess.CalledProcessError) as error:
                failed += 1
                seen = f"DOES NOT HOLD: {error}\n{getattr(error, 'stderr', None) or ''}"
            print(f"{way.name:<60} {time.monotonic() - start:5.1f} s  {seen}", flush=True)
    print(f"{len(_WAYS) - failed} of {len(_WAYS)} ways hold")
    return min(failed, 1)


# -- ways


def _wheel(folder: Path) -> str:
    tree = _copy_tree(folder)
    seen = _look_into(_build_wheel(tree, folder))
    assert "node_modules" not in os.listdir(tree / "guild_ipy")
    start = time.monotonic()
    _look_into(_build_wheel(tree, folder, _WITHOUT_NODE | _unreachable(folder)))
    return f"{seen}; again in {time.monotonic() - start:.1f} s without Node and npm, since nothing has changed"


def _wheel_without_node(folder: Path) -> str:
    return _look_into(_build_wheel(_copy_tree(folder), folder, _WITHOUT_NODE))


def _sdist(folder: Path) -> str:
    tree = _copy_tree(folder)
    _python("-m", "pip", "install", "-qq", "--target", folder / "build", "build")
    builder = {"PYTHONPATH": str(folder / "build")}
    _python("-m", "build", "--sdist", "--outdir", folder, tree, environment=builder)
    (archive,) = folder.glob("*.tar.gz")
    with tarfile.open(archive) as file:
        names = {name.partition("/")[2] for name in file.getnames()}
        file.extractall(folder / "unpacked", filter="data")
    assert {f"guild_ipy/static/{each}" for each in _ASSETS} | _SOURCES <= names, "the sdist is not complete"
    assert not any("node_modules" in name or ".yarn/" in name for name in names), "the sdist has node_modules"
    (unpacked,) = (folder / "unpacked").iterdir()
    seen = _look_into(_build_wheel(unpacked, folder, _WITHOUT_NODE | _unreachable(folder)))
    return f"sdist of {archive.stat().st_size // 1024} KiB; its wheel without Node and npm: {seen}"


def _install(folder: Path, *options: str, environment: Mapping[str, str]) -> str:
    python = _make_environment(folder)
    shown = _install_and_show(python, _copy_tree(folder), *options, environment=environment)
    assert "application/vnd.jupyter.widget-view+json" in shown, f"there is no widget, but {shown['text/plain']}"
    return "`%guild_runs --table` shows the widget"


def _install_without_npm(folder: Path, *options: str) -> str:
    python = _make_environment(folder)
    shown = _install_and_show(python, _copy_tree(folder), *options, environment=_unreachable(folder))
    return _note_of(shown, "its packages could not be fetched from the npm registry")


def _install_with_silent_npm(folder: Path) -> str:
    python = _make_environment(folder)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        address = f"https://127.0.0.1:{silent.getsockname()[1]}"
        start = time.monotonic()
        shown = _install_and_show(python, _copy_tree(folder), environment=_unreachable(folder, address))
    seconds = time.monotonic() - start
    assert seconds < _MOST_SECONDS_SILENT, f"it took {seconds:.0f} s"
    return _note_of(shown, "its packages could not be fetched from the npm registry")


def _skip(folder: Path) -> str:
    python = _make_environment(folder)
    environment = _WITHOUT_NODE | {"GUILD_IPY_FRONT_END": "skip"}
    return _note_of(_install_and_show(python, _copy_tree(folder), environment=environment), "GUILD_IPY_FRONT_END=skip")


def _force(folder: Path) -> str:
    environment = _unreachable(folder) | {"GUILD_IPY_FRONT_END": "force"}
    try:
        _build_wheel(_copy_tree(folder), folder, environment)
    except subprocess.CalledProcessError as error:
        (why,) = re.findall(r"^\s*build_front_end\.NotBuiltError: (.*)", error.stderr, re.MULTILINE)[-1:] or ("",)
    else:
        raise AssertionError("a wheel was built without the front end")
    assert "npm registry" in why, f"the reason is not said: {why}"
    return f"fails: {why}"


def _mended(folder: Path) -> str:
    python, tree = _make_environment(folder), _copy_tree(folder)
    _note_of(_install_and_show(python, tree, "-e", environment=_unreachable(folder)), "npm registry")
    shown = _install_and_show(python, tree, "-e", environment={})
    assert "application/vnd.jupyter.widget-view+json" in shown
    assert not (tree / "guild_ipy/static/not_built.txt").exists()
    return "the second install brings the widget, and the reason is gone"


# -- what they are made of


def _copy_tree(folder: Path) -> Path:
    """Copy the files that git knows, as they are now."""
    tree = folder / "a tree"
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=_ROOT, check=True, capture_output=True, text=True).stdout
    for name in filter(None, listed.split("\0")):
        (tree / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(_ROOT / name, tree / name)
    assert not (tree / "guild_ipy/static").exists(), "the assets are committed"
    return tree


def _build_wheel(tree: Path, folder: Path, environment: Mapping[str, str] | None = None) -> Path:
    shutil.rmtree(folder / "wheels", ignore_errors=True)
    _python("-m", "pip", "wheel", "-qq", "--no-deps", "-w", folder / "wheels", tree, environment=environment)
    (wheel,) = (folder / "wheels").iterdir()
    return wheel


def _look_into(wheel: Path) -> str:
    """Check that a wheel has the front end once and complete, and nothing that it was made of."""
    with zipfile.ZipFile(wheel) as file:
        names = file.namelist()
        bundle = file.read("guild_ipy/static/widget.js")
        licences = file.read("guild_ipy/static/widget.js.licences.txt").decode()
    static = [name.rpartition("/")[2] for name in names if "/static/" in name]
    assert sorted(static) == sorted(_ASSETS), f"the wheel has {static}"
    assert not any("node_modules" in name or "labextension" in name for name in names), "the wheel has sources"
    assert licences.count("Permission is hereby granted") == 2, "licences are missing"
    return f"wheel of {wheel.stat().st_size // 1024} KiB, in it a bundle of {len(bundle) // 1024} KiB"


def _make_environment(folder: Path) -> Path:
    """Make an environment that sees what is installed in this one, but for guild_ipy; return its interpreter."""
    _python("-m", "venv", "--without-pip", folder / "an environment")
    (packages,) = (folder / "an environment").glob("lib/python*/site-packages")
    Path(packages, "others.pth").write_text(f"{Path(IPython.__file__).parents[1]}\n")
    return folder / "an environment/bin/python"


def _install_and_show(python: Path, tree: Path, *options: str, environment: Mapping[str, str]) -> Mapping[str, str]:
    """Install a tree; return what `%guild_runs --table` shows then, by media type."""
    pip = ["-m", "pip", "--python", python, "install", "-qq", "--no-deps", "--force-reinstall"]
    _python(*pip, *options, tree, environment=environment)
    seen = json.loads(_execute([python, "-c", _SHOW], cwd=python.parent))
    assert seen["from"].startswith(str(tree.parent)), f"guild_ipy of {seen['from']} was imported"
    data: dict[str, str] = seen["data"]
    return data


def _note_of(shown: Mapping[str, str], reason: str) -> str:
    assert "application/vnd.jupyter.widget-view+json" not in shown, "there is a widget"
    note = shown["text/plain"].strip().splitlines()[-1]
    assert reason in note, f"the reason is not said: {note}"
    assert reason in shown["text/html"]
    return note


def _unreachable(folder: Path, registry: str = _REFUSED) -> dict[str, str]:
    return {"YARN_NPM_REGISTRY_SERVER": registry, "YARN_GLOBAL_FOLDER": str(folder / "yarn")}


def _python(*words: str | Path, environment: Mapping[str, str] | None = None) -> None:
    _execute([sys.executable, *words], environment=environment)


def _execute(words: Sequence[str | Path], *, environment: Mapping[str, str] | None = None, cwd: Path = _ROOT) -> str:
    surroundings = {**os.environ, **(environment or {})}
    return subprocess.run(words, cwd=cwd, env=surroundings, check=True, capture_output=True, text=True).stdout


#: No program but the interpreter can be found.
_WITHOUT_NODE = {"PATH": sysconfig.get_path("scripts")}
_WAYS = (
    Way(name="pip wheel, Node on the path", try_it=_wheel),
    Way(name="pip wheel, no Node on the path", try_it=_wheel_without_node),
    Way(name="sdist, and a wheel of it", try_it=_sdist),
    Way(name="pip install", try_it=partial(_install, environment={})),
    Way(name="pip install -e", try_it=lambda folder: _install(folder, "-e", environment={})),
    Way(
        name="pip install -e, no Node on the path",
        try_it=lambda folder: _install(folder, "-e", environment=_WITHOUT_NODE),
    ),
    Way(name="pip install, npm registry refuses", try_it=_install_without_npm),
    Way(name="pip install -e, npm registry refuses", try_it=lambda folder: _install_without_npm(folder, "-e")),
    Way(name="pip install, npm registry is silent", try_it=_install_with_silent_npm),
    Way(name="pip install -e, npm registry refuses, then again with it", try_it=_mended),
    Way(name="pip install, GUILD_IPY_FRONT_END=skip", try_it=_skip),
    Way(name="pip wheel, GUILD_IPY_FRONT_END=force, npm registry refuses", try_it=_force),
)


if __name__ == "__main__":
    sys.exit(main())
