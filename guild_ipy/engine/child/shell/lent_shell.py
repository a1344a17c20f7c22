"""The shell of a notebook while a run is in its process: what the run displays is kept in the run.

It is shown below the cell afterwards, with the text of the run and at its place in it.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from guild_ipy.engine.child.shell.run_display import WIDGET
from guild_ipy.engine.child.shell.run_shell import RunDisplayPublisher


@contextmanager
def lend_shell(shell: Any) -> Iterator[None]:  # noqa: ANN401 - IPython's
    """Let the shell show in the output of the run."""
    publisher = shell.display_pub
    shell.display_pub = _LentPublisher(publisher, shell)
    try:
        yield
    finally:
        shell.display_pub = publisher


class _LentPublisher(RunDisplayPublisher):
    """Shows in the output of the run what its thread displays.

    Other threads of the notebook show below their cells, and so do widgets, whose process lives on here.
    """

    def __init__(self, publisher: Any, shell: Any) -> None:  # noqa: ANN401 - IPython's
        super().__init__(parent=shell, shell=shell)
        self._notebook = publisher
        self._thread = threading.get_ident()

    def publish(self, data: Mapping[str, Any], metadata: Mapping[str, Any] | None = None, **options: Any) -> None:  # noqa: ANN401 - IPython's
        is_of_run = threading.get_ident() == self._thread
        if not is_of_run or WIDGET in data:
            self._notebook.publish(data, metadata, **options)
        if is_of_run:
            super().publish({kind: value for kind, value in data.items() if kind != WIDGET}, metadata, **options)

    def clear_output(self, wait: bool = False) -> None:  # noqa: FBT001, FBT002 - IPython's
        if threading.get_ident() == self._thread:
            super().clear_output(wait)
        else:
            self._notebook.clear_output(wait)
