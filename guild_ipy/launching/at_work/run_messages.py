"""What a process that starts runs says of them: a batch of its trials, a queue of staged runs."""

from __future__ import annotations

import sys

from guild_ipy.domain.values.flags import Flags, plain_text


def describe_flags(flags: Flags) -> str:
    """Return flags as they stand in messages: ``x=1.0, y=2``."""
    return ", ".join(f"{name}={plain_text(value)}" for name, value in sorted(flags.items()))


def say(text: str, level: str = "INFO") -> None:
    """Write a message as Guild AI writes those of its batches and queues."""
    sys.stdout.write(f"{level}: [guild] {text}\n")
    sys.stdout.flush()
