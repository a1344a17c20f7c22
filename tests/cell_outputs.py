"""What a front end shows below a cell, made of the messages of a kernel."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from jupyter_client.blocking.client import BlockingKernelClient
from jupyter_client.manager import start_new_kernel

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
    is_clearing_awaited: bool = False

    def take(self, message: dict[str, Any]) -> None:
        """Show what a message says."""
        kind, content = message["msg_type"], message["content"]
        if self.is_clearing_awaited and kind in {"stream", *_SHOWN}:
            self.shown, self.is_clearing_awaited = [], False
        if kind == "stream":
            self._add_stream(content["text"])
        elif kind in _SHOWN:
            display_id = content.get("transient", {}).get("display_id")
            self.shown.append(Output(kind, content["data"], display_id))
        elif kind == "update_display_data":
            self.update(message)
        elif kind == "clear_output":
            assert content["wait"], "a run must not let the cell be empty for a moment"
            self.is_clearing_awaited = True
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
    client: BlockingKernelClient,
    code: str,
    on_change: Callable[[CellOutputs], object] = lambda outputs: None,
    hear: Callable[[dict[str, Any]], object] = lambda message: None,
) -> tuple[dict[str, Any], CellOutputs]:
    """Execute code; return its reply and what it has shown.

    `on_change` is called whenever it has shown something, `hear` with every message.
    """
    outputs = CellOutputs()

    def take(message: dict[str, Any]) -> None:
        hear(message)
        outputs.take(message)
        if outputs.shown:
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


@contextmanager
def open_kernel(folder: Path, code: str) -> Iterator[BlockingKernelClient]:
    """Start a kernel in a folder, with the extension and what `code` defines; yield the client of it."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("GUILD_HOME", f"{folder}/guild")
        patch.setenv("IPYTHONDIR", f"{folder}/ipython")
        patch.chdir(folder)
        manager, client = start_new_kernel(extra_arguments=["--Application.log_level=ERROR"])
        run_code(client, "%load_ext guild_ipy")
        run_code(client, code)
        yield client
        client.stop_channels()
        manager.shutdown_kernel(now=True)
