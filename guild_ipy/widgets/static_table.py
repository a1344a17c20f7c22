"""The table as HTML and text: shown before the widget is there, where there is none, and in a saved notebook."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from guild_ipy import markup
from guild_ipy.tables.shown.html_table import format_html
from guild_ipy.tables.shown.shown_table import show_frame
from guild_ipy.tables.shown.text_table import format_text
from guild_ipy.widgets.beside_widget import beside_widget

#: What is shown of a widget where it is not shown.
WIDGET_TEXT = "The table to click on is shown while its notebook has a kernel; run the cell again."


def make_bundle(frame: pd.DataFrame, note: str | None = None) -> Mapping[str, str]:
    """Return a frame of runs as text and HTML, with a note below it."""
    shown = show_frame(frame)
    below = "" if note is None else f"<p><em>{markup.text(note)}</em></p>"
    text = format_text(shown)
    return {
        "text/plain": text if note is None else f"{text}\n\n{note}",
        "text/html": beside_widget(f"{format_html(shown)}{below}"),
    }
