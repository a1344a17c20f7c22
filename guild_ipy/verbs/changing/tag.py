"""``tag``: give runs words to find them by."""

from __future__ import annotations

import functools
import re
import shlex
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from guild_ipy.arguments.option import repeated, switch
from guild_ipy.arguments.parser import Completes
from guild_ipy.arguments.run_selection import RunSelection, many_runs
from guild_ipy.arguments.verb import Verb
from guild_ipy.domain.values.run_label import cut_label
from guild_ipy.errors import UsageError
from guild_ipy.printable import printable
from guild_ipy.session.run_handle import Run
from guild_ipy.session.session import Session
from guild_ipy.store.attr_change import change_attr, read_checked
from guild_ipy.store.files.attrs import delete_attr, write_attr
from guild_ipy.store.owners import check_changeable
from guild_ipy.store.state.changes import note_change
from guild_ipy.verbs.changing.label import remove_words
from guild_ipy.view.changed_runs import ChangedRuns, count_runs, name_runs, shorten
from guild_ipy.view.run_lines import LineList

TAGS = "tags"
LABEL = "label"
_LONGEST = 1000


@dataclass(frozen=True, kw_only=True)
class Tag:
    """Which tags to add to runs, and which to remove."""

    add: tuple[str, ...] = repeated(
        "-a", "--add", metavar="TAG", help="add this tag; may be repeated", completes=Completes.TAGS
    )
    remove: tuple[str, ...] = repeated(
        "-d",
        "--delete",
        "-rm",
        "--remove",
        metavar="TAG",
        help="remove this tag; may be repeated",
        completes=Completes.TAGS,
    )
    clear: bool = switch("-c", "--clear", help="remove all tags")
    sync_labels: bool = switch(
        "-s", "--sync-labels", help="put tags that are added into the label, and take others out"
    )
    list_all: bool = switch("--list-all", help="only list the tags of the runs (without RUN of all runs)")
    selection: RunSelection = many_runs()

    def __post_init__(self) -> None:
        """Refuse a change where tags are only listed, no change where they are not, and tags of several lines."""
        is_change = bool(self.add or self.remove or self.clear)
        if self.list_all and (is_change or self.sync_labels):
            raise UsageError("tag: --list-all only lists; leave --add, --remove, --clear and --sync-labels out")
        if not (self.list_all or is_change):
            raise UsageError("tag: nothing is to be changed; give tags with --add or --remove, or --clear")
        for tag in (*self.add, *self.remove):
            _check_tag(tag)

    def carry_out(self, session: Session) -> ChangedRuns | LineList[str]:
        """Change the tags, or list them."""
        if self.list_all:
            return list_tags(replace(self.selection, default="all").find(session))
        return self.change(session)

    def change(self, session: Session) -> ChangedRuns:
        """Change the tags; the text says which have become which."""
        changes = edit_tags(session, self.selection.find(session), self)
        return report_tags(changes)

    def apply(self, tags: Iterable[str]) -> list[str]:
        """Return the new tags, sorted; all are cleared before others are added.

        Examples
        --------
        >>> Tag(add=("best",), remove=("test",)).apply(["test", "wide"])
        ['best', 'wide']
        """
        kept = set() if self.clear else set(tags).difference(self.remove)
        return sorted(kept.union(self.add))

    def apply_to_label(self, label: str, tags: Iterable[str]) -> str:
        """Return the new label of a run that had these tags.

        Tags that are added stand before the label, unless they are in it; those that are removed are taken out of it.

        Examples
        --------
        >>> Tag(add=("best",), remove=("test",)).apply_to_label("test lr=0.1", ["test"])
        'best lr=0.1'
        """
        gone = (set(tags) if self.clear else set(self.remove)).difference(self.add)
        label = functools.reduce(remove_words, sorted(gone), label)
        new = [tag for tag in dict.fromkeys(self.add) if not _stands_in(tag, label)]
        return " ".join(filter(None, (*new, label)))


@dataclass(frozen=True, kw_only=True)
class Tagged:
    """The tags of one run before and after a change."""

    run: Run
    before: tuple[str, ...]
    after: tuple[str, ...]
    label: str | None = None
    """The new label, if that has changed, too."""


