from __future__ import annotations

import math
import re
import subprocess
import sys
import time
from collections.abc import Callable

import pytest
import yaml
from hypothesis import example, given
from hypothesis import strategies as st

from guild_ipy.store.files.yaml_codec import decode, encode

WORDS = ["yes", "No", "ON", "off", "y", "N", "null", "~", "", " ", "1e5", "1e-5", "1_000", "0x1f", "0o7", "010", "1:30"]
WORDS += [
    "nan",
    ".nan",
    ".inf",
    "-.INF",
    "=",
    "<<",
    "-",
    "- a",
    "a: b",
    "a #b",
    "#",
    "!x",
    "&a",
    "*a",
    "?",
    "|",
    ">",
    "%",
]
WORDS += [
    "@",
    "`",
    "2026-01-01",
    "+1",
    "1.",
    ".5",
    "true",
    "True",
    "TRUE",
    "'",
    '"',
    "\\",
    "a\nb",
    "\t",
    "\r",
    "a ",
    " a",
]
WORDS += [
    "\x00",
    "\x85",
    "\xa0",
    "\u2028",
    "\ufeff",
    "\ud800",
    "\U0001f600",
    "---",
    "...",
    "a=",
    "[",
    "{",
    "}",
    ",",
    ":",
]

TEXT = st.one_of(st.sampled_from(WORDS), st.text(st.characters(exclude_categories=[])))
SCALARS = st.one_of(st.none(), st.booleans(), st.integers(), st.floats(allow_nan=False), TEXT)
VALUES = st.recursive(
    SCALARS,
    lambda inner: st.one_of(st.lists(inner, max_size=4), st.dictionaries(TEXT, inner, max_size=4)),
    max_leaves=8,
)


@given(VALUES)
@example({"n": 1, "y": "n", "a": [], "b": {}, "c": [{"d": [[]]}]})
def test_what_is_written_is_read_back(value: object):
    assert decode(encode(value)) == value


@given(VALUES)
def test_guild_reads_what_we_write(value: object):
    assert yaml.safe_load(encode(value)) == value


@given(SCALARS)
def test_types_survive(value: object):
    assert type(decode(encode(value))) is type(value)


def test_nan_survives():
    assert math.isnan(decode(encode({"loss": math.nan}))["loss"])


class GuildsLoader(yaml.CSafeLoader):
    """PyYAML with the one rule that Guild adds."""


GUILDS_FLOAT = re.compile(r"[-+]?\d[\d_]*(\.[\d_]*)?[eE][-+]?\d+\Z")
GuildsLoader.add_implicit_resolver("tag:yaml.org,2002:float", GUILDS_FLOAT, list("-+0123456789"))


def outcome(read: Callable[[str], object], document: str) -> str:
    try:
        return repr(read(document))
    except (yaml.YAMLError, ValueError):
        return "refused"


@pytest.mark.parametrize("text", [*WORDS, "1", "-0", "00", "1.5", "-1.5e+3", "1.5e3", "a b", "a  b", "a - b", "a b: c"])
@pytest.mark.parametrize("form", ["{}", "k: {}", "- {}", "'{}'", '"{}"', "k: '{}'\nm: 1", '- "{}"\n- 2', "'{}': 1"])
def test_reading_agrees_with_pyyaml(text: str, form: str):
    document = form.format(text)
    assert outcome(decode, document) == outcome(lambda text: yaml.load(text, Loader=GuildsLoader), document)


BLOCK_WORDS = st.sampled_from(
    [word for word in WORDS if word.isprintable()]
    + ["operation:train", "a:b c", "../0123/x.bin", "63d8c402aa" + 22 * "0", "1e34" + 28 * "5", "0b01" + 28 * "0"]
)
BLOCKS = st.recursive(
    BLOCK_WORDS | SCALARS.filter(lambda value: not isinstance(value, str)),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(BLOCK_WORDS, inner, max_size=4),
)
EDITS = st.lists(
    st.tuples(st.integers(0, 300), st.sampled_from(["", " ", "  ", "- ", ":", ": ", "#", "\n", "'"])), max_size=3
)


def encode_as_guild(value: object) -> str:
    return yaml.safe_dump(value, default_flow_style=False)


@given(BLOCKS, st.sampled_from([encode, encode_as_guild]), EDITS)
def test_reading_of_blocks_agrees_with_pyyaml(
    value: object, write: Callable[[object], str], edits: list[tuple[int, str]]
):
    document = write(value)
    for place, inserted in edits:
        document = document[: place % len(document)] + inserted + document[place % len(document) + 1 :] or "\n"
    assert outcome(decode, document) == outcome(lambda text: yaml.load(text, Loader=GuildsLoader), document)


@pytest.mark.parametrize("text", ["1e5", "1e-5", "1E+5", "-1e5", "1.5e5"])
def test_numbers_with_an_exponent_are_floats_as_in_guild(text: str):
    assert decode(text) == decode(f"k: {text}")["k"] == float(text)
    assert encode(text) == f'"{text}"\n'


@pytest.mark.parametrize("value", [{1: 2}, {"a": object()}, b"bytes", {1, 2}, [{"a": [1j]}]])
def test_only_what_yaml_can_say_is_written(value: object):
    with pytest.raises(TypeError, match=r"a run attribute cannot hold|a key of a run attribute is text"):
        encode(value)


def billion_laughs() -> str:
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x]"]
    return "\n".join([*lines, *(f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]" for n in range(1, 12))])


@pytest.mark.parametrize(
    ("document", "reason"),
    [
        (billion_laughs(), "more than 1000000 values"),
        ("&a [*a]", "nested more than 100 deep"),
        ("- " * 5000 + "a", "nested more than 100 deep"),
        ("[" * 100_000, "nested more than 100 deep"),
        ("? " * 100_000, "nested more than 100 deep"),
        ("{a: " * 500, "nested more than 100 deep"),
        ("".join(f"{' ' * n}a:\n" for n in range(900)), "nested more than 100 deep"),
        ("- [a]\n" * 400_000, "characters of nested YAML are more than"),
        ("!!python/object/apply:os.system [ls]", "could not determine a constructor"),
        ("!!python/name:os.system", "could not determine a constructor"),
        ("!!bool maybe", "a YAML tag does not fit its value"),
        ("!!timestamp never", "a YAML tag does not fit its value"),
        ("!!int ''", "a YAML tag does not fit its value"),
        ("[{}]: 1", "unhashable key"),
        ("9" * 5000, "Exceeds the limit"),
        ("a: 1\n---\nb: 2", "found another document"),
    ],
)
def test_hostile_yaml_is_refused_at_once_in_one_line(document: str, reason: str):
    began = time.perf_counter()
    with pytest.raises(ValueError, match=reason) as caught:
        decode(document)
    assert "\n" not in str(caught.value)
    assert time.perf_counter() - began < 5


def test_the_codec_does_not_load_pyyaml_for_what_it_writes():
    program = (
        "import sys; from guild_ipy.store.files.yaml_codec import decode, encode\n"
        "for value in ({'lr': 0.1, 'n': 3, 'name': 'a b', 'e': []}, ['a', {'b: c': [[1], {}]}], 'a=0.1 n=3', 7):\n"
        "    assert decode(encode(value)) == value\n"
        "print('yaml' in sys.modules); decode('a: {b: 1}'); print('yaml' in sys.modules)"
    )
    assert subprocess.check_output([sys.executable, "-c", program], text=True).split() == ["False", "True"]
