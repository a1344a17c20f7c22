"""``info``: show what is known of a run."""

from __future__ import annotations

import os
import shlex
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from guild_ipy import markup
from guild_ipy.arguments.option import json_switch, switch
from guild_ipy.arguments.run_selection import RunSelection, one_run
from guild_ipy.arguments.verb import Verb
from guild_ipy.domain.ids import SHORT_ID_LENGTH
from guild_ipy.domain.status import describe_statuses
from guild_ipy.domain.values.flags import format_flag
from guild_ipy.engine.child.beginning import REQUESTED
from guild_ipy.errors import DamagedRun
from guild_ipy.printable import printable, printable_lines
from guild_ipy.session.run_handle import Run, format_duration
from guild_ipy.session.session import Session
from guild_ipy.store.run_dir import RunDir
from guild_ipy.store.state.lock import read_lock
from guild_ipy.store.state.marks import describe_mark
from guild_ipy.store.state.signals import describe_signal
from guild_ipy.store.used_runs.deps import Upstream, read_upstreams
from guild_ipy.view.comment_list import comment_heading
from guild_ipy.view.display_list import count_displays, draw_pictures
from guild_ipy.view.plain_values import run_values

#: How many of the runs that a dependency has brought are named.
_SHOWN_RUNS = 5
_TIME = "%Y-%m-%d %H:%M:%S"
#: Attributes that the plain values have beside those of a listing.
_ATTRIBUTES = ("cmd", "sourcecode_digest", "vcs_commit", "host", "user", "random_seed")


@dataclass(frozen=True, kw_only=True)
class ShowInfo:
    """Which run to describe."""

    selection: RunSelection = one_run(deleted=True)
    output: bool = switch("-O", "--output", help="also what it has printed")
    json: bool = json_switch()

    def carry_out(self, session: Session) -> RunInfo | dict[str, Any]:
        """Describe the run."""
        describe = _info_values if self.json else get_info
        return describe(self.selection.find_one(session), output=self.output)


@dataclass(frozen=True, kw_only=True)
class RunInfo:
    """Names and texts about a run, in the order in which they are shown."""

    lines: Mapping[str, str]
    sections: Mapping[str, Mapping[str, str]]
    """``tags``, ``flags``, ``dependencies``, ``scalars``, ``comments``, ``displays``, ``output``."""
    run_dir: RunDir

    def __str__(self) -> str:
        text = [f"{printable(name)}: {printable(value)}" for name, value in self.lines.items()]
        for title, section in self.sections.items():
            text.append(f"{title}:")
            text += [_indented(f"{name}: {value}" if value else name) for name, value in section.items()]
        return "\n".join(text)

    __repr__ = __str__

    def _repr_pretty_(self, printer: Any, cycle: bool) -> None:  # noqa: ANN401, ARG002, FBT001 - IPython's protocol
        printer.text(str(self))

    def _repr_html_(self) -> str:
        sections = (f"<b>{title}</b>{markup.names_and_texts(section)}" for title, section in self.sections.items())
        return "".join([markup.names_and_texts(self.lines), *sections, draw_pictures(self.run_dir)])


def _indented(text: str) -> str:
    """Indent a text, which may have several lines."""
    return "  " + printable_lines(text).replace("\n", "\n  ")


