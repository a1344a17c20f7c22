from __future__ import annotations

import pytest

from guild_ipy.domain.choosing.run_filter import RunFilter
from guild_ipy.domain.values.origin import Origin
from guild_ipy.operations.notebook import Notebook
from guild_ipy.session.here import find_here, only_here

WITH_FILE = Notebook(variables={}, project_dir="/work", path="train.ipynb")
WITHOUT_FILE = Notebook(variables={}, project_dir="/work")


def test_runs_come_from_the_notebook_and_its_folder():
    assert find_here(WITH_FILE) == Origin(notebook="/work/train.ipynb", project="/work")
    assert find_here(WITHOUT_FILE) == Origin(project="/work")


def test_within_a_run_they_come_from_where_that_run_comes_from(make_run, monkeypatch):
    outer = make_run(_origin={"notebook": "/other/a.ipynb", "project": "/other"})
    monkeypatch.setenv("RUN_DIR", outer.path)

    assert find_here(WITH_FILE) == Origin(notebook="/other/a.ipynb", project="/other")


@pytest.mark.parametrize("damage", [3, ["/x"], {"notebook": 5}, {}])
def test_an_origin_that_cannot_be_read_is_none(make_run, monkeypatch, damage):
    monkeypatch.setenv("RUN_DIR", make_run(_origin=damage).path)

    assert find_here(WITH_FILE) == Origin()


def test_here_is_the_notebook_or_else_the_folder():
    assert only_here(RunFilter(limit=3), WITH_FILE) == RunFilter(limit=3, notebooks=("/work/train.ipynb",))
    assert only_here(RunFilter(), WITHOUT_FILE) == RunFilter(projects=("/work",))
