"""From parsed arguments to the functions of ``api``; the faces show what these give."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

from guild_ipy.api.changed_runs import deleted_message, labeled_message, name_runs, stopped_message
from guild_ipy.api.context import Context
from guild_ipy.api.delete import delete
from guild_ipy.api.files import read_file
from guild_ipy.api.handle import Run
from guild_ipy.api.label import edit_labels
from guild_ipy.api.lineage import LineageGraph, trace_lineage
from guild_ipy.api.mark import MarkNote, mark, mark_best, mark_message, told, undo_marks, undo_message
from guild_ipy.api.plain_values import attribute_value, run_values
from guild_ipy.api.run import RunRequest, run
from guild_ipy.api.runs import list_runs
from guild_ipy.api.select import explain, select_ids
from guild_ipy.api.selection import select_runs
from guild_ipy.api.start import Change, restart, start
from guild_ipy.api.stop import stop
from guild_ipy.api.viewer import Preview, Viewer
from guild_ipy.api.watch import watch
from guild_ipy.arguments.change import ACTIVE, DeleteArguments, LabelArguments, MarkArguments, StopArguments
from guild_ipy.arguments.lineage import LineageArguments
from guild_ipy.arguments.look import WatchArguments
from guild_ipy.arguments.run import RunArguments, StartArguments
from guild_ipy.arguments.select import SelectArguments
from guild_ipy.arguments.selection import RunSelection, flatten_refs
from guild_ipy.domain.run_filter import EVERY, RunFilter
from guild_ipy.errors import RunNotFound, UsageError, suggest
from guild_ipy.store.run_dir import SHORT_ID_LENGTH

#: More runs than there are.
_ALL = 2**31


def apply_run(context: Context, arguments: RunArguments, viewer: Viewer) -> Run | None:
    """Run, start or restart, whichever was asked for; None where nothing was run."""
    if arguments.preview and (arguments.start is not None or arguments.restart is not None):
        viewer = _LookOnly(viewer)
    if arguments.start is not None:
        return start(context, _named_run(context, arguments.start), arguments.launch, viewer)
    if arguments.restart is not None:
        named = _named_run(context, arguments.restart)
        change = Change(
            flags=arguments.flags,
            stage=arguments.stage,
            reselect=arguments.reselect,
            force_deps=arguments.force_deps,
            needed=arguments.needed,
        )
        return restart(context, named, change, arguments.launch, viewer)
    request = RunRequest(
        operation=arguments.operation,
        args=arguments.args,
        flags=arguments.flags,
        spec=arguments.spec,
        launch=arguments.launch,
        stage=arguments.stage,
        preview_only=arguments.preview,
        needed=arguments.needed,
        run_id=arguments.run_id,
        force_deps=arguments.force_deps,
    )
    return run(context, request, viewer)


def apply_start(context: Context, arguments: StartArguments, viewer: Viewer) -> Run | None:
    """Start a staged run."""
    return start(context, find_run(context, arguments.selection), arguments.launch, viewer)


def apply_watch(context: Context, arguments: WatchArguments, viewer: Viewer) -> Run:
    """Follow the run that is named, else the newest that is active, else the newest."""
    selection = arguments.selection
    if not selection.refs and not selection.filter.statuses:
        active = replace(selection.filter, statuses=ACTIVE, limit=1)
        for found in list_runs(context, active):
            return watch(context, found, viewer)
    return watch(context, find_run(context, selection), viewer)


def apply_mark(context: Context, arguments: MarkArguments) -> str:
    """Mark runs, clear their marks, or take back what was done to them; the line that says so."""
    selection = arguments.selection
    if arguments.undo:
        is_last = not selection.refs and selection.filter == EVERY
        return undo_message(context, undo_marks(context, None if is_last else find_runs(context, selection)))
    if arguments.best is not None:
        done = mark_best(context, selection.filter, arguments.best, reason=arguments.reason)
        return told(context, str(done), [done.run])
    runs = find_runs(context, selection)
    mark(context, runs, clear=arguments.clear, note=MarkNote(reason=arguments.reason))
    return _with_hint(context, selection, runs, mark_message(context, runs, clear=arguments.clear))


def apply_label(context: Context, arguments: LabelArguments) -> str:
    """Change labels; the line that says so."""
    runs = find_runs(context, arguments.selection)
    before = [run.label or "" for run in runs]
    said = labeled_message(runs, before, edit_labels(context, runs, arguments.edit))
    return _with_hint(context, arguments.selection, runs, said)


def apply_stop(context: Context, arguments: StopArguments, tell: Callable[[str], None]) -> str:
    """Stop runs, each after a line to `tell`; the line that says which."""
    runs = find_runs(context, arguments.selection)
    return _with_hint(context, arguments.selection, runs, stopped_message(stop(context, runs, tell)))


def apply_delete(context: Context, arguments: DeleteArguments) -> str:
    """Move runs to the trash; the lines that say so, and how they come back."""
    runs = find_runs(context, arguments.selection)
    names = name_runs(runs)
    delete(context, runs)
    return _with_hint(context, arguments.selection, runs, deleted_message(context.home, runs, names))


def _with_hint(context: Context, selection: RunSelection, runs: Sequence[Run], said: str) -> str:
    """Add to what is said of no run which name in the filter may be a slip."""
    if runs:
        return said
    from guild_ipy.api.unmatched import describe_unmatched  # start-up cost: for those who find nothing

    hint = describe_unmatched(context.index, selection.filter)
    return f"{said}; {hint}" if hint else said


def apply_select(context: Context, arguments: SelectArguments) -> Any:  # noqa: ANN401 - attributes are of any type
    """Return ids or attributes of the runs that are selected, that of the one asked for, or why each is selected."""
    if arguments.explain:
        return explain(context, arguments.filter)
    found: list[Any] = find_selected(context, arguments)
    if arguments.short_id:
        found = [each[:SHORT_ID_LENGTH] for each in found]
    elif arguments.path or arguments.attr is not None:
        runs = select_runs(context, found, RunFilter(deleted=arguments.filter.deleted), default="none")
        found = [each.path if arguments.attr is None else attribute_of(each, arguments.attr) for each in runs]
    return found[0] if arguments.is_one else found


def find_selected(context: Context, arguments: SelectArguments) -> list[str]:
    """Return the ids of the runs that are named, or that an expression selects; with a rule the best, the best first.

    Raises
    ------
    RunNotFound
        For a name of no run, or if there is no best run.
    """
    if not arguments.refs:
        return select_ids(context.index, arguments.filter, arguments.best)
    limit = arguments.filter.limit
    ids = [run.id for run in select_runs(context, arguments.refs, replace(arguments.filter, limit=None))]
    if arguments.best is None:
        return ids[:limit]
    every = RunFilter(deleted=arguments.filter.deleted, limit=_ALL)
    ranked = [each for each in select_ids(context.index, every, arguments.best) if each in set(ids)]
    if not ranked:
        raise RunNotFound(arguments.best.name, "none of the runs that are named has a number there")
    return ranked[: 1 if limit is None else limit]


def attribute_of(found: Run, name: str) -> Any:  # noqa: ANN401 - attributes are of any type
    """Return an attribute of a run; UsageError if it has none of that name."""
    try:
        return attribute_value(found, name)
    except KeyError as error:
        known = suggest(name, [*run_values(found), *found.attr_names()])
        raise UsageError(f"run {found.short_id} has no attribute {name!r}{known}") from error


def apply_lineage(context: Context, arguments: LineageArguments) -> LineageGraph:
    """Follow a run to what it was made of, and to what was made of it."""
    return trace_lineage(context, find_run(context, arguments.selection), arguments.scope)


def read_text(found: Run, path: str | None) -> str:
    """Give what a run printed, or the text of one of its files."""
    if path is None:
        return found.output
    return read_file(found, path).decode("utf-8", "replace")


def find_runs(context: Context, selection: RunSelection) -> list[Run]:
    """Give the runs of a selection; where all of a filter are meant there may be none."""
    if not selection.refs and selection.default == "all":
        return list_runs(context, selection.filter)
    return select_runs(context, selection.refs, selection.filter, default=selection.default)


def find_run(context: Context, selection: RunSelection) -> Run:
    """Give the one run of a selection: the first that is named, else the newest."""
    return find_runs(context, selection)[0]


def _named_run(context: Context, ref: object) -> Run:
    return select_runs(context, flatten_refs([ref]))[0]


class _LookOnly:
    """Shows the preview, and declines."""

    def __init__(self, viewer: Viewer) -> None:
        self._viewer = viewer

    def preview(self, preview: Preview) -> bool:
        self._viewer.preview(preview)
        return False

    def output(self, text: str) -> None:
        self._viewer.output(text)

    def ended(self, run: Run) -> None:
        self._viewer.ended(run)
