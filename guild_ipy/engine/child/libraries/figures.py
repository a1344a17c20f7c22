"""Figures of matplotlib in a run: ``plt.show()`` shows them in its output, as it does in a notebook.

They are saved as well, as ``figures/figure-1.png`` and so on in the run directory.

Light on imports: see :mod:`guild_ipy.engine.child.process`.
"""

from __future__ import annotations

import os
import sys
import time
from functools import cache

from guild_ipy.store.files.folders import make_folders

TYPE_CHECKING = False  # typing.TYPE_CHECKING, without loading typing
if TYPE_CHECKING:
    from collections.abc import Collection, Iterator
    from types import ModuleType
    from typing import Any

    from guild_ipy.store.run_dir import RunDir

_PYPLOT = "matplotlib.pyplot"


@cache
def process_figures() -> ProcessFigures:
    """Return the figures of this process; the first call is made when its run begins."""
    return ProcessFigures()


class ProcessFigures:
    """Shows and saves figures, in the order in which they are shown."""

    def __init__(self) -> None:
        self._begun = time.time()
        self._count = 0
        self._replaced: tuple[Any, Any] | None = None

    def replace_show(self, pyplot: ModuleType, run_dir: RunDir) -> None:
        """Let ``pyplot.show`` show the open figures in the output of the run."""
        self._replaced = pyplot, pyplot.show
        pyplot.show = lambda *_, **__: self.show_open(run_dir)  # type: ignore[attr-defined] # a function of pyplot

    def restore_show(self) -> None:
        """Let ``pyplot.show`` be what it was."""
        if self._replaced is not None:
            pyplot, show = self._replaced
            pyplot.show = show

    def show_open(self, run_dir: RunDir, *, but: Collection[int] = (), closes: bool = True) -> None:
        """Show, save and, if `closes`, close the figures that are open, but for those of some numbers."""
        figures = [(pyplot, figure) for pyplot, figure in _open_figures() if figure.number not in but]
        if not figures:
            return
        from guild_ipy.engine.child.shell import run_display  # start-up cost: for runs that have figures

        for pyplot, figure in figures:
            bundle: dict[str, Any] = {"text/plain": repr(figure)}
            if figure.get_children()[1:]:  # more than its background
                bundle["image/png"] = self._save(figure, run_dir)
            run_display.show_bundle(bundle)
            if closes:
                pyplot.close(figure)

    def save_open(self, run_dir: RunDir, *, only: Collection[int]) -> None:
        """Save the open figures of these numbers, and leave them open."""
        for _, figure in _open_figures():
            if figure.number in only:
                self._save(figure, run_dir)

    def _save(self, figure: Any, run_dir: RunDir) -> bytes:  # noqa: ANN401 - matplotlib's, which has no annotations
        """Save a figure to a file of its own; return the content of the file."""
        from io import BytesIO  # start-up cost: as above

        buffer = BytesIO()
        figure.savefig(buffer, format="png", bbox_inches="tight")
        folder = run_dir.path + "/figures"
        make_folders(folder, inside=run_dir.path)
        self._count += 1
        while _is_newer(path := f"{folder}/figure-{self._count}.png", self._begun):
            self._count += 1  # it is a file of the run's own
        with open(path, "wb") as file:
            file.write(buffer.getvalue())
        return buffer.getvalue()


def open_numbers() -> tuple[int, ...]:
    """Return the numbers of the figures that are open."""
    pyplot: Any = sys.modules.get(_PYPLOT)
    return () if pyplot is None else tuple(pyplot.get_fignums())


def _open_figures() -> Iterator[tuple[Any, Any]]:
    pyplot: Any = sys.modules.get(_PYPLOT)
    for number in open_numbers():
        yield pyplot, pyplot.figure(number)


def _is_newer(path: str, moment: float) -> bool:
    try:
        return os.stat(path).st_mtime > moment
    except FileNotFoundError:
        return False
