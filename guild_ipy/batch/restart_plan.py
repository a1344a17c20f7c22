"""What becomes of each trial when a batch is started: kept, made, deleted, or passed over.

A trial is the same one if its flags are the same, with their types: 1 is not 1.0, and nan equals nan. One that is the
same keeps its id. A flag that its operation has got since, with another source, makes no difference while it has the
value that it came with. One that no longer belongs to the batch is deleted if it has never run (it is pending, or
staged by the batch); otherwise it stays, as a run of its own.
"""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from enum import Enum

from guild_ipy.batch.batch_options import Repeat
from guild_ipy.domain.status import RunStatus
from guild_ipy.domain.values.flags import Flags, flags_key


class Fate(Enum):
    """What becomes of a trial; the value is the word that users see."""

    KEPT = "kept"
    """It is there, and runs."""
    NEW = "new"
    """It is made, and runs."""
    SKIPPED = "skipped"
    """It belongs to the batch, and does not run."""
    ORPHAN_DELETED = "orphan deleted"
    ORPHAN_KEPT = "orphan kept"

    def __str__(self) -> str:
        return self.value


@dataclass(frozen=True, kw_only=True)
class ThereTrial:
    """A trial that is there."""

    id: str
    flags: Flags
    status: RunStatus
    added: Flags = field(default_factory=dict)
    """Flags that its operation has got since it was made, with the values that stand for it."""
    is_pruned: bool = False
    """Whether a search has stopped it early: it needs no other run."""

    @property
    def is_done(self) -> bool:
        """Whether it needs no other run."""
        return self.status is RunStatus.COMPLETED or self.is_pruned

    @property
    def has_failed(self) -> bool:
        """Whether it ended otherwise than it should."""
        return not self.is_pruned and self.status in {RunStatus.ERROR, RunStatus.TERMINATED, RunStatus.DAMAGED}


@dataclass(frozen=True, kw_only=True)
class PlannedTrial:
    """A trial, and what becomes of it."""

    fate: Fate
    flags: Flags
    reason: str
    id: str | None = None
    """None for one that is to be made."""
    status: RunStatus | None = None
    """Its status before the restart; None for one that is to be made."""
    number: int | None = None
    """Its place among the trials of the batch, from 0; None for an orphan."""


def plan_trials(
    wanted: Iterable[Flags], there: Sequence[ThereTrial], repeat: Repeat = Repeat.ALL
) -> tuple[PlannedTrial, ...]:
    """Match the trials that a batch shall have with those that are there.

    Returns
    -------
    tuple of PlannedTrial
        The trials of the batch in their order, then orphans.
    """
    known: defaultdict[str, deque[ThereTrial]] = defaultdict(deque)
    for trial in there:
        known[flags_key({**trial.flags, **trial.added})].append(trial)
    planned = []
    for number, flags in enumerate(wanted):
        same = known[flags_key(flags)]
        planned.append(_keep(same.popleft(), number, repeat) if same else _make(flags, number, repeat))
    return (*planned, *(_orphan(trial) for same in known.values() for trial in same))


def plan_later(flags: Flags, numbers: Iterable[int], repeat: Repeat, reason: str) -> list[PlannedTrial]:
    """Return trials whose flags are not all known before they begin; `flags` are those that are."""
    is_run = repeat is not Repeat.FAILED
    fate, why = (Fate.NEW, reason) if is_run else (Fate.SKIPPED, "it has never run")
    return [PlannedTrial(fate=fate, flags=flags, reason=why, number=number) for number in numbers]


def _keep(trial: ThereTrial, number: int, repeat: Repeat) -> PlannedTrial:
    is_passed_over = {
        Repeat.ALL: False,
        Repeat.NEEDED: trial.is_done,
        Repeat.FAILED: not trial.has_failed,
    }[repeat]
    state = "pruned" if trial.is_pruned else str(trial.status)
    return PlannedTrial(
        fate=Fate.SKIPPED if is_passed_over else Fate.KEPT,
        flags=trial.flags if is_passed_over else {**trial.flags, **trial.added},
        reason=f"it is {state}" if is_passed_over else f"a trial with these flags is there: {state}",
        id=trial.id,
        status=trial.status,
        number=number,
    )


def _make(flags: Flags, number: int, repeat: Repeat) -> PlannedTrial:
    reason = "there is no trial with these flags"
    if repeat is Repeat.FAILED:
        return PlannedTrial(fate=Fate.SKIPPED, flags=flags, reason="it has never run", number=number)
    return PlannedTrial(fate=Fate.NEW, flags=flags, reason=reason, number=number)


def _orphan(trial: ThereTrial) -> PlannedTrial:
    if trial.status in {RunStatus.PENDING, RunStatus.STAGED}:
        return PlannedTrial(
            fate=Fate.ORPHAN_DELETED,
            flags=trial.flags,
            reason="it has never run, and is no trial any more",
            id=trial.id,
            status=trial.status,
        )
    return PlannedTrial(
        fate=Fate.ORPHAN_KEPT,
        flags=trial.flags,
        reason=f"it is no trial any more, and stays as a run of its own: {trial.status}",
        id=trial.id,
        status=trial.status,
    )
