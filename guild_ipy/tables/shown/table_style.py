"""The style of tables of runs, for light and dark pages alike.

Text has the colour of the page, and so have lines, faintly. Other colours are mixed with that of the page's text,
which makes them darker on a light page and lighter on a dark one, so that their contrast stays above 4.5 on both. A
browser that cannot mix colours shows none.
"""

from __future__ import annotations

#: The class of the element that all of a table is in.
CLASS = "guild-runs"

#: Front ends have rules of their own for tables; the class, said three times, outweighs them.
STYLE = """<style>
.guild-runs.guild-runs.guild-runs {
  overflow-x: auto;
  & table { border: none; border-collapse: collapse; margin: 0; font-variant-numeric: tabular-nums }
  & thead { border: none }
  & tr { background: none; border-bottom: 1px solid color-mix(in srgb, currentColor 14%, transparent) }
  & thead tr { border-bottom-color: color-mix(in srgb, currentColor 50%, transparent) }
  & tbody tr:hover { background: color-mix(in srgb, currentColor 6%, transparent) }
  & th, & td {
    padding: 3px 9px; border: none; text-align: left; vertical-align: baseline; white-space: nowrap; line-height: 1.5
  }
  & th { font-weight: 600 }
  & .number { text-align: right }
  & .sign, & .gap { text-align: center }
  & td.run { font-family: var(--jp-code-font-family, monospace) }
  & .text { max-width: clamp(17em, 100vw - 60em, 28em); overflow: hidden; text-overflow: ellipsis }
  & .crowded .text { max-width: 12em }
  & .completed b { color: color-mix(in srgb, #1a7f37 85%, currentColor) }
  & .error, & .damaged { color: color-mix(in srgb, #d1242f 60%, currentColor) }
  & .terminated { color: color-mix(in srgb, #9a6700 60%, currentColor) }
  & .running { color: color-mix(in srgb, #0969da 60%, currentColor) }
  & p { margin: 6px 9px; font-size: 0.93em; line-height: 1.5; color: color-mix(in srgb, currentColor 75%, transparent) }
  & p b { font-weight: 600; margin-left: 1em }
}
</style>"""