def get_info(run: Run, *, output: bool = False) -> RunInfo:
    """Read all about a run, as it is at this moment; with `output` also its output."""
    record = run.record
    ended_by = describe_signal(run.dir, record.exit_status or 0) if (record.exit_status or 0) < 0 else ""
    lines = {
        "id": run.id,
        "operation": run.operation,
        "from": run.opref.package,
        "status": str(record.status),
        "started": record.started_at.strftime(_TIME) if record.started_at else "",
        "stopped": record.stopped_at.strftime(_TIME) if record.stopped_at else "",
        "marked": "yes" if record.marked else "no",
        "label": record.label or "",
        "sourcecode_digest": record.sourcecode_digest or "",
        "vcs_commit": str(_get(run, "vcs_commit") or ""),
        "run_dir": _shorten_home(run.dir.path),
        "command": _command(run),
        "exit_status": "" if record.exit_status is None else str(record.exit_status),
        "pid": _pid(run),
    }
    more = {
        "time": format_duration(record.duration),
        "prepared": f"in {format_duration(run.preparation)}" if run.preparation else "",
        "notebook": _shorten_home(record.notebook or ""),
        "project": _shorten_home(record.project or ""),
        "batch": (record.batch or "")[:SHORT_ID_LENGTH],
        "trials": describe_trials(run) if record.is_batch else "",
        "error": record.error if record.error and record.error != ended_by else "",
        "ended_by": ended_by,
        "mark": describe_mark(run.dir),
        "stale": "; ".join(map(str, run.find_outdated())),
        "damage": record.damage or "",
    }
    lines |= {name: text for name, text in more.items() if text}
    sections = {
        "tags": dict.fromkeys(record.tags, ""),
        "flags": {name: format_flag(value) for name, value in sorted(record.flags.items())},
        "dependencies": _describe_upstreams(run),
        "scalars": {
            name: f"{summary.last:.6g} (step {summary.last_step})"
            for name, summary in sorted(run.scalar_summaries.items())
        },
        "comments": {
            comment_heading(number, comment): comment.body.strip().replace("\n", "\n  ")
            for number, comment in enumerate(record.comments, start=1)
        },
        "displays": count_displays(run.dir),
        "output": {_last_texts(run.output): ""} if output and run.output else {},
    }
    shown = {name: section for name, section in sections.items() if section}
    return RunInfo(lines=lines, sections=shown, run_dir=run.dir)


def describe_trials(batch: Run) -> str:
    """Say how many trials of each status a batch has: ``3 completed, 1 error``."""
    from guild_ipy.batch.listed_trials import read_trials  # start-up cost: few runs are batches

    return describe_statuses(trial.status for trial in read_trials(batch.dir)) or "none"


def _command(run: Run) -> str:
    words = _get(run, "cmd")
    return shlex.join(map(str, words)) if isinstance(words, list) else ""


def _pid(run: Run) -> str:
    lock = read_lock(run.dir)
    return str(lock.run.pid) if lock is not None else ""


def _shorten_home(path: str) -> str:
    home = os.path.expanduser("~")
    return "~" + path.removeprefix(home) if path.startswith(home + os.sep) else path


def _describe_upstreams(run: Run) -> dict[str, str]:
    """Return the runs that each dependency has brought, and why these."""
    found: dict[str, list[Upstream]] = {}
    for upstream in read_upstreams(run.dir):
        found.setdefault(upstream.dependency, []).append(upstream)
    return {name: _describe_runs(used) for name, used in found.items()}


def _describe_runs(used: Sequence[Upstream]) -> str:
    ids = " ".join(upstream.run_id[:SHORT_ID_LENGTH] for upstream in used[:_SHOWN_RUNS])
    more = f" and {len(used) - _SHOWN_RUNS} more" if len(used) > _SHOWN_RUNS else ""
    return f"{ids}{more} ({used[0].reason})"


def _last_texts(output: str) -> str:
    """Return the lines of an output, each as its last carriage return leaves it."""
    return "\n".join(line.rstrip("\r").rpartition("\r")[2] for line in output.removesuffix("\n").split("\n"))


def _info_values(run: Run, *, output: bool = False) -> dict[str, Any]:
    """Return the plain values of a run, as it is at this moment; with `output` also its output."""
    lock = read_lock(run.dir)
    values: dict[str, Any] = {
        **run_values(run),
        "initialized": run.record.initialized,
        "requested": _get(run, REQUESTED),
        "pid": None if lock is None else lock.run.pid,
        "mark": describe_mark(run.dir) or None,
        "stale": [str(each) for each in run.find_outdated()],
        "dependencies": [
            {"dependency": each.dependency, "source": each.source, "run": each.run_id, "reason": each.reason}
            for each in read_upstreams(run.dir)
        ],
        "scalars": {
            name: {"value": summary.last, "step": summary.last_step}
            for name, summary in sorted(run.scalar_summaries.items())
        },
    }
    values |= {name: _get(run, name) for name in _ATTRIBUTES}
    if run.record.is_batch:
        from guild_ipy.batch.listed_trials import read_trials  # start-up cost, as above

        values["trials"] = [trial.id for trial in read_trials(run.dir)]
    return {**values, "output": run.output} if output else values


def _get(run: Run, attr: str) -> Any:  # noqa: ANN401 - attributes are of any type
    try:
        return run.get(attr)
    except DamagedRun:
        return None


VERB = Verb(
    name="info",
    options=ShowInfo,
    words="[RUN]",
    summary="Show what is known of a run.",
    details="Without RUN the newest.",
)
