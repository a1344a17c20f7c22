"""One page of JupyterLab for all tests of this folder.

They have a process of their own (`make test-browser`): the event loop of the browser is in the way of other tests.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.browser.jupyterlab import Lab, open_lab
from tests.surroundings import enter

_PICTURES = Path(__file__).parents[2] / "build/browser"


@pytest.fixture(scope="session")
def whole_lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lab]:
    if shutil.which("chromium") is None:
        pytest.fail("there is no chromium; `make chromium` installs it, as root")
    folder = tmp_path_factory.mktemp("lab")
    before = dict(os.environ)
    enter(str(folder))
    try:
        (folder / "work").mkdir()
        with open_lab(folder / "work") as lab:
            yield lab
    finally:
        os.environ.clear()
        os.environ.update(before)


@pytest.fixture
def lab(whole_lab: Lab) -> Iterator[Lab]:
    """The page; what its console says against us is a failure, and the notebook of the test is closed after it."""
    whole_lab.console.clear()
    yield whole_lab
    whole_lab.close()
    assert whole_lab.console == []


@pytest.fixture(scope="session")
def pictures() -> Path:
    """Where pictures of what was seen are kept."""
    _PICTURES.mkdir(parents=True, exist_ok=True)
    return _PICTURES
