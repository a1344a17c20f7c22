"""Seeds random number generators, so that a run is reproducible and forked runs differ.

All forks share the state of generators that were loaded before the fork. ``random``, numpy's legacy generator and torch
are seeded if they are loaded, and otherwise at the moment when the operation imports them, so that a forked run and
one in a fresh interpreter draw the same numbers.

Light on imports: see :mod:`guild_ipy.engine.child.process`.
"""

from __future__ import annotations

from guild_ipy.engine.child.libraries.on_import import act_on_import


def seed_generators(seed: int) -> None:
    """Seed ``random``, ``numpy.random`` (the legacy generator) and ``torch`` with `seed`, 0 to 2**32 - 1."""
    act_on_import(
        {
            "random": lambda module: module.seed(seed),
            "numpy.random": lambda module: module.seed(seed),
            "torch": lambda module: module.manual_seed(seed),
        }
    )
