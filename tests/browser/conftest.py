"""One page of JupyterLab for all tests of this folder.

They have a process of their own (`make test-browser`): the event loop of the browser is in the way of other tests.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Generator, Iterator
from pathlib import Path

import pytest

from tests.browser.jupyterlab import Lab, open_lab
from tests.surroundings import enter

_PICTURES = Path(__file__).parents[2] / "build/browser"
_HAS_FAILED = pytest.StashKey[bool]()


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


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Keep whether a test failed, for its fixtures."""
    report = yield
    if report.failed:
        item.stash[_HAS_FAILED] = True
    return report


@pytest.fixture
def lab(whole_lab: Lab, pictures: Path, request: pytest.FixtureRequest) -> Iterator[Lab]:
    """The page; what its console says against us is a failure, and the notebook of the test is closed after it.

    Of a test that fails the page is kept as a picture, and is loaded anew for the next test.
    """
    whole_lab.console.clear()
    yield whole_lab
    if request.node.stash.get(_HAS_FAILED, False):
        whole_lab.page.screenshot(path=pictures / f"failed-{request.node.name}.png")
        whole_lab.dismiss()
        whole_lab.start_over()
    else:
        whole_lab.close()
    assert whole_lab.console == []


@pytest.fixture(scope="session")
def pictures() -> Path:
    """Where pictures of what was seen are kept."""
    _PICTURES.mkdir(parents=True, exist_ok=True)
    return _PICTURES
