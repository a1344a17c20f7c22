from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from guild_ipy.domain.opref import OpRef

TEXT = st.text(st.characters(exclude_categories=["Cs"]))
OPREFS = st.builds(
    OpRef, type=st.from_regex(r"[a-z]+", fullmatch=True), package=TEXT, version=TEXT, model=TEXT, name=TEXT
)


@given(OPREFS)
def test_reference_is_read_back(opref: OpRef):
    assert OpRef.parse(str(opref)) == opref


@pytest.mark.parametrize(
    ("text", "opref"),
    [
        ("func:nb.ipynb '' '' train", OpRef(type="func", package="nb.ipynb", name="train")),
        ("script:'/my proj' '' '' a.py\n", OpRef(type="script", package="/my proj", name="a.py")),
        (
            "guildfile:g.yml 0f1e cnn train",
            OpRef(type="guildfile", package="g.yml", version="0f1e", model="cnn", name="train"),
        ),
    ],
)
def test_references_of_guild_are_read(text: str, opref: OpRef):
    assert OpRef.parse(text) == opref


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "has 0 words, not 4"),
        ("script:/my proj '' '' a.py", "has 5 words, not 4"),
        ("train '' '' ''", "does not begin with TYPE:"),
        (":x '' '' ''", "does not begin with TYPE:"),
        ("func:'x '' '' ''", "has no closing quotation"),
        ("\0" * 100, "has 1 words"),
    ],
)
def test_reference_that_says_nothing_is_refused_in_one_line(text: str, reason: str):
    with pytest.raises(ValueError, match=reason) as caught:
        OpRef.parse(text)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("opref", "shown", "opspec"),
    [
        (OpRef(type="func", package="nb.ipynb", name="train"), "train()", "train"),
        (OpRef(type="script", package="p", name="src/train.py"), "src/train.py", "src/train.py"),
        (OpRef(type="guildfile", model="cnn", name="train"), "cnn:train", "cnn:train"),
    ],
)
def test_operation_has_the_name_that_guild_lists(opref: OpRef, shown: str, opspec: str):
    assert (opref.display_name, opref.to_opspec()) == (shown, opspec)
