"""The output beside a widget, which is seen before the widget is there, where there is none, and in a saved notebook.

Two outputs are shown, first one of HTML and text, and then the widget. Where the widget is at work the first is hidden;
where it cannot be, as in a notebook without a kernel, the second is, which would be an error message. Both is done by a
style sheet that knows only the elements in which JupyterLab and Notebook put outputs.
"""

from __future__ import annotations

from collections.abc import Mapping

#: Classes of the output beside a widget, of an empty place, and of the element of a widget that is at work, which
#: ``labextension/src/mount.ts`` sets.
_BESIDE, _NOTHING, _LIVE = "guild-ipy-beside", "guild-ipy-nothing", "guild-ipy-live"
_OUTPUT = ".jp-OutputArea-child"
#: What holds a widget, also before its model is there: after a reload that takes until the kernel is free.
_VIEW = ".lm-Panel.jp-OutputArea-output"
_STYLE = f"""<style>
{_OUTPUT}:has(.{_BESIDE}):has(+ {_OUTPUT} .{_LIVE}),
{_OUTPUT}:has(.{_BESIDE}) + {_OUTPUT}:has(.jupyter-widgets, {_VIEW}):not(:has(.{_LIVE})),
{_OUTPUT}:has(.{_NOTHING}) {{ display: none }}
</style>"""

#: Holds the place of a widget that is not there yet, or no longer.
NOTHING: Mapping[str, str] = {"text/html": f'<div class="{_NOTHING}"></div>', "text/plain": ""}


def beside_widget(html: str) -> str:
    """Return HTML that is hidden while the widget in the output below is at work, and hides that where it is not."""
    return f'<div class="{_BESIDE}">{_STYLE}{html}</div>'
