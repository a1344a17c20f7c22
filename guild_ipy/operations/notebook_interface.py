"""Notebook files as operations: the flags of a ``.ipynb``, found without running it."""

from __future__ import annotations

import importlib.util
import json
import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from guild_ipy.domain.program import SOURCECODE_DIR
from guild_ipy.domain.run_spec import ProjectSource
from guild_ipy.domain.source_text.notebook_cells import CodeCell, find_cell_constants
from guild_ipy.domain.values.flags import FlagDef
from guild_ipy.errors import UsageError
from guild_ipy.operations.scripts.constant_flags import define_constants
from guild_ipy.store.files.regular_file import MAX_PROJECT_BYTES, read_regular

_FORMAT = 4
_NEEDED = ("nbclient", "nbformat", "ipykernel")


@dataclass(frozen=True, kw_only=True)
class NotebookFileInterface:
    """The flags and the description of a notebook file."""

    flags: tuple[FlagDef, ...] = ()
    description: str = ""
    """Its first heading."""


def is_notebook_file(path: str) -> bool:
    """Whether a file of this name is a notebook."""
    return path.lower().endswith(".ipynb")


def inspect_notebook(path: str) -> NotebookFileInterface:
    """Find the flags of a notebook in its cells.

    Raises
    ------
    UsageError
        If it cannot be read, or is not a notebook in Python.
    """
    cells = _read_cells(path)
    flags = define_constants(find_cell_constants(list(_code_cells(cells))))
    return NotebookFileInterface(flags=flags, description=_find_heading(cells))


def check_notebook_tools() -> None:
    """Raise UsageError, with the remedy, if the packages that execute notebooks are not installed."""
    missing = [name for name in _NEEDED if importlib.util.find_spec(name) is None]
    if missing:
        raise UsageError(
            f"a notebook file is executed by {missing[0]!r}, which is not installed; pip install 'guild-ipy[notebooks]'"
        )


def set_aside(source: ProjectSource, path: str, name: str) -> ProjectSource:
    """Move the text of a notebook to another place in the run, since the executed notebook takes the path `name`.

    The digest stays: it is that of the project's files.
    """
    files = (
        replace(file, path=f"{SOURCECODE_DIR}/{name}", origin=file.origin or path) if file.path == path else file
        for file in source.files
    )
    return replace(source, files=tuple(files))


def place_beside(source: ProjectSource, path: str) -> ProjectSource:
    """Copy the files next to a notebook to the top of the run as well, where its cells are executed.

    A file of the project that would have the same path is moved to where the notebook's own text is. The digest stays.
    """
    folder = os.path.dirname(path)
    if not folder:
        return source
    beside = [file for file in source.files if file.path.startswith(f"{folder}/") and file.path != path]
    linked = [link for link in source.links if link.path.startswith(f"{folder}/")]
    paths = [*(file.path for file in beside), *(link.path for link in linked)]
    taken = {_first_name(each.removeprefix(f"{folder}/")) for each in paths}
    files = (
        replace(file, path=f"{SOURCECODE_DIR}/{file.path}") if _first_name(file.path) in taken else file
        for file in source.files
    )
    return replace(
        source,
        files=(*files, *(replace(file, path=file.path.removeprefix(f"{folder}/")) for file in beside)),
        links=(*source.links, *(replace(link, path=link.path.removeprefix(f"{folder}/")) for link in linked)),
    )


def _first_name(path: str) -> str:
    return path.partition("/")[0]


# -- reading


def _read_cells(path: str) -> list[Mapping[str, Any]]:
    try:
        notebook = json.loads(read_regular(path, MAX_PROJECT_BYTES))
    except OSError as error:
        raise UsageError(f"cannot read {path!r}: {(error.strerror or str(error)).lower()}") from error
    except (ValueError, RecursionError) as error:
        raise UsageError(f"{path!r} is no notebook: it is not JSON ({error})") from error
    if not isinstance(notebook, dict) or not isinstance(notebook.get("nbformat"), int):
        raise UsageError(f"{path!r} is no notebook: it has no 'nbformat'")
    if notebook["nbformat"] != _FORMAT:
        raise UsageError(f"{path!r} is in notebook format {notebook['nbformat']}, not 4; save it anew with Jupyter")
    if why := _find_fault(notebook):
        raise UsageError(f"{path!r} is no valid notebook: {why}")
    _refuse_language(path, notebook.get("metadata", {}))
    cells: list[Mapping[str, Any]] = notebook["cells"]
    return cells


def _find_fault(notebook: Mapping[str, Any]) -> str:
    """Describe the first fault that would make the execution fail; empty if there is none."""
    cells = notebook.get("cells")
    if not isinstance(cells, list):
        return "it has no list 'cells'"
    if not isinstance(notebook.get("metadata", {}), dict):
        return "'metadata' is no object"
    for position, cell in enumerate(cells, start=1):
        if not isinstance(cell, dict) or not isinstance(cell.get("cell_type"), str):
            return f"cell {position} has no 'cell_type'"
        if not isinstance(cell.get("metadata", {}), dict):
            return f"'metadata' of cell {position} is no object"
        source = cell.get("source")
        if not all(isinstance(line, str) for line in (source if isinstance(source, list) else [source])):
            return f"'source' of cell {position} is no text"
    return ""


def _refuse_language(path: str, metadata: Mapping[str, Any]) -> None:
    for key, name in (("language_info", "name"), ("kernelspec", "language")):
        part = metadata.get(key)
        language = part.get(name) if isinstance(part, dict) else None
        if isinstance(language, str) and language.lower() not in {"python", "ipython"}:
            raise UsageError(f"{path!r} is a notebook in {language!r}; notebooks in Python can be run")


def _code_cells(cells: list[Mapping[str, Any]]) -> Iterator[CodeCell]:
    for cell in cells:
        if cell["cell_type"] == "code":
            tags = cell.get("metadata", {}).get("tags")
            yield CodeCell(source=_text(cell), tags=tuple(tags) if isinstance(tags, list) else ())


def _find_heading(cells: list[Mapping[str, Any]]) -> str:
    lines = (line for cell in cells if cell["cell_type"] == "markdown" for line in _text(cell).splitlines())
    return next((line.lstrip("#").strip() for line in lines if line.startswith("#")), "")


def _text(cell: Mapping[str, Any]) -> str:
    return "".join(cell["source"])
