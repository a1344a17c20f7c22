"""Explains an error about a file that is in the project and not in the run: how the run gets it.

The name of the file is an attribute of the error (``filename``), or in its message, or, if a library gives no name
(SQLite), a constant or variable of the code that failed.
"""

from __future__ import annotations

import errno
import os
import re
import shlex
import traceback
from collections.abc import Iterator
from dataclasses import dataclass
from types import CodeType, FrameType

from guild_ipy.domain.program import NotebookFileProgram
from guild_ipy.engine.meta import JobMeta, require_meta
from guild_ipy.errors import GuildError
from guild_ipy.store.files.regular_file import open_reader
from guild_ipy.store.run_dir import RunDir
from guild_ipy.store.used_runs.manifest import read_manifest

_SAYS_MISSING = re.compile(
    r"no such file|not found|n[o']t exist|no files?\b|(unable|failed|cannot|can't|could ?n[o']t|couldn't|error)"
    r"[ \w]* (open|opened|opening|find|load|read|reading)",
    re.IGNORECASE,
)
#: SQLite makes an empty database if there is none, and does not name the file.
_NAMES_NO_FILE = re.compile(r"unable to open database|no such table", re.IGNORECASE)
#: Errors about names in code, not files.
_NOT_ABOUT_FILES = (ImportError, NameError, AttributeError, KeyError, SyntaxError, KeyboardInterrupt)
_QUOTED = re.compile(r"'([^'\n]+)'|\"([^\"\n]+)\"|`([^`\n]+)`")
_PATH_WORD = re.compile(r"[^\s'\"`,;()\[\]{}<>=]*[./][^\s'\"`,;()\[\]{}<>=]*")
_URL = re.compile(r"\A(?:file|sqlite|duckdb)(?:\+\w+)?:(?://)?/?(?=[^/])|\?[^?]*\Z")


def explain_missing(error: BaseException, run_dir: RunDir) -> str:
    """Return a line, with its end, for an error about a file that only the project has; nothing for other errors."""
    errors = list(_chain(error))
    named = list(dict.fromkeys(name for each in errors for name in _names(each)))
    databases = list(dict.fromkeys(name for each in errors for name in _database_names(each)))
    if not (named or databases):
        return ""
    try:
        places = _Places.of(run_dir)
    except (GuildError, OSError):  # the project is not known
        return ""
    lines = (*map(places.explain, named), *map(places.explain_database, databases))
    return next((f"{line}\n" for line in lines if line), "")


# -- the paths that an error names


def _chain(error: BaseException) -> Iterator[BaseException]:
    """Return an error with its causes, contexts and the members of groups, each once."""
    seen: set[int] = set()
    waiting: list[BaseException | None] = [error]
    while waiting:
        each = waiting.pop(0)
        if each is None or id(each) in seen:
            continue
        seen.add(id(each))
        yield each
        members = each.exceptions if isinstance(each, BaseExceptionGroup) else ()
        waiting += [each.__cause__, None if each.__suppress_context__ else each.__context__, *members]


def _names(error: BaseException) -> Iterator[str]:
    if isinstance(error, (*_NOT_ABOUT_FILES, GuildError)):
        return
    if isinstance(error, OSError) and error.errno not in {None, errno.ENOENT, errno.ENOTDIR}:
        return
    named = list(filter(None, (_as_path(getattr(error, name, None)) for name in ("filename", "filename2"))))
    text = _text(error)
    if not named and (isinstance(error, FileNotFoundError) or _SAYS_MISSING.search(text)):
        named = list(_names_in(text))
    yield from named


def _database_names(error: BaseException) -> Iterator[str]:
    if _NAMES_NO_FILE.search(_text(error)):
        for frame, _ in reversed(list(traceback.walk_tb(error.__traceback__))):
            yield from _names_of(frame)


def _text(error: BaseException) -> str:
    try:
        return str(error)
    except Exception:  # noqa: BLE001 - a broken __str__ is not worth another error
        return ""


def _as_path(value: object) -> str | None:
    if isinstance(value, str | bytes | os.PathLike):
        return os.fsdecode(value) or None
    return None


def _names_in(text: str) -> Iterator[str]:
    """Return the parts of a message that may be a path."""
    for match in _QUOTED.finditer(text):
        yield _URL.sub("", next(filter(None, match.groups())))
    for match in _PATH_WORD.finditer(text):
        yield match[0].rstrip(".:")


def _names_of(frame: FrameType) -> Iterator[str]:
    """Return the texts and paths that a frame uses: constants, its variables, and those of its module."""
    known = {**{name: frame.f_globals.get(name) for name in frame.f_code.co_names}, **frame.f_locals}
    for value in (*_constants(frame.f_code), *known.values()):
        if isinstance(value, str | os.PathLike) and (name := _as_path(value)) and len(name) < _LONGEST:
            yield _URL.sub("", name)


#: A longer text is not a path.
_LONGEST = 1000


