"""The documentation says what is there, and nothing else."""

import os
import re
from pathlib import Path

import pytest

import guild_ipy
from guild_ipy.operations.guildfile.reading import known_attributes
from guild_ipy.verbs import NAMES, VERBS

ROOT = Path(__file__).parents[1]
PAGES = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/*.md"), *ROOT.glob("labextension/*.md")])


def rows(page: str) -> list[str]:
    """Give the rows of the tables of a page."""
    return [line for line in (ROOT / page).read_text("utf-8").splitlines() if line.startswith("| `")]


def test_table_of_verbs_is_that_of_the_magics():
    verbs = [VERBS[name] for name in NAMES]
    expected = [f"| `{f'%guild_{verb.name} {verb.words}'.rstrip()}` | {verb.summary} |" for verb in verbs]
    assert [row for row in expected if row not in rows("docs/magics.md")] == []
    assert rows("docs/magics.md") == expected


def test_every_verb_has_a_section_with_an_example():
    text = (ROOT / "docs/magics.md").read_text("utf-8")
    sections = dict(re.findall(r"^## (\w+)\n(.*?)(?=^## |\Z)", text, re.DOTALL | re.MULTILINE))
    assert [verb for verb in NAMES if f"%guild_{verb}" not in sections.get(verb, "")] == []


def test_table_of_names_is_that_of_the_package():
    documented = [row.split("`")[1] for row in rows("docs/python.md")]
    assert sorted(documented) == guild_ipy.__all__


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_links_lead_somewhere(page):
    links = re.findall(r"\]\(([^)#:]+)\)", page.read_text("utf-8"))
    assert [link for link in links if not os.path.exists(page.parent / link)] == []


@pytest.mark.parametrize("kind", ["MODEL", "CONFIG", "OPERATION", "FLAG", "CHOICE", "RESOURCE", "SOURCE", "STEP"])
def test_every_attribute_of_a_guild_file_is_documented(kind):
    found = getattr(known_attributes, kind)
    text = (ROOT / "docs/guildfile.md").read_text("utf-8")
    noted = found.unsupported if kind != "STEP" else frozenset()
    assert [name for name in sorted(found.known | noted) if f"`{name}`" not in text] == []