def several_tags(tags: object) -> tuple[Any, ...]:
    """Return the tags that a call in Python names: one, or several in a list or the like."""
    return tuple(tags) if isinstance(tags, Iterable) and not isinstance(tags, str) else (tags,)


def _check_tag(tag: object) -> None:
    if not isinstance(tag, str):
        raise UsageError(f"a tag is a text, not {tag!r}")
    if not tag.strip() or len(tag.splitlines()) > 1 or len(tag) > _LONGEST:
        shown = tag if len(tag) <= _LONGEST else f"{tag[:20]}..."
        raise UsageError(f"a tag is a text of one line, with at most {_LONGEST} characters, not {shown!r}")


def list_tags(runs: Iterable[Run]) -> LineList[str]:
    """Return all tags of some runs, sorted."""
    return LineList(sorted({tag for run in runs for tag in run.tags}))


def edit_tags(session: Session, runs: Sequence[Run], edit: Tag) -> list[Tagged]:
    """Change the tags of runs, and return the old and new ones.

    Raises
    ------
    DamagedRun
        If the tags of one of the runs cannot be read, unless all are to be removed; none is changed then.
    StoreError
        If one of the runs may not be changed; none is changed then.
    """
    check_changeable(run.dir for run in runs)
    for run in () if edit.clear else runs:
        read_checked(run.dir, TAGS)
    try:
        return [_edit(run, edit) for run in runs]
    finally:
        note_change(session.home, *(run.id for run in runs))


def _edit(run: Run, edit: Tag) -> Tagged:
    before: list[str] = []

    def change(value: list[object] | None) -> list[str]:
        before.extend(map(str, value or ()))
        return edit.apply(before)

    change_attr(run.dir, TAGS, change, anew=edit.clear)
    label = _edit_label(run, edit, before) if edit.sync_labels else None
    return Tagged(run=run, before=tuple(before), after=tuple(edit.apply(before)), label=label)


def _edit_label(run: Run, edit: Tag, tags: Sequence[str]) -> str | None:
    """Change the label of a run; return the new one, or None if it stays as it is."""
    old = run.label or ""
    new = cut_label(edit.apply_to_label(old, tags))
    if new == old:
        return None
    if new:
        write_attr(run.dir, LABEL, new)
    else:
        delete_attr(run.dir, LABEL)
    return new


def _stands_in(tag: str, label: str) -> bool:
    return re.search(rf"(?<!\S){re.escape(tag)}(?!\S)", label) is not None


def report_tags(changes: Sequence[Tagged]) -> ChangedRuns:
    """Say which tags have become which, and how to change them back."""
    runs = [each.run for each in changes]
    if not runs:
        return ChangedRuns(runs, "Tagged 0 runs: no run was selected")
    changed = [each for each in changes if each.before != each.after or each.label is not None]
    if not changed:
        return ChangedRuns(runs, f"Tagged 0 runs: the tags stay as they were of {name_runs(runs)}")
    texts = [f"{name_runs([each.run])} {_shown(each.before)} -> {_shown(each.after)}{_label(each)}" for each in changed]
    text = f"Tagged {count_runs(len(changed))}: {shorten(texts)}"
    return ChangedRuns(runs, text, way_back=_way_back(changed))


def _shown(tags: Sequence[str]) -> str:
    return ", ".join(map(printable, tags)) or "no tags"


def _label(change: Tagged) -> str:
    return "" if change.label is None else f" (label: {change.label!r})"


def _way_back(changes: Sequence[Tagged]) -> str:
    """Return the command that takes the changes back, if it is the same for all of these runs."""
    way, *others = {_back(each) for each in changes}
    if others or not way:
        return ""
    runs = changes[0].run.short_id if len(changes) == 1 else "RUN ..."
    return f"; tag {runs} {way} takes it back"


def _back(change: Tagged) -> str:
    gone = sorted(set(change.before).difference(change.after))
    new = sorted(set(change.after).difference(change.before))
    words = [*(f"--add {shlex.quote(tag)}" for tag in gone), *(f"--remove {shlex.quote(tag)}" for tag in new)]
    return " ".join([*words, *["--sync-labels"] * (bool(words) and change.label is not None)])


VERB = Verb(
    name="tag",
    options=Tag,
    words="[RUN ...]",
    summary="Change the tags of runs.",
    details="Without RUN the newest.",
)
