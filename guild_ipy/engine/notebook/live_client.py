"""An nbclient that writes the output of cells while they run."""

from __future__ import annotations

import asyncio
import os
import re
import subprocess
import sys
from collections.abc import Mapping
from typing import Any, TextIO

import nbformat
from jupyter_client.manager import AsyncKernelManager
from nbclient import NotebookClient

from guild_ipy.engine.child.shell.run_display import show_bundle
from guild_ipy.engine.notebook.kernel_stderr import KernelStderr
from guild_ipy.errors import NotebookError
from guild_ipy.store.displays.display import DisplayKind

#: How long the output of a cell may still arrive after the cell has ended; a full pipe takes less.
_OUTPUT_SECONDS = 600
#: The part of a line that a carriage return removes.
_OVERWRITTEN = re.compile(r"[^\n]*\r(?=[^\r\n])")
_ANSI = re.compile(r"\x1b\[[0-?]*[ -/]*[@-~]")


_DISPLAYS = frozenset(kind.value for kind in DisplayKind)


class LiveClient(NotebookClient):
    """Executes cells, and writes what they print and show to this process's standard output and error.

    Text is written as it comes; a value or picture as its plain text, on a line of its own, and the whole of it beside
    the output; an error as its traceback.
    """

    def __init__(self, notebook: nbformat.NotebookNode, km: AsyncKernelManager) -> None:
        super().__init__(notebook, km=km, iopub_timeout=_OUTPUT_SECONDS, on_cell_executed=self._hear_reply)
        self._manager = km
        self.kernel_status: int | None = None
        """Exit status of a kernel that ended unasked, negative for a signal."""
        self.has_exited = False
        """Whether a cell has called ``exit()``."""
        self.stderr = KernelStderr()
        self._is_line_begun = False
        self._interrupting: asyncio.Future[None] | None = None

    async def open_kernel(self, env: Mapping[str, str], code: str) -> None:
        """Start the kernel and execute `code` in it without keeping its output.

        Raises
        ------
        NotebookError, RuntimeError
        """
        try:
            await self.async_start_new_kernel(env=dict(env), stdout=subprocess.DEVNULL, stderr=self.stderr.writer)
        finally:
            os.close(self.stderr.writer)
        asyncio.get_running_loop().add_reader(self.stderr, self.stderr.read)
        client = await self.async_start_new_kernel_client()
        reply = await self.async_wait_for_reply(client.execute(code, silent=True, store_history=False))
        content = reply["content"] if reply is not None else {}
        if content.get("status") != "ok":
            raise NotebookError(f"the kernel could not be made ready: {content.get('ename')}: {content.get('evalue')}")

    async def close_kernel(self, *, at_once: bool) -> None:
        """Shut the kernel down, or kill it."""
        if self.kc is not None:
            self.kc.stop_channels()
        if self._manager.provisioner is not None and self._manager.has_kernel:
            self.kernel_status = await self._manager.provisioner.poll()
            await self._manager.shutdown_kernel(now=at_once or self.kernel_status is not None)
        asyncio.get_running_loop().remove_reader(self.stderr)
        self.stderr.close()

    def interrupt_kernel(self) -> None:
        """Interrupt the kernel."""
        self._interrupting = asyncio.ensure_future(self._manager.interrupt_kernel())

    def process_message(
        self, msg: dict[str, Any], cell: nbformat.NotebookNode, cell_index: int
    ) -> nbformat.NotebookNode | None:
        """Process a message of the kernel; see nbclient."""
        self._write_message(msg["msg_type"], msg["content"])
        output: nbformat.NotebookNode | None = super().process_message(msg, cell, cell_index)
        if output is not None:
            _join_streams(cell.outputs)
        return output

    def _hear_reply(self, *, execute_reply: dict[str, Any], **_: object) -> None:
        payload = execute_reply["content"].get("payload") or ()
        self.has_exited |= any(part.get("source") == "ask_exit" for part in payload)

    def _write_message(self, kind: str, content: Mapping[str, Any]) -> None:
        if kind == "stream":
            self._write(sys.stderr if content["name"] == "stderr" else sys.stdout, content["text"])
        elif kind in _DISPLAYS:
            self._write(sys.stdout, "\n" * self._is_line_begun)
            show_bundle(
                content.get("data", {}),
                content.get("metadata"),
                kind=DisplayKind(kind),
                display_id=content.get("transient", {}).get("display_id"),
                wait=content.get("wait", False),
            )
        elif kind == "error" and content["ename"] != "SystemExit":
            self._write_block(sys.stderr, _ANSI.sub("", "\n".join(content["traceback"])))

    def _write_block(self, stream: TextIO, text: str) -> None:
        self._write(stream, "\n" * self._is_line_begun + text + "\n" * (not text.endswith("\n")))

    def _write(self, stream: TextIO, text: str) -> None:
        if text:
            self._is_line_begun = not text.endswith("\n")
            stream.write(text)
            stream.flush()  # both streams are one file


def _join_streams(outputs: list[nbformat.NotebookNode]) -> None:
    """Join the last two outputs if they are pieces of one text, as a front end does.

    Of a progress bar only the last state is left.
    """
    if len(outputs) < 2 or any(output.output_type != "stream" for output in outputs[-2:]):  # noqa: PLR2004 - a pair
        return
    before, new = outputs[-2:]
    if before.name == new.name:
        head, newline, line = before.text.rpartition("\n")
        before.text = f"{head}{newline}{_OVERWRITTEN.sub('', line + new.text)}"
        del outputs[-1]
