"""Packs the variables that only texts of a program name, and the magics that it uses, as far as they can travel.

A text may turn out not to be code, so nothing is refused: variables that cannot travel are recorded, and named in the
error of a run that misses them.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from typing import Any

from guild_ipy.domain.notebook_state import STATE_NAME, NotebookMagic, NotebookState
from guild_ipy.operations.notebook import Notebook
from guild_ipy.operations.packing.notebook_magics import find_extension, find_magics, find_target
from guild_ipy.operations.packing.texts.mentioned_names import MentionedNames


@dataclass(kw_only=True)
class ExtraVariables:
    """Packs the variables that texts name, and the variables that these name in turn."""

    attempt: Callable[[Mapping[str, Any]], int]
    """Packs variables and returns their size in bytes; an error leaves the payload as it was."""
    notebook: Notebook
    mentioned: MentionedNames
    present: Collection[str]
    """Variables that are packed already."""
    sizes: dict[str, int] = field(default_factory=dict)
    """Variables that were packed -> their size in bytes."""
    _left_out: dict[str, str] = field(default_factory=dict)
    _magics: list[NotebookMagic] = field(default_factory=list)
    _extensions: dict[str, None] = field(default_factory=dict)
    _missing_magics: dict[str, str] = field(default_factory=dict)
    _seen_magics: set[str] = field(default_factory=set)

    def pack(self) -> NotebookState:
        """Pack all variables and magics, and return the state, which is not packed yet."""
        while self._pack_variables() or self._pack_magics():
            continue
        return NotebookState(
            has_shell=self.notebook.shell is not None,
            magics=tuple(self._magics),
            extensions=tuple(self._extensions),
            missing_magics=self._missing_magics,
            left_out=self._left_out,
        )

    def _pack_variables(self) -> bool:
        names = [name for name in self.mentioned.pop_names() if name not in self.present]
        for name in names:
            try:
                self.sizes[name] = self.attempt({name: self.notebook.variables[name]})
            except Exception as error:  # noqa: BLE001 - whatever a type's own __reduce__ raises
                self._left_out[name] = _first_line(error)
        return bool(names)

    def _pack_magics(self) -> bool:
        new = self.mentioned.magics - self._seen_magics
        self._seen_magics |= new
        for magic in find_magics(new, self.notebook):
            extension = find_extension(magic, self.notebook)
            if extension is not None:
                self._extensions[extension] = None
                continue
            if target := find_target(magic):
                self.mentioned.magics.add(target)
            try:
                self.attempt({STATE_NAME: magic})
            except Exception as error:  # noqa: BLE001 - as above
                self._missing_magics[magic.name] = _first_line(error)
            else:
                self._magics.append(magic)
        return bool(new)


def _first_line(error: Exception) -> str:
    return (str(error).splitlines() or [type(error).__name__])[0]
