"""The style of tables of runs, for light and dark pages alike.

Text has the colour of the page, and so have lines, faintly. A colour is mixed with that of the page's text: it gets
darker on a light page and lighter on a dark one, so its contrast stays above 4.5 on both. A browser that cannot mix
colours shows none.
"""

from __future__ import annotations

from collections.abc import Mapping

from guild_ipy.domain.status import RunStatus

#: The class of everything that has this style.
CLASS = "guild-runs"

_RED, _GREEN, _BLUE, _AMBER = "#d1242f", "#1a7f37", "#0969da", "#9a6700"
_COLOURS: Mapping[RunStatus, str] = {
    RunStatus.RUNNING: _BLUE,
    RunStatus.COMPLETED: _GREEN,
    RunStatus.ERROR: _RED,
    RunStatus.TERMINATED: _AMBER,
    RunStatus.DAMAGED: _RED,
}
_LINE = "color-mix(in srgb, currentColor 16%, transparent)"
_FAINT = "color-mix(in srgb, currentColor 72%, transparent)"


def _rules() -> str:
    rules = {
        "": "overflow-x: auto; max-width: 100%",
        "table": "border-collapse: collapse; border: none; margin: 0; font-variant-numeric: tabular-nums",
        "tr, .{0} tbody tr:nth-child(n)": "background: none",
        "tbody tr:hover": "background: color-mix(in srgb, currentColor 6%, transparent)",
        "th, .{0} td": f"padding: 4px 10px; border: none; border-bottom: 1px solid {_LINE}; text-align: left;"
        " white-space: nowrap; vertical-align: baseline; line-height: 1.5",
        "th": f"font-weight: 600; color: {_FAINT}; border-bottom: 1px solid currentColor; vertical-align: bottom",
        ".number": "text-align: right",
        ".run": "font-family: var(--jp-code-font-family, monospace)",
        ".text": "max-width: 20em; overflow: hidden; text-overflow: ellipsis",
        ".sign, .{0} .gap": "text-align: center",
        "p": f"margin: 6px 10px; color: {_FAINT}; line-height: 1.5",
        "p b": "font-weight: 600; margin-left: 1em",
    }
    for status, colour in _COLOURS.items():
        place = f".{status} b" if status is RunStatus.COMPLETED else f".{status}"  # the usual one is not loud
        rules[place] = f"color: color-mix(in srgb, {colour} 65%, currentColor)"
    return "\n".join(
        f".{CLASS} {selector}".rstrip().replace("{0}", CLASS) + f" {{ {rule} }}" for selector, rule in rules.items()
    )


STYLE = f"<style>\n{_rules()}\n</style>"
