"""The options that a user gives for a run, besides flags."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class SpecOptions:
    """The options of a run besides its flags."""

    op_name: str = ""
    """The name of the operation (``--op-name``), for a function; empty where the function itself says it."""
    label: str | None = None
    tags: tuple[str, ...] = ()
    comment: str | None = None
    random_seed: int | None = None
    uses: tuple[str, ...] = ()
    """Variables of the notebook that the code uses without naming them."""
    other_texts: tuple[str, ...] = ()
    """Texts that flags have in other runs of the same code, the trials of a batch; they may name variables, too."""
    files: tuple[str, ...] = ()
    """Files and folders that the run gets besides its dependencies."""
    resources: str | None = None
    """What a queue must have free (:mod:`guild_ipy.domain.values.resource_amounts`); None for what the operation
    says."""
    output_scalars: tuple[str, ...] = ()
    """Patterns in place of the default ones; see :mod:`guild_ipy.engine.output.scalar_patterns`."""
