"""The keywords of :func:`guild_ipy.runs`, read into a filter."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TypedDict

from guild_ipy.arguments.filter_options import read_paths
from guild_ipy.domain.choosing.run_filter import RunFilter
from guild_ipy.domain.choosing.time_range import TimeRange, parse_time_range
from guild_ipy.domain.status import RunStatus
from guild_ipy.errors import UsageError, suggest
from guild_ipy.session.here import only_here
from guild_ipy.session.run_handle import Run
from guild_ipy.session.run_refs import RunRef, find_batch_id
from guild_ipy.session.session import get_session


class RunKeywords(TypedDict, total=False):
    """The filters of a listing; None and False filter nothing."""

    operations: str | Iterable[str] | None
    labels: str | Iterable[str] | None
    tags: str | Iterable[str] | None
    comments: str | Iterable[str] | None
    running: bool | None
    completed: bool | None
    error: bool | None
    terminated: bool | None
    pending: bool | None
    staged: bool | None
    damaged: bool | None
    unlabeled: bool | None
    marked: bool | None
    unmarked: bool | None
    started: str | None
    digest: str | None
    notebooks: str | Iterable[str] | None
    projects: str | Iterable[str] | None
    here: bool | None
    trials_of: RunRef | None
    where: str | None
    filter_expr: str | None
    deleted: bool | None
    limit: int | None


def parse_keywords(keywords: Mapping[str, object]) -> RunFilter:
    """Read keywords as :class:`RunKeywords` lists them.

    Raises
    ------
    UsageError
        For a keyword that does not exist, or a value that it cannot have.
    """
    for word in keywords:
        if word not in RunKeywords.__annotations__:
            hint = "; a status is a keyword itself: completed=True" if word == "status" else ""
            raise UsageError(f"runs has no filter {word!r}{hint or suggest(word, RunKeywords.__annotations__)}")
    found = RunFilter(
        operations=_texts(keywords, "operations"),
        labels=_texts(keywords, "labels"),
        tags=_texts(keywords, "tags"),
        comments=_texts(keywords, "comments"),
        statuses=_statuses(keywords),
        unlabeled=_is_set(keywords, "unlabeled"),
        marked=_marked(keywords),
        started=_started(keywords),
        digest=_text(keywords, "digest"),
        notebooks=read_paths(_texts(keywords, "notebooks")),
        projects=read_paths(_texts(keywords, "projects")),
        trials_of=_trials_of(keywords),
        where=_where(keywords),
        deleted=_is_set(keywords, "deleted"),
        limit=_limit(keywords),
    )
    return only_here(found, get_session().notebook) if _is_set(keywords, "here") else found


def _texts(keywords: Mapping[str, object], name: str) -> tuple[str, ...]:
    value = keywords.get(name)
    texts = () if value is None else (value,) if isinstance(value, str) else value
    if not isinstance(texts, Iterable):
        raise _unfit(name, value, "a text or a list of texts")
    texts = tuple(texts)
    for text in texts:
        if not isinstance(text, str):
            raise _unfit(name, text, "a text or a list of texts")
    return texts


def _text(keywords: Mapping[str, object], name: str) -> str | None:
    value = keywords.get(name)
    if value is not None and not isinstance(value, str):
        raise _unfit(name, value, "a text")
    return value


def _is_set(keywords: Mapping[str, object], name: str) -> bool:
    value = keywords.get(name)
    if value is not None and not isinstance(value, bool):
        raise _unfit(name, value, "True or False")
    return bool(value)


def _statuses(keywords: Mapping[str, object]) -> frozenset[RunStatus]:
    return frozenset(status for status in RunStatus if _is_set(keywords, status.value))


def _trials_of(keywords: Mapping[str, object]) -> str | None:
    batch = keywords.get("trials_of")
    if batch is None:
        return None
    if isinstance(batch, bool) or not isinstance(batch, str | int | Run):
        raise _unfit("trials_of", batch, "a batch")
    return find_batch_id(get_session(), batch)


def _where(keywords: Mapping[str, object]) -> str | None:
    """Return the expression; ``filter_expr`` is Guild AI's name for it."""
    where, other = _text(keywords, "where"), _text(keywords, "filter_expr")
    if where is not None and other is not None:
        raise UsageError("where and filter_expr are the same; give one of them")
    return other if where is None else where


def _marked(keywords: Mapping[str, object]) -> bool | None:
    marked, unmarked = _is_set(keywords, "marked"), _is_set(keywords, "unmarked")
    if marked and unmarked:
        raise UsageError("marked=True and unmarked=True leave no run; give one of them")
    return marked if marked or unmarked else None


def _started(keywords: Mapping[str, object]) -> TimeRange | None:
    text = _text(keywords, "started")
    if text is None:
        return None
    try:
        return parse_time_range(text)
    except ValueError as error:
        raise UsageError(str(error)) from error


def _limit(keywords: Mapping[str, object]) -> int | None:
    value = keywords.get("limit")
    if value is not None and (isinstance(value, bool) or not isinstance(value, int) or value < 0):
        raise _unfit("limit", value, "a whole number from 0 up")
    return value


def _unfit(name: str, value: object, wanted: str) -> UsageError:
    shown = repr(value) if isinstance(value, str | int | float) else f"a {type(value).__name__}"
    return UsageError(f"{name} takes {wanted}, not {shown}")
