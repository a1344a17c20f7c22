"""A session for all tests of a module, whose runs take a while to make."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from guild_ipy.engine.engine import Engine
from guild_ipy.session.session import Session, set_session
from guild_ipy.settings import Settings
from guild_ipy.store.guild_home import Home, create_home


@pytest.fixture(scope="module")
def module_session(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Session]:
    """A session with a new home, which is the one of ``guild_ipy``."""
    home = Home(str(tmp_path_factory.mktemp("homes") / "home"))
    create_home(home)
    engine = Engine(Settings.from_environment())
    session = Session(Settings(guild_home=home.path), engine=engine)
    set_session(session)
    yield session
    set_session(None)
    engine.close()
