"""Expressions are read by tables as lark reads them."""

from __future__ import annotations

import subprocess
import sys

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lark import UnexpectedInput

from guild_ipy.query.grammar import GRAMMAR, load_parser
from guild_ipy.query.lalr import Unexpected, load_reader
from guild_ipy.query.nodes import Node
from guild_ipy.query.parse import parse_select
from guild_ipy.query.refusal import Refusal
from guild_ipy.query.tables import checksum, make_tables, read_tables
from tests.query.test_agreement import expressions
from tests.query.test_parse import ACCEPTED, REFUSED

WORDS = st.sampled_from(
    "lr loss 'x' \"y z\" = == != < >= in not and or ( ) [ ] , 1 -2.5 1e-3 is undefined contains matches between after"
    " within started today yesterday last 2 hours ago 2026-11-20 12:30 max min step flag: scalar:'a' true marked"
    " train() completed on # val#acc \t \n . x:y &&".split(" ")
)


def by_lark(text: str, start: str = "select") -> Node | str:
    try:
        return load_parser().parse(text, start=start)  # type: ignore[return-value]
    except UnexpectedInput:
        return "unexpected"
    except Refusal as refusal:
        return str(refusal)


def by_tables(text: str, start: str = "select") -> Node | str:
    try:
        return load_reader().read(text, start)
    except Unexpected:
        return "unexpected"
    except Refusal as refusal:
        return str(refusal)


def test_tables_are_those_of_the_grammar():
    tables = read_tables()
    assert tables["grammar"] == checksum(GRAMMAR), "run `python -m guild_ipy.query.tables`"
    made = make_tables()
    assert (tables["terminals"], tables["ignored"]) == ([list(each) for each in made["terminals"]], made["ignored"])
    assert len(tables["states"]) == len(made["states"])


@pytest.mark.parametrize("text", [text for text, _ in (*ACCEPTED, *REFUSED)])
def test_examples_are_read_as_lark_reads_them(text: str):
    assert repr(by_tables(text)) == repr(by_lark(text))
    assert repr(by_tables(text, "name")) == repr(by_lark(text, "name"))


@settings(max_examples=300, deadline=None)
@given(st.lists(WORDS, max_size=12).map(" ".join) | expressions)
def test_random_words_are_read_as_lark_reads_them(text: str):
    assert repr(by_tables(text)) == repr(by_lark(text))


def test_lark_is_loaded_for_errors_alone():
    code = "from guild_ipy.query.select import Select\n{}\nimport sys\nprint('lark' in sys.modules)"
    program = "for each in ('lr < 0.1 and max loss > 1', 'completed or not (a in [1, x])'): Select.parse(each)"
    printed = subprocess.run([sys.executable, "-c", code.format(program)], capture_output=True, text=True, check=True)
    assert printed.stdout == "False\n"


def test_expression_is_understood_once():
    assert parse_select("lr < 0.25") is parse_select("lr < 0.25")
