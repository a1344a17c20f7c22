"""Payloads of runs that an earlier version of this package has made."""

import io
import pickle
import re
from datetime import timedelta
from importlib import import_module
from pathlib import Path

import pytest

import guild_ipy
from guild_ipy.domain.payload import FunctionCall
from guild_ipy.domain.payload_reader import MOVED, open_payload
from guild_ipy.operations.functions.call import bind_call, inspect_callable

#: The modules of this package that payloads name. One that is renamed needs an entry in ``MOVED``, and then here.
NAMED = {
    "guild_ipy.domain.declarations.dependency",
    "guild_ipy.domain.declarations.source_kind",
    "guild_ipy.domain.forms",
    "guild_ipy.domain.payload",
    "guild_ipy.domain.values.durations",
    "guild_ipy.domain.values.flags",
    "guild_ipy.domain.values.shapes",
    "guild_ipy.operations.declaration",
}


@guild_ipy.operation(requires=["file:data.csv"], flags={"epochs": {"type": "int"}})
def train(path: Path = Path("x"), wait: timedelta = timedelta(1), layers: tuple[int, ...] = (1, 2), epochs=3):
    return path, wait, layers, epochs


@pytest.fixture
def payload() -> bytes:
    """A pickle of the call and of what its decorator declares, in the protocol that writes names as text."""
    call = bind_call(train, inspect_callable(train), (), {}).code
    return pickle.dumps((call, vars(train)), protocol=0)


def test_a_payload_names_no_other_modules(payload):
    assert set(re.findall(r"^.*c(guild_ipy\.[\w.]+)$", payload.decode(), re.MULTILINE)) == NAMED


def test_a_payload_that_names_modules_as_they_were_called_before_is_opened(payload):
    for before, now in MOVED.items():
        payload = payload.replace(f"c{now}\n".encode(), f"c{before}\n".encode())

    call, _ = open_payload(io.BytesIO(payload), {})

    assert b"guild_ipy.domain.shapes" in payload
    assert isinstance(call, FunctionCall)
    assert call.arguments({"path": "a"})[1]["path"] == Path("a")


@pytest.mark.parametrize("module", MOVED.values())
def test_what_has_moved_is_where_it_is_said_to_be(module):
    assert import_module(module)
