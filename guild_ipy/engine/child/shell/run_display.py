"""Displays of a run: their text goes to its output, and the whole of them beside it.

Libraries that show something call this in the process of the run; IPython need not be loaded.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping
from functools import cache, lru_cache
from typing import Any

from guild_ipy.engine.output.streams import IndexedStream, own_stream
from guild_ipy.store.displays.display import Display, DisplayKind
from guild_ipy.store.displays.display_log import DisplayWriter

WIDGET = "application/vnd.jupyter.widget-view+json"
_NOWIDGETS = "note: a widget of a run is shown as its text: it would need the process of the run to live on\n"


def show_bundle(
    data: Mapping[str, Any],
    metadata: Mapping[str, Any] | None = None,
    *,
    kind: DisplayKind = DisplayKind.DISPLAY,
    display_id: str | None = None,
    wait: bool = False,
) -> None:
    """Show a mimebundle at this place of the output of the run.

    In another process than one of the run the text alone is written. A display that cannot be kept, as on a full disk,
    is shown as its text.
    """
    bundle = {each: value for each, value in data.items() if each != WIDGET}
    if len(bundle) < len(data):
        _explain_widgets()
    display = Display(
        kind=kind, data=bundle, metadata=dict(metadata or {}), display_id=display_id, wait=wait, is_trusted=True
    )
    sys.stdout.flush()
    sys.stderr.flush()
    stream = own_stream()
    if stream is None:
        sys.stdout.write(display.text)
    else:
        _shown_in(stream).show(display)


def clear_output(*, wait: bool = False) -> None:
    """Note that what was shown so far is to be cleared; the output itself keeps it."""
    show_bundle({}, kind=DisplayKind.CLEAR, wait=wait)


class _ShownDisplays:
    """The displays of this process, in the output of its run."""

    def __init__(self, stream: IndexedStream) -> None:
        self._stream = stream
        self._writer = DisplayWriter(stream.run_dir)
        self._last_texts: dict[str, str] = {}
        """By the name that updates have; an update that changes a picture only has no text of its own."""

    def show(self, display: Display) -> None:
        text = self._new_text(display).encode("utf-8", "backslashreplace")
        announced: list[Display] = []
        trouble: list[OSError] = []

        def announce(at: int) -> None:
            try:
                announced.append(self._writer.add(display.placed(at, len(text))))
            except OSError as error:
                trouble.append(error)

        at = self._stream.place(text, announce)
        for each in announced:
            if text and each.at != at:
                self._writer.move(each.id, at)
        for error in trouble:
            sys.stderr.write(f"note: a display is kept as its text only: {error.strerror or error}\n")

    def _new_text(self, display: Display) -> str:
        if display.display_id is None:
            return display.text
        is_same = display.kind is DisplayKind.UPDATE and self._last_texts.get(display.display_id) == display.text
        self._last_texts[display.display_id] = display.text
        return "" if is_same else display.text


@lru_cache(maxsize=1)  # a process has one run, the one of a notebook several after each other
def _shown_in(stream: IndexedStream) -> _ShownDisplays:
    return _ShownDisplays(stream)


@cache
def _explain_widgets() -> None:
    """Write the note, once in a process."""
    sys.stderr.write(_NOWIDGETS)
