"""A project's Guild file: its operations, found by name."""

from __future__ import annotations

import hashlib
import os
from dataclasses import dataclass

from guild_ipy.domain.operation import OperationDef
from guild_ipy.errors import GuildFileError, UsageError
from guild_ipy.operations.guildfile.circles import refuse_circles
from guild_ipy.operations.guildfile.items import read_guild_file_bytes, read_items
from guild_ipy.operations.guildfile.models import default_models, read_operations


@dataclass(frozen=True, kw_only=True)
class GuildFile:
    """The operations of one file."""

    path: str
    operations: tuple[OperationDef, ...] = ()
    default_models: frozenset[str] = frozenset()
    """Models whose operations are named without the model."""

    def find(self, word: str) -> OperationDef | None:
        """Find an operation by ``model:name``, or by its name where that is clear.

        Raises
        ------
        UsageError
            If several models have an operation of that name.
        """
        exact = next((each for each in self.operations if each.full_name == word), None)
        if exact is not None:
            return exact
        named = [each for each in self.operations if each.name == word]
        preferred = [each for each in named if each.model in self.default_models]
        found = preferred or named
        if len(found) > 1:
            names = ", ".join(each.full_name for each in found)
            raise UsageError(f"several models have an operation {word!r}; name one of {names}")
        return found[0] if found else None

    @property
    def default(self) -> OperationDef | None:
        """The operation that is meant where none is named."""
        candidates = [each for each in self.operations if each.model in self.default_models]
        said = [each for each in candidates if each.is_default]
        public = [each for each in candidates if not each.name.startswith("_")]
        if said:
            return said[0]
        return public[0] if len(public) == 1 else None

    @property
    def names(self) -> list[str]:
        """The names by which operations are run."""
        return [self.name_of(each) for each in self.operations]

    def name_of(self, operation: OperationDef) -> str:
        """Give the shortest name that means an operation."""
        same = [each for each in self.operations if each.name == operation.name]
        is_clear = operation.model in self.default_models and sum(e.model in self.default_models for e in same) == 1
        return operation.name if is_clear or len(same) == 1 else operation.full_name


def read_guild_file(path: str) -> GuildFile:
    """Read a Guild file, whole and checked.

    Raises
    ------
    GuildFileError
        For the first thing in it that is wrong.
    """
    path = os.path.abspath(path)
    content = read_guild_file_bytes(path)
    items = read_items(path, content)
    version = hashlib.md5(content, usedforsecurity=False).hexdigest()
    try:
        operations = read_operations(items, path, os.path.dirname(path), version)
        refuse_circles(operations)
    except RecursionError as error:
        shown = os.path.basename(path)
        raise GuildFileError("too many models or operations lead to each other; make it simpler", path=shown) from error
    return GuildFile(path=path, operations=operations, default_models=default_models(items))
