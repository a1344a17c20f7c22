"""The overview of a run: the lines of ``info``, its comments, and the history of its marks."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from guild_ipy.domain.values.flags import format_flag
from guild_ipy.domain.values.scalars import ScalarSummary
from guild_ipy.session.run_handle import Run
from guild_ipy.session.session import Session
from guild_ipy.store.files.attr_types import Comment
from guild_ipy.store.run_record import RunRecord
from guild_ipy.store.state.marks import MarkEntry
from guild_ipy.tables.columns.run_names import beginning_of
from guild_ipy.verbs.looking.info import get_info
from guild_ipy.view.comment_list import comment_heading
from guild_ipy.view.run_lines import format_time
from guild_ipy.widgets.detail.cut_text import cut_list, cut_names, cut_text
from guild_ipy.widgets.runs_in_use import find_in_use

#: Lines of ``info`` that have a place of their own here.
_ELSEWHERE = frozenset({"operation", "status", "marked", "label", "mark", "error", "ended_by", "damage", "stale"})
#: Lines that are long; they stand last.
_LONG = ("id", "sourcecode_digest", "vcs_commit", "from", "run_dir", "command")
_MOST_FLAGS = 500
_MOST_SCALARS = 200
_MOST_COMMENTS = 200
#: A longer comment cannot be edited here, since it is not here whole.
_LONGEST_COMMENT = 20_000


def describe_run(session: Session, run: Run) -> dict[str, Any]:
    """Return what is known of a run at this moment."""
    record, info = run.record, get_info(run)
    flags, more_flags = cut_list(sorted(record.flags.items()), _MOST_FLAGS)
    scalars, more_scalars = cut_list(sorted(run.scalar_summaries.items()), _MOST_SCALARS)
    comments, more_comments = cut_list(list(enumerate(record.comments, start=1)), _MOST_COMMENTS)
    facts = {name: text for name, text in info.lines.items() if name not in _ELSEWHERE and text}
    ordered = sorted(facts.items(), key=lambda fact: fact[0] in _LONG)
    return {
        "id": run.id,
        "operation": cut_text(run.operation),
        "status": str(record.status),
        "is_active": record.status.is_active,
        "trouble": _describe_trouble(record, info.lines),
        "marked": record.marked,
        "label": cut_text(record.label or ""),
        "tags": list(map(cut_text, record.tags)),
        "facts": cut_names((name.replace("_", " "), text) for name, text in ordered),
        "flags": cut_names((name, format_flag(value)) for name, value in flags),
        "scalars": [_describe_scalar(name, summary) for name, summary in scalars],
        "comments": [_describe_comment(number, comment) for number, comment in comments],
        "marks": [_describe_mark(entry) for entry in reversed(run.marks)],
        "dependencies": cut_names(info.sections.get("dependencies", {})),
        "displays": cut_names(info.sections.get("displays", {})),
        "in_use": _find_in_use(session, record),
        "stale": [cut_text(str(each)) for each in run.find_outdated()],
        "notes": {"flags": more_flags, "scalars": more_scalars, "comments": more_comments},
    }


def _describe_trouble(record: RunRecord, lines: Mapping[str, str]) -> str:
    """Say in a line why a run failed, was ended or cannot be read; empty if nothing is wrong."""
    told = (record.damage and f"damaged: {record.damage}", lines.get("error"), lines.get("ended_by"))
    return cut_text("; ".join(filter(None, told)))


def _describe_scalar(name: str, summary: ScalarSummary) -> dict[str, Any]:
    return {
        "name": name,
        "last": f"{summary.last:.6g}",
        "step": summary.last_step,
        "least": f"{summary.min:.4g}",
        "greatest": f"{summary.max:.4g}",
        "count": summary.count,
    }


def _describe_comment(number: int, comment: Comment) -> dict[str, Any]:
    return {
        "number": number,
        "heading": cut_text(comment_heading(number, comment)),
        "body": cut_text(comment.body.strip(), _LONGEST_COMMENT),
        "is_whole": len(comment.body.strip()) <= _LONGEST_COMMENT,
    }


def _describe_mark(entry: MarkEntry) -> dict[str, Any]:
    return {
        "marked": entry.marked,
        "when": format_time(entry.when),
        "who": cut_text(f"{entry.who}{f' on {entry.host}' if entry.host else ''}"),
        "by": str(entry.by),
        "why": cut_text("; ".join(filter(None, (entry.rule, entry.reason)))),
        "undone": "" if entry.undone is None else format_time(entry.undone),
    }


def _find_in_use(session: Session, record: RunRecord) -> dict[str, str] | None:
    """Return the run that dependencies on this operation use, and why; None where there is none."""
    if record.operation is None:
        return None
    for run_id, why in find_in_use(session, [record.operation]).items():
        return {"run": run_id, "name": beginning_of(run_id), "why": cut_text(why)}
    return None
