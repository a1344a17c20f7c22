"""The table of the trials of a batch: of each its state, the flags that vary, its last scalars, its time, its error."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from guild_ipy import markup
from guild_ipy.domain.status import RunStatus
from guild_ipy.domain.values.flags import Flags, FlagValue, format_flag
from guild_ipy.printable import printable
from guild_ipy.session.run_handle import format_duration
from guild_ipy.view.cell.run_head import DONE, FAILED, GOING, STOPPED, WAITING, shorten
from guild_ipy.view.trials.batch_progress import STATES, BatchProgress
from guild_ipy.view.trials.best_trial import find_telling_scalar
from guild_ipy.view.trials.live_trials import LiveTrial, LiveTrials
from guild_ipy.view.trials.shown_trials import choose_shown

#: The colours of states.
COLOURS: Mapping[RunStatus, str] = {
    RunStatus.COMPLETED: DONE.colour,
    RunStatus.ERROR: FAILED.colour,
    RunStatus.DAMAGED: FAILED.colour,
    RunStatus.TERMINATED: STOPPED.colour,
    RunStatus.RUNNING: GOING.colour,
    RunStatus.PENDING: WAITING.colour,
    RunStatus.STAGED: WAITING.colour,
}
_WAITING = frozenset({RunStatus.PENDING, RunStatus.STAGED})
_MOST_FLAGS = 8
_LONGEST_NUMBER = 9
_MOST_SCALARS = 4
_LINE = "1px solid var(--jp-border-color2, rgba(128, 128, 128, 0.35))"
_CELL_STYLE = "padding:2px 12px 2px 0;white-space:nowrap"
_HEADING_STYLE = f"{_CELL_STYLE};border-bottom:{_LINE};font-weight:normal;opacity:{markup.FAINT}"
#: It takes the width that is left.
_ERROR_STYLE = "text-align:left;width:100%;max-width:0;min-width:14em;overflow:hidden;text-overflow:ellipsis"
_TABLE_STYLE = "border-collapse:collapse;border:none;margin:4px 0 0 0;font-size:inherit;table-layout:auto"


@dataclass(frozen=True, kw_only=True)
class TrialRow:
    """A trial as it is shown."""

    trial: LiveTrial
    cells: Sequence[str]
    """The values of the columns."""
    is_best: bool


@dataclass(frozen=True, kw_only=True)
class TrialsInCell:
    """The trials that are shown, and how many are not."""

    columns: Sequence[str] = ()
    """The names of flags and scalars."""
    texts: frozenset[str] = frozenset()
    """Those of these columns that hold something else than numbers."""
    rows: Sequence[TrialRow] = ()
    more: Mapping[RunStatus, int] = field(default_factory=dict)
    """Trials that are not shown, by state."""

    @property
    def more_text(self) -> str:
        """How many are not shown; empty where all are."""
        counts = ", ".join(f"{count:,} {status}" for status, count in self.more.items())
        return f"… {sum(self.more.values()):,} more: {counts}" if self.more else ""

    @property
    def text(self) -> str:
        """The table as text, its columns below each other."""
        heads = ["", "#", "trial", *self.columns, "time", ""]
        lines = [heads, *([*_fixed_cells(row), *row.cells, _time(row.trial), row.trial.error] for row in self.rows)]
        shown = [list(map(printable, line)) for line in lines] if self.rows else []
        widths = [max(map(len, column)) for column in zip(*shown, strict=True)]
        padded = ("  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)) for line in shown)
        return "\n".join(line.rstrip() for line in [*padded, *filter(None, [self.more_text])])

    @property
    def html(self) -> str:
        """The table as HTML."""
        if not self.rows:
            return ""
        sides = [
            "left",
            "right",
            "left",
            *("left" if name in self.texts else "right" for name in self.columns),
            "right",
        ]
        names = ["", "#", "trial", *self.columns, "time"]
        head = "".join(
            f"<th style='{_HEADING_STYLE};text-align:{side}'>{markup.text(name)}</th>"
            for name, side in zip([*names, ""], [*sides, "left"], strict=True)
        )
        rows = "".join(f"<tr style='background:none'>{_html_cells(row, sides)}</tr>" for row in self.rows)
        width = ";width:100%" if any(row.trial.error for row in self.rows) else ""
        more = f"<div style='opacity:{markup.FAINT};padding-top:2px'>{markup.text(self.more_text)}</div>"
        content = f"<thead><tr style='background:none'>{head}</tr></thead><tbody>{rows}</tbody>"
        table = f"<div style='overflow-x:auto'><table style='{_TABLE_STYLE}{width}'>{content}</table></div>"
        return f"{table}{more if self.more else ''}"


def make_table(progress: BatchProgress, live: LiveTrials) -> TrialsInCell:
    """Return the table of a batch; only the flags of trials that are shown are read."""
    shown = choose_shown(progress)
    flags = live.varied[:_MOST_FLAGS]
    objectives = tuple(each.name for each in live.objectives)
    scalars = _choose_scalars(shown, objectives)
    best = progress.best.dirs if progress.best is not None else ()
    hidden = Counter(progress.counts)
    hidden.subtract(trial.status for trial in shown)
    own = [live.flags_of(trial) for trial in shown]
    return TrialsInCell(
        columns=(*flags, *objectives, *scalars),
        texts=frozenset(name for name in flags if not all(_is_number(each.get(name)) for each in own)),
        rows=[
            TrialRow(
                trial=trial,
                cells=[*_flag_cells(each, flags), *_value_cells(trial, objectives), *_scalar_cells(trial, scalars)],
                is_best=trial.dir in best,
            )
            for trial, each in zip(shown, own, strict=True)
        ],
        more={status: hidden[status] for status in STATES if hidden[status]},
    )


def _choose_scalars(shown: Sequence[LiveTrial], objectives: Sequence[str]) -> list[str]:
    """Return the scalars that have a column beside those of the objectives."""
    names = {name for trial in shown for name in trial.scalars} - set(objectives)
    telling = find_telling_scalar(names)
    return sorted(names, key=lambda name: (name != telling, name))[: max(0, _MOST_SCALARS - len(objectives))]


def _flag_cells(own: Flags, flags: Sequence[str]) -> list[str]:
    return [_flag(own[name]) if name in own else "" for name in flags]


def _value_cells(trial: LiveTrial, objectives: Sequence[str]) -> list[str]:
    """Return what is minimized or maximized; of a trial that has not reported all of it what it has reported."""
    if trial.values is None:
        return _scalar_cells(trial, objectives)
    return [f"{value:.4g}" for value in trial.values]


def _scalar_cells(trial: LiveTrial, scalars: Sequence[str]) -> list[str]:
    return [f"{trial.scalars[name]:.4g}" if name in trial.scalars else "" for name in scalars]


def _flag(value: FlagValue) -> str:
    """Write a flag; of a number no more digits than tell it apart in a table."""
    text = format_flag(value)
    is_long = isinstance(value, float) and len(text) > _LONGEST_NUMBER
    return f"{value:.6g}" if is_long else shorten(text)


def _is_number(value: FlagValue) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _fixed_cells(row: TrialRow) -> list[str]:
    best = "★" if row.is_best else ""
    return [row.trial.status.sign + best, str(row.trial.number), row.trial.dir.short_id]


def _time(trial: LiveTrial) -> str:
    return format_duration(trial.duration)


def _html_cells(row: TrialRow, sides: Sequence[str]) -> str:
    trial = row.trial
    sign, number, short_id = _fixed_cells(row)
    faint = f";opacity:{markup.FAINT}" if trial.status in _WAITING else ""
    style = f"{faint};font-weight:bold" if row.is_best else faint
    styles = [f";color:{COLOURS[trial.status]}' title='{trial.status}", f";opacity:{markup.FAINT}", faint]
    contents = [f"<b>{markup.text(sign)}</b>", number, f"<code>{markup.text(short_id)}</code>"]
    contents += map(markup.text, [*row.cells, _time(trial)])
    styles += [style] * (len(contents) - len(styles))
    cells = [
        _cell(f"text-align:{side}{style}", content)
        for side, style, content in zip(sides, styles, contents, strict=True)
    ]
    error = markup.text(trial.error)
    return "".join([*cells, *([_cell(f"{_ERROR_STYLE}' title='{error}", error)] if error else [])])


def _cell(style: str, content: str) -> str:
    return f"<td style='{_CELL_STYLE};{style}'>{content}</td>"
