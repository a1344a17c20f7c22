"""The line above the output of a run: which run it is, what it is doing, its flags and its scalars.

While the run goes it is shown again and again; at its end it says how it ended. As HTML it has a bar in the colour of
the status; the same line is there as text.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from guild_ipy import markup
from guild_ipy.domain.status import RunStatus
from guild_ipy.domain.values.flags import FlagValue, format_flag
from guild_ipy.printable import printable
from guild_ipy.view.cell.sparkline import sparkline

_MOST_SCALARS = 6
_LONGEST_FLAG = 40
_SPINNER = (
    "<svg width='12' height='12' viewBox='0 0 12 12' role='img' aria-label='running' style='vertical-align:-1px'>"
    "<circle cx='6' cy='6' r='4.5' fill='none' stroke='currentColor' stroke-width='2' opacity='0.25'/>"
    "<path d='M6 1.5 A4.5 4.5 0 0 1 10.5 6' fill='none' stroke='currentColor' stroke-width='2'>"
    "<animateTransform attributeName='transform' type='rotate' from='0 6 6' to='360 6 6' dur='1s'"
    " repeatCount='indefinite'/></path></svg>"
)


@dataclass(frozen=True, kw_only=True)
class HeadLook:
    """How a state of a run is told at a glance: by a sign and by the colour of a bar."""

    sign: str
    colour: str


GOING = HeadLook(sign="", colour="var(--jp-info-color1, #1976d2)")
WAITING = HeadLook(sign="◌", colour="var(--jp-border-color1, #9e9e9e)")
DONE = HeadLook(sign=RunStatus.COMPLETED.sign, colour="var(--jp-success-color1, #388e3c)")
FAILED = HeadLook(sign=RunStatus.ERROR.sign, colour="var(--jp-error-color1, #d32f2f)")
STOPPED = HeadLook(sign=RunStatus.TERMINATED.sign, colour="var(--jp-warn-color1, #f57c00)")


@dataclass(frozen=True, kw_only=True)
class RunHead:
    """What the line says."""

    operation: str
    state: str
    """``running``, ``loading numpy``, ``completed``, ``failed``, ...; with the time."""
    look: HeadLook
    short_id: str = ""
    flags: Mapping[str, FlagValue] = field(default_factory=dict)
    curves: Mapping[str, Sequence[float]] = field(default_factory=dict)
    """The values of each scalar so far."""
    left: str = ""
    """What the run has left: ``3 files, 1 figure``."""
    error: str = ""
    """Why it failed."""
    details: Sequence[str] = ()
    """Dependencies and notes, a line each."""

    @property
    def text(self) -> str:
        """The line as text, with the details below it."""
        parts = [self.operation, self.short_id, self.state, self._flag_text(), self._scalar_text(), self.left]
        below = [*filter(None, [self.error]), *self.details]
        lines = [" · ".join(filter(None, parts)), *(f"  {line}" for line in below)]
        return "\n".join([*map(printable, lines), *filter(None, [self.below_text])])

    @property
    def html(self) -> str:
        """The line as HTML."""
        sign = _SPINNER if self.look is GOING else markup.text(self.look.sign)
        parts = [
            f"<span style='color:{self.look.colour};font-weight:bold'>{sign}</span>",
            f"<b>{markup.text(self.operation)}</b>",
            f"<code>{markup.text(self.short_id)}</code>" if self.short_id else "",
            f"<span>{markup.text(self.state)}</span>",
            *(_pair(name, shorten(format_flag(value)), "=") for name, value in self.flags.items()),
            *(_pair(name, f"{values[-1]:.4g}", " ", sparkline(values)) for name, values in self._shown_curves()),
            f"<span>{markup.text(self._more_scalars())}</span>" if self._more_scalars() else "",
            f"<span style='opacity:{markup.FAINT}'>{markup.text(self.left)}</span>" if self.left else "",
        ]
        details = "".join(
            f"<div style='opacity:{markup.FAINT};font-size:90%;white-space:pre-wrap'>{markup.text(line)}</div>"
            for line in self.details
        )
        line = f"<div style='{_LINE_STYLE}'>{''.join(filter(None, parts))}</div>"
        error = f"<div style='font-weight:bold'>{markup.text(self.error)}</div>" if self.error else ""
        content = f"{line}{error}{details}{self.below_html}"
        return f"<div style='{_BAR_STYLE};border-left:3px solid {self.look.colour}'>{content}</div>"

    @property
    def below_text(self) -> str:
        """Further lines of the text, printable."""
        return ""

    @property
    def below_html(self) -> str:
        """Further HTML, below the details."""
        return ""

    @property
    def bundle(self) -> dict[str, str]:
        """The mimebundle."""
        return {"text/html": self.html, "text/plain": self.text}

    def _flag_text(self) -> str:
        return " ".join(f"{name}={shorten(format_flag(value))}" for name, value in self.flags.items())

    def _scalar_text(self) -> str:
        shown = [f"{name} {values[-1]:.4g}" for name, values in self._shown_curves()]
        return "  ".join([*shown, *filter(None, [self._more_scalars()])])

    def _shown_curves(self) -> list[tuple[str, Sequence[float]]]:
        return [(name, values) for name, values in sorted(self.curves.items()) if values][:_MOST_SCALARS]

    def _more_scalars(self) -> str:
        more = len(self.curves) - _MOST_SCALARS
        return f"and {more} more scalars" if more > 0 else ""


@dataclass(frozen=True, kw_only=True)
class RunFoot:
    """The line below the output of a run, which may be far from the head: how it ended."""

    look: HeadLook
    text: str

    @property
    def html(self) -> str:
        """The line as HTML, below a rule."""
        sign = f"<span style='color:{self.look.colour};font-weight:bold'>{markup.text(self.look.sign)}</span>"
        return f"<div style='{_FOOT_STYLE}'>{sign} {markup.text(self.text)}</div>"

    @property
    def bundle(self) -> dict[str, str]:
        """The mimebundle."""
        return {"text/html": self.html, "text/plain": printable(self.text)}


_FONT = "font-family:var(--jp-ui-font-family, system-ui, sans-serif);font-size:var(--jp-ui-font-size1, 13px)"
_BAR_STYLE = f"{_FONT};padding:3px 0 3px 10px;font-variant-numeric:tabular-nums"
_LINE_STYLE = "display:flex;flex-wrap:wrap;gap:2px 12px;align-items:baseline"
_FOOT_STYLE = (
    f"{_FONT};margin-top:4px;padding-top:3px;border-top:1px solid var(--jp-border-color2, rgba(128, 128, 128, 0.4))"
)


def _pair(name: str, value: str, sign: str, picture: str = "") -> str:
    faint = f"<span style='opacity:{markup.FAINT}'>{markup.text(name)}{sign}</span>"
    return f"<span style='white-space:nowrap'>{faint}{markup.text(value)}{picture and ' ' + picture}</span>"


def shorten(text: str) -> str:
    """Cut the value of a flag to a length that a line bears."""
    return text if len(text) <= _LONGEST_FLAG else text[: _LONGEST_FLAG - 1] + "…"
