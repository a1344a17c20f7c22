"""How a batch searches: the optimizer, and what is minimized or maximized."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any, Self

from guild_ipy.domain.choosing.best import Best
from guild_ipy.errors import SelectError, UsageError, suggest
from guild_ipy.query.nodes import Kind
from guild_ipy.query.parse import parse_name

#: Known before the first trial is run.
RANDOM, GRID = "random", "grid"
#: Those of Optuna.
ADAPTIVE = ("tpe", "gp", "cmaes", "qmc")
OPTIMIZERS = (RANDOM, *ADAPTIVE, GRID)
PRUNERS = ("median", "halving", "hyperband", "patient")
#: As Guild AI 0.9.0 calls them.
_SAME = {"skopt:random": RANDOM, "skopt:gp": "gp"}
_NEAREST = {"forest": "tpe", "gbrt": "tpe", "skopt:forest": "tpe", "skopt:gbrt": "tpe"}
#: The attribute of a batch with its objective, where Guild AI keeps it.
OBJECTIVE = "objective"
#: What is minimized where nothing is said, as in Guild AI.
DEFAULT_OBJECTIVE = Best(name="loss")


@dataclass(frozen=True, kw_only=True)
class SearchOptions:
    """The options of a search."""

    optimizer: str | None = None
    """One of :data:`OPTIMIZERS`, or an operation that is one; None for random search where there are spaces, else for
    all combinations."""
    objectives: tuple[Best, ...] = ()
    prune: str | None = None
    """Stop poor trials early, by one of :data:`PRUNERS`."""
    mark_best: bool = False
    """Mark the best trial at the end."""
    use_prior: bool = False
    """Tell the optimizer first what came of earlier runs of the operation."""

    def __post_init__(self) -> None:
        """Refuse unknown names, and options that do not go together."""
        for objective in self.objectives:
            _check_objective(objective)
        in_order = sorted(self.objectives, key=lambda each: each.greatest)  # as they are recorded
        object.__setattr__(self, "objectives", tuple(in_order))
        if self.prune is not None and self.prune not in PRUNERS:
            raise UsageError(_unknown("pruner", self.prune, PRUNERS))
        if len(self.objectives) > 1 and self.prune is not None:
            raise UsageError(f"prune {self.prune} needs one objective; {self._objectives_text} are several")
        if len(self.objectives) > 1 and self.optimizer == "cmaes":
            raise UsageError(f"optimizer cmaes takes one objective; {self._objectives_text} are several; take tpe")
        if len(self.objectives) > 1 and self.mark_best:
            raise UsageError(f"the best trial can be marked by one objective; {self._objectives_text} are several")
        if self.use_prior and not self.is_adaptive:
            raise UsageError("earlier runs are knowledge for an optimizer that learns: tpe, gp or cmaes; give one")

    @property
    def is_adaptive(self) -> bool:
        """Whether trials are chosen one after another."""
        return self.optimizer in ADAPTIVE

    @property
    def wanted(self) -> tuple[Best, ...]:
        """What is minimized or maximized."""
        return self.objectives or (DEFAULT_OBJECTIVE,)

    @property
    def compared_by(self) -> tuple[Best, ...]:
        """What trials are compared by: nothing, where nothing is said and no option needs it."""
        needs_it = self.objectives or self.is_adaptive or self.mark_best or self.prune is not None
        return self.wanted if needs_it else ()

    @property
    def given(self) -> str:
        """The first of these options that was given, for messages; empty if none was."""
        options = {
            "--optimizer": self.optimizer is not None,
            "--minimize": any(not each.greatest for each in self.objectives),
            "--maximize": any(each.greatest for each in self.objectives),
            "--prune": self.prune is not None,
            "--mark-best": self.mark_best,
            "--use-prior": self.use_prior,
        }
        return next((option for option, is_given in options.items() if is_given), "")

    @property
    def _objectives_text(self) -> str:
        return ", ".join(describe_objective(each) for each in self.objectives)

    def after(self, last: Self) -> Self:
        """Return the options of a restart, where what is not said stays as it was the last time."""
        return replace(
            self,
            optimizer=self.optimizer or last.optimizer,
            objectives=self.objectives or last.objectives,
            prune=self.prune or last.prune,
            mark_best=self.mark_best or last.mark_best,
            use_prior=self.use_prior or last.use_prior,
        )

    def recorded(self) -> dict[str, object]:
        """Return what a batch keeps of it; the names are those of Guild AI, where it has one."""
        return {
            "optimizer": self.optimizer,
            "minimize": [each.name for each in self.objectives if not each.greatest],
            "maximize": [each.name for each in self.objectives if each.greatest],
            "prune": self.prune,
            "mark_best": self.mark_best,
            "use_prior": self.use_prior,
        }

    @classmethod
    def parse(cls, recorded: Mapping[str, Any]) -> Self:
        """Read what a batch keeps; what is missing or malformed is as by default."""
        try:
            return cls(
                optimizer=_text(recorded.get("optimizer")),
                objectives=read_objectives(_texts(recorded.get("minimize")), _texts(recorded.get("maximize"))),
                prune=_text(recorded.get("prune")),
                mark_best=recorded.get("mark_best") is True,
                use_prior=recorded.get("use_prior") is True,
            )
        except UsageError:
            return cls()


def guild_objective(objective: Best) -> str:
    """Return an objective as Guild AI 0.9.0 records it: ``loss``, and ``-acc`` for what is maximized."""
    return f"-{objective.name}" if objective.greatest else objective.name


def read_objectives(least: Iterable[str], greatest: Iterable[str]) -> tuple[Best, ...]:
    """Return objectives; those to minimize come first."""
    return (*(Best(name=name) for name in least), *(Best(name=name, greatest=True) for name in greatest))


def known_optimizer(name: str) -> str | None:
    """Return the one of :data:`OPTIMIZERS` that a name means; None for another."""
    known = _SAME.get(name, name)
    return known if known in OPTIMIZERS else None


def check_optimizer(name: str) -> None:
    """Refuse the name of an optimizer that is not known: UsageError."""
    if name in _NEAREST:
        raise UsageError(f"optimizer {name!r} of Guild AI is not there; the nearest is {_NEAREST[name]}")
    if known_optimizer(name) is None:
        raise UsageError(_unknown("optimizer", name, OPTIMIZERS))


def describe_objective(objective: Best) -> str:
    """Return an objective as messages have it: ``minimize val#loss``."""
    return f"{'maximize' if objective.greatest else 'minimize'} {objective.name}"


def _check_objective(objective: Best) -> None:
    what = "maximize" if objective.greatest else "minimize"
    try:
        name = parse_name(objective.name)
    except SelectError as error:
        raise UsageError(f"{what}: {error}") from error
    if name.kind not in {None, Kind.SCALAR} or name.step:
        raise UsageError(f"{what}: {objective.name!r} is not a scalar; write for example 'loss' or 'min val#loss'")


def _unknown(what: str, name: str, known: tuple[str, ...]) -> str:
    return f"{what} {name!r} is unknown; give one of {', '.join(known)}{suggest(name, known)}"


def _text(value: object) -> str | None:
    return value if isinstance(value, str) else None


def _texts(value: object) -> tuple[str, ...]:
    if isinstance(value, str):  # of Guild AI
        return (value,)
    return tuple(each for each in value if isinstance(each, str)) if isinstance(value, list) else ()
