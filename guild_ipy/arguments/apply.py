"""From parsed arguments to the functions of ``api``; the faces show what these give."""

from __future__ import annotations

from guild_ipy.api.context import Context
from guild_ipy.api.handle import Run
from guild_ipy.api.run import RunRequest, run
from guild_ipy.api.selection import select_runs
from guild_ipy.api.start import Change, restart, start
from guild_ipy.api.viewer import Preview, Viewer
from guild_ipy.arguments.run import RunArguments
from guild_ipy.arguments.selection import flatten_refs


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
