"""The home, and the runs on disk, that the tests of frames have; and a table of them."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest

from guild_ipy.domain.choosing.run_filter import EVERY, RunFilter
from guild_ipy.session.run_handle import Run
from guild_ipy.session.session import Session, get_session
from guild_ipy.widgets.runs_requests import RunsRequests
from guild_ipy.widgets.table_runs import TableRuns
from tests.frame.conftest import add_run, home

__all__ = ["add_run", "home"]


@pytest.fixture
def session(home) -> Session:
    """The session on the home."""
    return get_session()


@pytest.fixture
def make_table(session) -> Callable[..., TableRuns]:
    """Make what a table is about."""

    def make(run_filter: RunFilter = EVERY, names: tuple[str, ...] | None = None) -> TableRuns:
        return TableRuns(session=session, filter=run_filter, names=names)

    return make


@pytest.fixture
def ask(make_table) -> Callable[..., dict]:
    """Ask a table of all runs; an error is an answer as well."""
    requests = RunsRequests(make_table(), None, lambda: None)

    def ask(kind: str, *runs: str, **request: object) -> dict:
        named = {"runs": list(runs)} if runs else {}
        return dict(requests.answer({"type": kind, **named, **request}).content)

    return ask


@pytest.fixture
def ask_about(bare_context) -> Callable[..., dict]:
    """Ask about one run, as a front end does; an answer can be sent as JSON."""
    requests = RunsRequests(TableRuns(session=bare_context, filter=EVERY), None, lambda: None)

    def ask_about(kind: str, run: Run | str, **request: object) -> dict:
        name = run.short_id if isinstance(run, Run) else run
        content = dict(requests.answer({"type": kind, "run": name, **request}).content)
        json.dumps(content, ensure_ascii=False, allow_nan=False).encode()
        return content

    return ask_about
