"""Shows mimebundles below the cell of a notebook that is being executed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


class Publisher:
    """Shows mimebundles by the shell of a kernel.

    Parameters
    ----------
    shell
        IPython's. Its ``display_pub`` is another one while ``%%capture`` is at work.
    """

    def __init__(self, shell: Any) -> None:  # noqa: ANN401 - of a package that this layer does not know
        self._shell = shell

    def publish(
        self,
        data: Mapping[str, Any],
        metadata: Mapping[str, Any] | None = None,
        *,
        display_id: str | None = None,
        update: bool = False,
    ) -> None:
        """Show a bundle; with `update` in the place of the one that was shown under this name."""
        transient = {} if display_id is None else {"display_id": display_id}
        self._shell.display_pub.publish(
            data=dict(data), metadata=dict(metadata or {}), transient=transient, update=update
        )

    @property
    def cell(self) -> str:
        """The id of the request that executes the cell; empty where there is none."""
        parent: Mapping[str, Any] = getattr(self._shell, "get_parent", dict)()
        return str(parent.get("header", {}).get("msg_id", ""))

    def clear(self) -> None:
        """Clear all that is below the cell, as soon as something else is shown."""
        self._shell.display_pub.clear_output(wait=True)

    def shows_already(self, run: object) -> None:
        """Let the value of the cell that is executed not be shown again, if it is this run."""
        vars(run)["_ipython_display_"] = lambda: None  # IPython's protocol

        def forget(*_: object) -> None:
            vars(run).pop("_ipython_display_", None)
            self._shell.events.unregister("post_run_cell", forget)

        self._shell.events.register("post_run_cell", forget)
