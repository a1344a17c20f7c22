"""What a front end shows below a cell, made of the messages of a kernel."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from jupyter_client.blocking.client import BlockingKernelClient

_SHOWN = {"display_data", "execute_result"}
_SECONDS = 60


@dataclass
class Output:
    """One output: a stream, or a mimebundle."""

    kind: str
    data: dict[str, Any]
    display_id: str | None = None
    history: list[dict[str, Any]] = field(default_factory=list)
    """The bundles that it had before."""

    @property
    def text(self) -> str:
        return str(self.data.get("text/plain", ""))


@dataclass
class CellOutputs:
    """The outputs of a cell, in order; pieces of a stream are one."""

    shown: list[Output] = field(default_factory=list)
    messages: int = 0

    def take(self, message: dict[str, Any]) -> None:
        """Show what a message says."""
        kind, content = message["msg_type"], message["content"]
        if kind == "stream":
            self._add_stream(content["text"])
        elif kind in _SHOWN:
            display_id = content.get("transient", {}).get("display_id")
            self.shown.append(Output(kind, content["data"], display_id))
        elif kind == "update_display_data":
            self.update(message)
        elif kind == "clear_output":
            raise AssertionError("a run must not clear what the cell has shown")
        else:
            return
        self.messages += 1

    def update(self, message: dict[str, Any]) -> None:
        """Show another bundle in the place of one of these, if it is one of these."""
        content = message["content"]
        for output in self.shown:
            if output.display_id == content["transient"]["display_id"]:
                output.history.append(output.data)
                output.data = content["data"]

    def _add_stream(self, text: str) -> None:
        if self.shown and self.shown[-1].kind == "stream":
            self.shown[-1].data["text/plain"] += text
        else:
            self.shown.append(Output("stream", {"text/plain": text}))

    @property
    def text(self) -> str:
        """All of it as text."""
        return "\n".join(output.text.removesuffix("\n") for output in self.shown)

    @property
    def kinds(self) -> list[str]:
        """The richest type of each output; ``stream`` for one."""
        rich = ("image/png", "text/html", "text/markdown", "text/plain")
        return [
            "stream" if each.kind == "stream" else next(kind for kind in rich if kind in each.data)
            for each in self.shown
        ]


def run_code(
    client: BlockingKernelClient, code: str, on_change: Callable[[CellOutputs], object] = lambda outputs: None
) -> tuple[dict[str, Any], CellOutputs]:
    """Execute code; return its reply and what it has shown. `on_change` is called whenever it shows something."""
    outputs = CellOutputs()

    def take(message: dict[str, Any]) -> None:
        outputs.take(message)
        on_change(outputs)

    reply = client.execute_interactive(code, output_hook=take, timeout=_SECONDS)
    return reply["content"], outputs


def take_updates(client: BlockingKernelClient, outputs: CellOutputs, until: Callable[[CellOutputs], bool]) -> None:
    """Show updates that come after the cell has ended, until the condition holds."""
    deadline = time.monotonic() + _SECONDS
    while not until(outputs):
        message = client.get_iopub_msg(timeout=max(0.0, deadline - time.monotonic()))
        if message["msg_type"] == "update_display_data":
            outputs.update(message)