def _constants(code: CodeType) -> Iterator[object]:
    for value in code.co_consts:
        yield from value if isinstance(value, tuple) else (value,)


# -- where the file is


@dataclass(frozen=True, kw_only=True)
class _Places:
    """The directory of a run, and the folders of the project in which its code would run."""

    run: str
    current: str
    project: str
    """The folder in which the run was started."""
    beside: str
    """The folder of its script or notebook."""
    is_function: bool
    is_notebook: bool
    """Whether files beside its program are at the top of the run directory."""

    @classmethod
    def of(cls, run_dir: RunDir) -> _Places:
        """Return those of a run; GuildError or OSError if they cannot be found."""
        meta = require_meta(run_dir)
        project = meta.import_path[0] if meta.import_path else ""
        return cls(
            run=os.path.realpath(run_dir.path),
            current=os.path.realpath(os.getcwd()),
            project=project,
            beside=_folder_of_main(run_dir, meta, project),
            is_function=not meta.program.main_file,
            is_notebook=isinstance(meta.program, NotebookFileProgram),
        )

    def explain(self, name: str) -> str:
        """Return where a file is and how the run gets it; empty if it is in the run, or nowhere."""
        path = self._path_in_run(name)
        if not path or os.path.lexists(os.path.join(self.run, path)):
            return ""
        found = self._find(path)
        if found is not None:
            return self._how_to_get(found, path)
        parent = os.path.dirname(path)
        if parent and not parent.startswith("..") and not os.path.isdir(os.path.join(self.run, parent)):
            return self._how_to_make(parent)
        return ""

    def explain_database(self, name: str) -> str:
        """Do the same for a file of SQLite, in whose place the run may have made an empty one."""
        path = self._path_in_run(name)
        found = self._find(path) if path else None
        if found is None or _is_database(os.path.join(self.run, path)) or not _is_database(found):
            return ""
        return self._how_to_get(found, path)

    def _find(self, path: str) -> str | None:
        places = (os.path.normpath(os.path.join(folder, path)) for folder in (self.beside, self.project) if folder)
        return next(filter(os.path.exists, places), None)

    def _path_in_run(self, name: str) -> str:
        """Return a path relative to the run directory, perhaps with ``..`` in front; empty for one elsewhere."""
        if "\0" in name:
            return ""
        full = os.path.normpath(os.path.join(self.current, name))
        around = os.path.dirname(self.run) if os.path.isabs(name) else self.current
        if not _is_below(full if os.path.isabs(name) else self.current, around, self.run):
            return ""
        path = os.path.relpath(full, self.run)
        return "" if path.strip("./") == "" else path

    def _how_to_get(self, found: str, path: str) -> str:
        rest = path[path.rindex("../") + 3 :] if path.startswith("../") else path
        top, *below = rest.split("/")
        origin = os.path.join(found.removesuffix(rest), top)
        bring = os.path.relpath(origin, self.project)
        placed = os.path.basename(bring) if bring.startswith("..") else bring
        if self.is_notebook and origin.startswith(f"{self.beside}/"):
            placed = os.path.relpath(origin, self.beside)
        opened = "/".join((placed, *below))
        ways = f"_files={bring!r} in Python" + (f", requires={f'file:{bring}'!r} of a function" * self.is_function)
        if opened != path and os.path.exists(os.path.join(self.run, opened)):
            place = os.path.dirname(found)
            return f"A run works in a directory of its own, in which {path!r} of {place!r} is {opened!r}: open that"
        then = "" if opened == path else f" and open {opened!r}"
        return (
            f"A run works in a directory of its own, and {path!r} is in {os.path.dirname(found)!r}: bring it along "
            f"with --file {shlex.quote(bring)} ({ways}){then}, or open its absolute path or "
            f"guild_ipy.project_dir() / {os.path.relpath(found, self.project)!r}"
        )

    def _how_to_make(self, parent: str) -> str:
        found = self._find(parent)
        if found is None or not os.path.isdir(found):
            return ""
        return (
            f"A run works in a directory of its own, which has no folder {parent!r}: make it with "
            f"os.makedirs({parent!r}, exist_ok=True), or bring that of the project along with --file "
            f"{shlex.quote(parent.partition('/')[0])}"
        )


def _folder_of_main(run_dir: RunDir, meta: JobMeta, project: str) -> str:
    main = meta.program.main_file
    if not main:
        return project
    if os.path.isabs(main):
        return os.path.dirname(main)
    origin = meta.main_origin or next(  # older runs have it in their manifest
        (entry.origin[0] for entry in read_manifest(run_dir) if entry.path == main and entry.kind == "s"), main
    )
    return os.path.dirname(os.path.join(project, origin))


def _is_database(path: str) -> bool:
    try:
        with open_reader(path) as file:
            return file.read(len(_SQLITE)) == _SQLITE
    except OSError:
        return False


_SQLITE = b"SQLite format 3\0"


def _is_below(path: str, around: str, run: str) -> bool:
    return path == run or path.startswith((run + "/", around + "/"))
