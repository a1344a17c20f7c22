"""The output of a run, which a notebook shows with all that the run displayed."""

from __future__ import annotations

from typing import Any, Self

from guild_ipy.engine.follow import OutputTail
from guild_ipy.settings import Settings
from guild_ipy.store.run_dir import RunDir
from guild_ipy.view.cell.cell_output import CellOutput
from guild_ipy.view.cell.publisher import Publisher
from guild_ipy.view.shown_file import FileText

#: More is not shown: a page would not bear it.
_MOST_LINES = 200_000
_MOST_BYTES = 20_000_000


class RunOutput(FileText):
    """The text of the output; as the value of a cell it is shown below that as the run showed it."""

    _run_dir: RunDir
    _publisher: Publisher

    def __new__(cls, text: str, run_dir: RunDir, publisher: Publisher) -> Self:
        """Make the text, which knows its run."""
        made = super().__new__(cls, text)
        made._run_dir, made._publisher = run_dir, publisher
        return made

    def __reduce__(self) -> tuple[type[str], tuple[str]]:
        return str, (str(self),)

    def _ipython_display_(self, **_: Any) -> None:  # noqa: ANN401 - IPython's protocol
        tail = OutputTail(self._run_dir, Settings(output_rate=_MOST_BYTES))
        CellOutput(self._publisher, self._where_all_is, most_lines=_MOST_LINES).show(tail.rest())

    def _where_all_is(self) -> str:
        return f"all of it is in {self._run_dir.output}"
