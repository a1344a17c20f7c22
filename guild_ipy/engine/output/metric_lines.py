r"""Reads a whole line of metrics, as programs and libraries print them.

A line is a row of parts with blanks, commas, bars or dashes between them::

    value     loss=0.1   loss: 0.1   "loss": 0.1   loss 0.1   acc: 93.5%   acc: 9/10   loss: 0.1 (0.2)   auc: 0.9 ± 0.1
    step      Epoch 3/10   step: 7   iteration 5   [7]   7:   trial 3
    place     [5/100]   50/100: how far an epoch or the run is
    split     train:   Validation |   Test set:   before the values of that set
    rest      times, rates, percentages, progress bars, and names with text (phase=train), which are passed over

If any part is something else, the line is prose and nothing of it is read. A line is one of metrics only if a value in
it has the name of a metric (:mod:`guild_ipy.engine.output.metric_names`) or it says its step. What a logger puts before
its messages (time, level, name) does not count, nor does the frame of a ``tqdm`` bar. Numbers are recorded as they are
printed, ``93.5%`` as 93.5; ``9/10`` is 0.9. A number with a unit of time or size is not recorded, since the unit may
change from line to line.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from enum import IntEnum

from guild_ipy.engine.output import line_parts
from guild_ipy.engine.output.line_parts import PARTS, parse_number
from guild_ipy.engine.output.metric_names import is_companion, is_ignored, is_metric, is_name, scalar_name

#: No line of metrics is longer.
MAX_CHARACTERS = 2000


class StepKind(IntEnum):
    """What a step counts; where a line has several, the greatest counts."""

    PLACE = 0
    """How far an epoch or the run is."""
    PART = 1
    """A step of so many, which begin anew with each epoch."""
    EPOCH = 2
    STEP = 3
    """A step that is counted on and on."""


@dataclass(frozen=True, kw_only=True)
class MetricLine:
    """What one line says: values by name, and the step with what it counts."""

    values: dict[str, float]
    step: int | None = None
    step_kind: StepKind = StepKind.PLACE

    @property
    def sets_step(self) -> bool:
        """Whether the step is also that of the following lines that have none."""
        return self.step is not None and self.step_kind >= StepKind.EPOCH


def parse_line(text: str) -> MetricLine | None:
    """Read a line of metrics; None for any other line.

    Examples
    --------
    >>> parse_line("Epoch 3/10 - loss: 0.51 - acc: 0.90").values
    {'loss': 0.51, 'acc': 0.9}
    >>> parse_line("Python version: 3.11") is None
    True
    """
    if len(text) > MAX_CHARACTERS:
        return None
    trial = line_parts.TRIAL_OF_OPTUNA.search(text)
    if trial is not None:
        return MetricLine(
            values={"value": parse_number(trial["value"])}, step=int(trial["step"]), step_kind=StepKind.STEP
        )
    for part in _open_frames(text.strip()):
        line = _PartReader()
        if line.read(part) and line.is_of_metrics:
            return line.result()
    return None


def _open_frames(text: str) -> list[str]:
    """Return the line without what frames it: what a logger puts before it, braces, a ``tqdm`` bar.

    The name before a bar may be prose, so there is a second reading without it.
    """
    text = line_parts.LOGGER.sub("", text, count=1)
    if text[:1] == "{" and text[-1:] == "}":
        return [text[1:-1]]
    bar = line_parts.TQDM_BAR.fullmatch(text) if "%|" in text else None
    if bar is None:
        return [text]
    values = f"[{bar['place']}] {bar['values'] or ''} {bar['after'] or ''}"
    return [f"{bar['name']} | {values}", values]


@dataclass(kw_only=True)
class _PartReader:
    """Collects the parts of one line."""

    values: dict[str, float] = field(default_factory=dict)
    steps: dict[StepKind, int] = field(default_factory=dict)
    split: str = ""
    has_metric: bool = False

    @property
    def is_of_metrics(self) -> bool:
        """Whether the line is one of metrics, or says the step of those that follow."""
        return self.has_metric or max(self.steps, default=StepKind.PLACE) > StepKind.PLACE

    def result(self) -> MetricLine:
        """Return what was read."""
        if not self.steps:
            return MetricLine(values=self.values)
        kind = max(self.steps)
        return MetricLine(values=self.values, step=self.steps[kind], step_kind=kind)

    def read(self, text: str) -> bool:
        """Read the parts of a line; return whether all of it is such parts."""
        position = 0
        while position < len(text):
            end = self._read_part(text, position)
            if end == position:
                return False
            position = end
        return True

    def _read_part(self, text: str, position: int) -> int:
        """Read the part that begins at a position; return where it ends, or the position if there is none."""
        for kind, expression in PARTS.items():
            match = expression.match(text, position)
            if match is not None and self._takes(kind, match):
                return match.end()
        return position

    def _takes(self, kind: str, match: re.Match[str]) -> bool:
        """Keep what a part says; False if it is not such a part after all."""
        if kind in {"value", "cell", "bare value"}:
            return self._take_value(match, is_bare=kind != "value")
        if kind == "step":
            self._take_step(match)
        elif kind == "split":
            self.split = match["split"]
        elif kind == "place":
            self.steps.setdefault(StepKind.PLACE, int(match["number"]))
        elif kind == "index":
            counts = StepKind.PART if match["tab"] else StepKind.PLACE
            self.steps.setdefault(counts, int(match["number"] or match["first"]))
        return True

    def _take_value(self, match: re.Match[str], *, is_bare: bool) -> bool:
        words = match["words"]
        if not is_name(words) or (is_bare and not (is_metric(words) or is_companion(words))):
            return False
        number = parse_number(match["number"])
        whole = match.groupdict().get("whole")
        if whole:
            number /= float(whole[1:]) or float("nan")
        if not is_ignored(words):
            self.values[scalar_name(words, self.split)] = number
            self.has_metric |= is_metric(words)
        return True

    def _take_step(self, match: re.Match[str]) -> None:
        self.split = match["split"] or self.split
        if match["word"].lower().startswith("epoch"):
            kind = StepKind.EPOCH
        else:
            kind = StepKind.PART if match["of"] else StepKind.STEP
        self.steps[kind] = int(match["number"])
