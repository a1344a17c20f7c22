"""The trials of a batch as a table: those that it would run, or what a restart would do with each."""

from __future__ import annotations

import csv
import io
import json
import os
from collections.abc import Sequence
from dataclasses import dataclass

from guild_ipy.batch.batch_options import BatchOptions
from guild_ipy.batch.restart_plan import PlannedTrial
from guild_ipy.domain.ids import SHORT_ID_LENGTH
from guild_ipy.domain.values.flags import Flags, format_flag, plain_text
from guild_ipy.errors import StoreError
from guild_ipy.printable import align_columns, printable
from guild_ipy.session.viewer import Viewer

#: How many rows the text of a preview has.
_SHOWN = 20


@dataclass(frozen=True, kw_only=True)
class TrialTable:
    """Planned trials; its text is that of a preview, in which many trials are cut short."""

    trials: tuple[PlannedTrial, ...]
    is_restart: bool = False
    """Whether trials are there already, so that each has a fate."""

    @property
    def flag_names(self) -> tuple[str, ...]:
        """The names of all flags, sorted."""
        return tuple(sorted({name for trial in self.trials for name in trial.flags}))

    @property
    def flags(self) -> list[Flags]:
        """The flags of the trials that belong to the batch, in their order."""
        return [trial.flags for trial in self.trials if trial.number is not None]

    def __str__(self) -> str:
        shown, names = self.trials[:_SHOWN], self.flag_names
        headings = ["fate", "run", *names, "reason"] if self.is_restart else list(names)
        rows = [self._row(trial, names) for trial in shown]
        more = len(self.trials) - len(shown)
        return "\n".join([*_lines(headings, rows), *([f"and {more:,} more; --print-trials shows all"] if more else [])])

    def _row(self, trial: PlannedTrial, names: Sequence[str]) -> list[str]:
        cells = _cells(trial.flags, names)
        if not self.is_restart:
            return cells
        return [str(trial.fate), (trial.id or "")[:SHORT_ID_LENGTH], *cells, trial.reason]


def list_trials_only(table: TrialTable, options: BatchOptions, viewer: Viewer) -> None:
    """Print the trials, or save them to a file, as the options ask.

    Raises
    ------
    StoreError
        If the file cannot be written.
    """
    names, rows = table.flag_names, table.flags
    if options.save_trials is not None:
        _save(options.save_trials, names, rows)
        viewer.output(f"Saved {len(rows):,} trial{'s' * (len(rows) != 1)} to {options.save_trials}\n")
    if options.print_trials:
        lines = _lines(list(names), [_cells(flags, names) for flags in rows])
        viewer.output("".join(f"{line}\n" for line in lines))


def _cells(flags: Flags, names: Sequence[str]) -> list[str]:
    return [plain_text(flags[name]) if name in flags else "" for name in names]


def _lines(headings: Sequence[str], rows: Sequence[Sequence[str]]) -> list[str]:
    return align_columns([list(map(printable, row)) for row in (headings, *rows)])


def _save(path: str, names: Sequence[str], rows: Sequence[Flags]) -> None:
    is_json = os.path.splitext(path)[1].lower() == ".json"
    text = json.dumps(rows, indent=1, ensure_ascii=False) + "\n" if is_json else _as_csv(names, rows)
    try:
        with open(path, "w", encoding="utf-8", errors="surrogateescape", newline="") as file:
            file.write(text)
    except OSError as error:
        raise StoreError(f"cannot write {path!r}: {error.strerror}") from error


def _as_csv(names: Sequence[str], rows: Sequence[Flags]) -> str:
    """Write flags as one would type them, so that a batch over the file has the same trials."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(names)
    writer.writerows([format_flag(flags[name]) if name in flags else "" for name in names] for flags in rows)
    return text.getvalue()
