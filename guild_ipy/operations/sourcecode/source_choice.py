"""The rules of ``sourcecode`` in a Guild file: files that are copied besides, or in place of, the usual ones.

A pattern without a slash is matched with the name of a file, one with a slash with its path; ``*`` matches slashes too.
A folder stands for all files in it. The last rule that matches counts (Guild AI 0.9.0).
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fnmatch import fnmatch

from guild_ipy.domain.declarations.operation_def import SourceRule
from guild_ipy.operations.sourcecode.source_walk import FoundFile, leads_up
from guild_ipy.store.files.regular_file import open_reader

#: How many files are searched at most for rules that include other files than the usual ones.
MAX_FILES = 20_000


@dataclass(frozen=True, kw_only=True)
class SourceChoice:
    """The rules of one operation, in their order."""

    rules: tuple[SourceRule, ...]

    def verdict(self, path: str, root: str) -> bool | None:
        """Whether the rules include a file; None if no rule matches it."""
        found: bool | None = None
        for rule in self.rules:
            if rule.kind != "dir" and _matches(path, rule, root):
                found = rule.is_include
        return found

    def find(self, root: str, excluded: Sequence[str] = ()) -> Iterator[FoundFile]:
        """Find the files that the rules include, whatever their content."""
        if not any(rule.is_include and rule.kind != "dir" for rule in self.rules):
            return
        left_out = {os.path.realpath(each) for each in excluded}
        seen = 0
        for folder, folders, names in os.walk(root, followlinks=True):
            inner = os.path.relpath(folder, root)
            folders[:] = sorted(
                name
                for name in folders
                if self._is_entered(os.path.normpath(os.path.join(inner, name)), root, left_out)
            )
            for name in sorted(names):
                seen += 1
                path = os.path.normpath(os.path.join(inner, name))
                if seen <= MAX_FILES and self.verdict(path, root):
                    yield from _look_at(root, path)

    def _is_entered(self, path: str, root: str, left_out: set[str]) -> bool:
        full = os.path.join(root, path)
        if os.path.islink(full) and leads_up(full, root):
            return False
        if os.path.realpath(full) in left_out or os.path.exists(os.path.join(full, ".guild", "opref")):
            return False
        found = True
        for rule in self.rules:
            if rule.kind == "dir" and _fits(path, rule.pattern):
                found = rule.is_include
        return found


def _look_at(root: str, path: str) -> Iterator[FoundFile]:
    full = os.path.join(root, path)
    try:
        if os.path.isfile(full):
            yield FoundFile(path=path, full_path=full, stat=os.stat(full))
    except OSError:  # removed since
        return


def _matches(path: str, rule: SourceRule, root: str) -> bool:
    pattern = rule.pattern
    if rule.kind == "any" and os.path.isdir(os.path.join(root, pattern)):
        pattern = os.path.join(pattern, "*")
    return _fits(path, pattern) and (rule.kind == "any" or _is_text(os.path.join(root, path)) is (rule.kind == "text"))


def _fits(path: str, pattern: str) -> bool:
    name = path if "/" in pattern else os.path.basename(path)
    return fnmatch(name, pattern.lstrip("/"))


def _is_text(path: str) -> bool:
    try:
        with open_reader(path) as file:
            head = file.read(1024)
    except OSError:
        return False
    return b"\0" not in head
