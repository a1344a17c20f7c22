"""How a notebook shows a run while it goes."""

from __future__ import annotations

from guild_ipy.view.live import PreviewingViewer


class NotebookViewer(PreviewingViewer):
    """The preview above the output, the output as a stream, one line at the end.

    It agrees to the preview: a notebook that runs unattended cannot be asked.
    """

    def __init__(self) -> None:
        super().__init__(start_command="%guild_start {}")
