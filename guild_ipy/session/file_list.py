"""``run.files``: the files of a run with their sizes, as text and as a page with small pictures."""

from __future__ import annotations

import base64
import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, overload

from guild_ipy import markup
from guild_ipy.domain.values.file_type import HEAD_BYTES, FileKind, FileType, format_size, tell_type
from guild_ipy.errors import UsageError, suggest
from guild_ipy.printable import printable
from guild_ipy.session.file_access import list_files, open_file
from guild_ipy.store.run_dir import RunDir

#: More files are counted only.
_MOST_SHOWN = 200
#: A larger image has no thumbnail, and all of them together are not larger than this.
_MOST_IMAGE_BYTES = 200_000
_MOST_PAGE_BYTES = 2_000_000
_ICONS = {
    FileKind.IMAGE: "\N{FRAME WITH PICTURE}",
    FileKind.SVG: "\N{FRAME WITH PICTURE}",
    FileKind.TABLE: "\N{BAR CHART}",
    FileKind.BINARY: "\N{PACKAGE}",
}
_OTHER_ICON = "\N{PAGE FACING UP}"
_THUMBNAIL = "<img alt='' style='max-width:96px;max-height:64px' src='data:{};base64,{}'>"


@dataclass(frozen=True, kw_only=True)
class RunFile:
    """A file, as it was when the files were listed."""

    name: str
    """Relative to the run."""
    size: int
    type: FileType


class RunFiles(Sequence[Path]):
    """The files of a run, sorted by name: a sequence of paths, which has them by name, too.

    Examples
    --------
    >>> run.files["figures/figure-1.png"].stat().st_size      # doctest: +SKIP
    18734
    >>> [path.name for path in run.files if path.suffix == ".pt"]      # doctest: +SKIP
    ['model.pt']
    """

    def __init__(self, run_dir: RunDir, names: Sequence[str]) -> None:
        self._run_dir = run_dir
        self._names = tuple(names)

    @overload
    def __getitem__(self, at: int | str) -> Path: ...

    @overload
    def __getitem__(self, at: slice) -> Sequence[Path]: ...

    def __getitem__(self, at: int | str | slice) -> Path | Sequence[Path]:
        """Return a path, by its place or by its name relative to the run."""
        if isinstance(at, slice):
            return RunFiles(self._run_dir, self._names[at])
        if isinstance(at, int):
            return self._path(self._names[at])
        if at not in self._names:
            raise UsageError(f"run {self._run_dir.short_id} has no file {at!r}{suggest(at, self._names)}")
        return self._path(at)

    def __len__(self) -> int:
        return len(self._names)

    def __contains__(self, each: object) -> bool:
        """Whether it has a file of that name, or at that path."""
        return each in self._names or (isinstance(each, Path) and each in set(self))

    @property
    def names(self) -> list[str]:
        """Their names, relative to the run."""
        return list(self._names)

    def describe(self, limit: int | None = None) -> Iterator[RunFile]:
        """Read size and type of each, of at most `limit`."""
        for name in self._names[:limit]:
            path = os.path.join(self._run_dir.path, name)
            try:
                with open_file(self._run_dir, name) as file:
                    found = tell_type(name, file.read(HEAD_BYTES))
                    yield RunFile(name=name, size=os.fstat(file.fileno()).st_size, type=found)
            except UsageError:  # a link that leads elsewhere, a pipe, or it is gone
                title = "link" if os.path.islink(path) else "not a file"
                yield RunFile(name=name, size=0, type=FileType(kind=FileKind.BINARY, name=title))

    # -- how they look

    def __repr__(self) -> str:
        rows = [(format_size(each.size), printable(each.name)) for each in self.describe(_MOST_SHOWN)]
        width = max((len(size) for size, _ in rows), default=0)
        return "\n".join([self._title(), *(f"  {size:>{width}}  {name}" for size, name in rows), *self._rest()])

    def _repr_pretty_(self, printer: Any, cycle: bool) -> None:  # noqa: ANN401, ARG002, FBT001 - IPython's protocol
        printer.text(repr(self))

    def _repr_html_(self) -> str:
        left = _MOST_PAGE_BYTES
        rows = []
        for each in self.describe(_MOST_SHOWN):
            picture = self._thumbnail(each) if each.size <= min(left, _MOST_IMAGE_BYTES) else ""
            left -= each.size if picture else 0
            texts = (each.name, each.type.name, format_size(each.size))
            icon = picture or _ICONS.get(each.type.kind, _OTHER_ICON)
            rows.append(markup.row(markup.cell(icon), *(markup.cell(markup.text(text)) for text in texts)))
        rows += [markup.row(markup.cell(""), markup.cell(markup.text(line))) for line in self._rest()]
        return markup.table(rows, caption=markup.text(self._title()))

    def _thumbnail(self, each: RunFile) -> str:
        if each.type.kind not in {FileKind.IMAGE, FileKind.SVG}:
            return ""
        mime = each.type.mime or "image/svg+xml"
        try:
            with open_file(self._run_dir, each.name) as file:
                content = file.read(_MOST_IMAGE_BYTES)
        except UsageError:  # it is gone
            return ""
        return _THUMBNAIL.format(mime, base64.b64encode(content).decode())

    def _path(self, name: str) -> Path:
        return Path(self._run_dir.path, name)

    def _title(self) -> str:
        return f"{len(self)} file{'s' * (len(self) != 1)} of run {self._run_dir.short_id}"

    def _rest(self) -> list[str]:
        left = len(self) - _MOST_SHOWN
        return [f"and {left} more"] if left > 0 else []


def read_files(run_dir: RunDir) -> RunFiles:
    """Return the files of a run, as they are at this moment, without those of Guild."""
    return RunFiles(run_dir, list_files(run_dir))
