"""The constants in the code cells of a notebook file, which are its flags.

They are taken from the first cell with the tag ``parameters`` (papermill's convention), or from all cells if none has
the tag. A cell is IPython, not Python: lines of magics and shell commands are skipped, and so is a cell that is
otherwise not Python, or that begins with a cell magic, unless the magic runs the lines below it (``%%time``).

Standard library only: the process of a run imports this.
"""

from __future__ import annotations

import ast
import re
import warnings
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from guild_ipy.domain.source_text.constants import find_constants, replace_constants, set_constants
from guild_ipy.domain.values.flags import FlagValue

_PARAMETERS = "parameters"
#: How many lines of a cell that are not Python are skipped at most.
_MOST_MAGICS = 200
#: Cell magics that run the Python below them in the notebook's namespace.
_TRANSPARENT = frozenset({"time", "timeit", "capture", "prun", "memit"})
_CELL_MAGIC = re.compile(r"\s*%%(\w+).*")
_MAGIC = re.compile(r"\s*[%!?]|.*=\s*[%!]|.*\?\s*\Z")


@dataclass(frozen=True, kw_only=True)
class CodeCell:
    """A code cell of a notebook file."""

    source: str
    tags: tuple[str, ...] = ()


def find_cell_constants(cells: Sequence[CodeCell]) -> dict[str, FlagValue]:
    r"""Return each constant and its value, in the order of the cells; the first cell that assigns a name counts.

    Examples
    --------
    >>> find_cell_constants([CodeCell(source="%matplotlib inline\nlr = 0.1"), CodeCell(source="lr = 1; n = 2")])
    {'lr': 0.1, 'n': 2}
    """
    found: dict[str, FlagValue] = {}
    for _, tree in _parse_cells(cells):
        for name, value in find_constants(tree).items():
            found.setdefault(name, value)
    return found


def replace_cell_constants(cells: Sequence[CodeCell], constants: Mapping[str, object]) -> list[str]:
    """Return the sources of the cells, with other values for these constants.

    Raises
    ------
    ValueError
        If no cell has a constant of that name.
    """
    sources = [cell.source for cell in cells]
    left = dict(constants)
    for index, tree in _parse_cells(cells):
        own = {name: left.pop(name) for name in find_constants(tree) if name in left}
        sources[index] = replace_constants(sources[index], own, tree)
    if left:
        raise ValueError(f"the notebook has no constant {next(iter(left))!r}")
    return sources


def _parse_cells(cells: Sequence[CodeCell]) -> Iterator[tuple[int, ast.Module]]:
    """Return the index and the Python of each cell that may hold flags."""
    tagged = [index for index, cell in enumerate(cells) if _PARAMETERS in cell.tags]
    for index in tagged[:1] or range(len(cells)):
        tree = parse_cell(cells[index].source)
        if tree is not None:
            yield index, tree


def parse_cell(source: str) -> ast.Module | None:
    """Parse the lines of a cell that are Python, at their positions; None if that is not possible."""
    lines = source.split("\n")
    if not _open_magics(lines):
        return None
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # warnings of the compiler are shown when the cell runs
        for _ in range(_MOST_MAGICS):
            try:
                return ast.parse("\n".join(lines))
            except SyntaxError as error:
                if not _pass_over(lines, error.lineno or 0):
                    return None
            except (ValueError, RecursionError, MemoryError):
                return None
    return None


def _open_magics(lines: list[str]) -> bool:
    """Blank the lines of cell magics that run the lines below them; False if another cell magic is found."""
    for index, line in enumerate(lines):
        magic = _CELL_MAGIC.fullmatch(line)
        if magic and magic[1] in _TRANSPARENT:
            lines[index] = ""
        elif line.strip():
            return not line.lstrip().startswith("%%")
    return True


def set_cell_constants(tree: ast.Module, constants: Mapping[str, object], filename: str = "<source>") -> ast.Module:
    """Give the constants of a cell, as Python, other values in place, also below ``%%time``; return the tree.

    Raises
    ------
    ValueError
        If the cell has no constant of that name.
    """
    body = find_magic_body(tree) if constants else None
    if body is None:
        return set_constants(tree, constants, filename)
    body.value = replace_cell_constants([CodeCell(source=str(body.value))], constants)[0]
    return tree


def find_magic_body(tree: ast.Module) -> ast.Constant | None:
    """Find the text that a cell, as Python, passes to a magic that runs it: the lines below ``%%time``."""
    match tree.body:
        case [
            ast.Expr(
                value=ast.Call(
                    func=ast.Attribute(attr="run_cell_magic"),
                    args=[ast.Constant(value=magic), _, ast.Constant(value=str()) as body],
                )
            )
        ] if magic in _TRANSPARENT:
            return body
    return None


def _pass_over(lines: list[str], number: int) -> bool:
    """Put ``pass`` in the place of a magic and the lines that continue it; False if the line is not a magic."""
    index = min(number, len(lines)) - 1
    while index > 0 and lines[index - 1].endswith("\\"):
        index -= 1
    indent = re.match(r"\s*", lines[index])
    if index < 0 or indent is None or not _MAGIC.match(lines[index]):
        return False
    while lines[index].endswith("\\") and index + 1 < len(lines):
        lines[index], index = "", index + 1
    lines[index] = indent[0] + "pass"
    return True
