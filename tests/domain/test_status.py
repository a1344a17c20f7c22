from __future__ import annotations

import pytest

from guild_ipy.domain.status import RunStatus


@pytest.mark.parametrize(
    ("exit_status", "status"),
    [(0, "completed"), (1, "error"), (255, "error"), (-9, "terminated"), (-16, "terminated")],
)
def test_exit_status_decides_how_a_run_ended(exit_status: int, status: str):
    assert str(RunStatus.from_exit_status(exit_status)) == status


def test_no_run_is_both_at_work_and_finished():
    assert [status for status in RunStatus if status.is_active and status.is_finished] == []
    assert {str(status) for status in RunStatus if status.is_active} == {"pending", "running"}
    assert {str(status) for status in RunStatus if status.is_finished} == {"completed", "error", "terminated"}
