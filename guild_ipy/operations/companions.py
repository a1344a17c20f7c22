"""What comes along with a program if it can: variables that only its texts name, and magics that it uses.

A text may be no code after all, so nothing is refused: what cannot travel is noted, for the error of a run that misses
it.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

from guild_ipy.domain.notebook_state import STATE_NAME, NotebookMagic, NotebookState
from guild_ipy.operations.mentions import Mentions
from guild_ipy.operations.notebook import Notebook
from guild_ipy.operations.notebook_magics import find_extension, find_magics, find_target


@dataclass(frozen=True, kw_only=True)
class Attempt:
    """How packing something went."""

    size: int = 0
    """In bytes."""
    error: Exception | None = None


class Packer(Protocol):
    """Packs values with the program."""

    def attempt(self, values: Mapping[str, Any]) -> Attempt:
        """Pack variables; if that fails all is as before."""


@dataclass(kw_only=True)
class Companions:
    """Packs what texts name, and what that names in turn."""

    packer: Packer
    notebook: Notebook
    mentions: Mentions
    present: Collection[str]
    """Variables that are packed already."""
    sizes: dict[str, int] = field(default_factory=dict)
    """Variables that came along -> how many bytes."""
    _left_out: dict[str, str] = field(default_factory=dict)
    _magics: list[NotebookMagic] = field(default_factory=list)
    _extensions: dict[str, None] = field(default_factory=dict)
    _missing_magics: dict[str, str] = field(default_factory=dict)
    _seen_magics: set[str] = field(default_factory=set)

    def pack(self) -> NotebookState:
        """Pack all of it but the state itself."""
        while self._pack_variables() or self._pack_magics():
            continue
        return NotebookState(
            magics=tuple(self._magics),
            extensions=tuple(self._extensions),
            missing_magics=self._missing_magics,
            left_out=self._left_out,
        )

    def _pack_variables(self) -> bool:
        names = [name for name in self.mentions.pop_names() if name not in self.present]
        for name in names:
            attempt = self.packer.attempt({name: self.notebook.variables[name]})
            if attempt.error is None:
                self.sizes[name] = attempt.size
            else:
                self._left_out[name] = _first_line(attempt.error)
        return bool(names)

    def _pack_magics(self) -> bool:
        new = self.mentions.magics - self._seen_magics
        self._seen_magics |= new
        for magic in find_magics(new, self.notebook):
            extension = find_extension(magic, self.notebook)
            if extension is not None:
                self._extensions[extension] = None
                continue
            if target := find_target(magic):
                self.mentions.magics.add(target)
            error = self.packer.attempt({STATE_NAME: magic}).error
            if error is None:
                self._magics.append(magic)
            else:
                self._missing_magics[magic.name] = _first_line(error)
        return bool(new)


def _first_line(error: Exception) -> str:
    return (str(error).splitlines() or [type(error).__name__])[0]
