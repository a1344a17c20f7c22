"""The head of a batch: that of a run, and below it a bar, the counts by state, and the table of the trials."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from guild_ipy import markup
from guild_ipy.domain.status import RunStatus
from guild_ipy.printable import printable
from guild_ipy.view.cell.batch_in_cell.trials_in_cell import COLOURS, TrialsInCell
from guild_ipy.view.cell.run_head import RunHead
from guild_ipy.view.trials.batch_progress import BatchProgress, describe_left
from guild_ipy.view.trials.best_trial import BestTrials

_BAR_STYLE = "display:flex;gap:1px;height:6px;margin:5px 0 3px 0;border-radius:3px;overflow:hidden;max-width:48em"
#: As pending trials, but fainter: these are not there yet.
_TO_COME = f"color-mix(in srgb, {COLOURS[RunStatus.PENDING]} 35%, transparent)"
_COUNTS_STYLE = "display:flex;flex-wrap:wrap;gap:2px 14px;align-items:baseline"
_OUTPUT_STYLE = (
    f"margin:4px 0 0 0;padding:0;background:none;color:inherit;white-space:pre;overflow:hidden;opacity:{markup.FAINT};"
    "font-family:var(--jp-code-font-family, monospace);font-size:90%;line-height:1.4;min-height:5.6em"
)


@dataclass(frozen=True, kw_only=True)
class BatchHead(RunHead):
    """What is shown of a batch."""

    progress: BatchProgress
    table: TrialsInCell = field(default_factory=TrialsInCell)
    output: Sequence[str] | None = None
    """The last lines of the trial that is running; None where they are not shown."""
    hint: str = ""
    """How the whole output is seen."""

    @property
    def below_text(self) -> str:
        """The counts and the table as text."""
        progress = self.progress
        if not self._has_begun:
            return ""
        left = describe_left(progress.left) if progress.left is not None else ""
        line = " · ".join(filter(None, [self._making or progress.summary, left]))
        output = [printable(text) for text in self.output or ()]
        return "\n".join(filter(None, [line, self.table.text, *output, self.hint]))

    @property
    def below_html(self) -> str:
        """The bar, the counts and the table as HTML."""
        hint = (
            f"<div style='opacity:{markup.FAINT};padding-top:2px'>{markup.text(self.hint)}</div>" if self.hint else ""
        )
        return f"{self._bar_html()}{self._counts_html()}{self.table.html}{self._output_html()}{hint}"

    @property
    def _has_begun(self) -> bool:
        """Whether there are trials, or will be."""
        return bool(self.progress.by_state or self.progress.expected)

    @property
    def _making(self) -> str:
        progress = self.progress
        return f"preparing {progress.expected:,} trials: {progress.made:,} ready" if progress.expected else ""

    def _bar_html(self) -> str:
        counts = self.progress.counts
        label = markup.text(self._making or self.progress.summary)
        parts = "".join(
            f"<div style='flex:{count} 1 0;min-width:2px;background:{COLOURS[status]}'></div>"
            for status, count in counts.items()
        )
        if self.progress.to_come:
            parts += f"<div style='flex:{self.progress.to_come} 1 0;background:{_TO_COME}'></div>"
        if self._making:
            done = self.progress.made / self.progress.expected
            parts = f"<div style='flex:0 0 {done:.1%};background:var(--jp-border-color1, #9e9e9e)'></div>"
        return f"<div role='img' aria-label='{label}' style='{_BAR_STYLE}'>{parts}</div>"

    def _counts_html(self) -> str:
        progress = self.progress
        parts = [
            f"<span style='white-space:nowrap'><b style='color:{COLOURS[status]}'>{markup.text(status.sign)}</b>"
            f" {count:,} {word}</span>"
            for status, word, count in progress.groups
        ]
        if progress.to_come:
            parts.append(f"<span style='opacity:{markup.FAINT}'>{progress.to_come:,} to come</span>")
        if self._making:
            parts = [f"<span>{markup.text(self._making)}</span>"]
        if progress.best is not None:
            parts.append(f"<span style='white-space:nowrap'>★ {_best_html(progress.best)}</span>")
        if progress.left is not None:
            left = markup.text(describe_left(progress.left))
            parts.append(f"<span style='opacity:{markup.FAINT}'>{left}</span>")
        return f"<div style='{_COUNTS_STYLE}'>{''.join(parts)}</div>"

    def _output_html(self) -> str:
        if self.output is None:
            return ""
        lines = "\n".join(map(markup.text, self.output))
        return f"<pre style='{_OUTPUT_STYLE}'>{lines}</pre>"


def _best_html(best: BestTrials) -> str:
    if best.value is None:
        return markup.text(str(best))
    id_ = markup.text(best.dirs[0].short_id)
    return f"best {markup.text(best.scalar)} <b>{best.value:.4g}</b> <code>{id_}</code>"
