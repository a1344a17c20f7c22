"""The home, and the runs on disk, that the tests of frames have."""

from tests.frame.conftest import add_run, home

__all__ = ["add_run", "home"]
