"""How many faults are injected, and what came of them: a line for each kind, at the end of the session."""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import Any

import pytest

_lines: list[str] = []


@pytest.fixture(scope="session")
def scale() -> Callable[[int, int], int]:
    """Choose the first number, or the second with ``GUILD_IPY_FAULTS=full``."""
    full = os.environ.get("GUILD_IPY_FAULTS") == "full"
    return lambda small, large: large if full else small


@pytest.fixture(scope="session")
def report() -> Callable[..., None]:
    """Print counts, and print them once more at the end of the session."""

    def add(fault: str, **counts: Any) -> None:
        _lines.append(f"{fault}: " + " · ".join(f"{name.replace('_', ' ')} {count}" for name, count in counts.items()))
        print(f"\n{_lines[-1]}")

    return add


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    if _lines:
        terminalreporter.section("faults")
        terminalreporter.write("".join(f"{line}\n" for line in _lines))
