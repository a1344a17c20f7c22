import pytest

from guild_ipy.domain.attributes import ALIASES, ATTRIBUTES, BY_NAME, KEPT
from guild_ipy.index.queries.column_table import RUN_FIELDS


def test_each_attribute_has_one_entry():
    assert len(BY_NAME) == len(ATTRIBUTES)
    assert not BY_NAME.keys() & ALIASES.keys()


@pytest.mark.parametrize("attribute", ATTRIBUTES, ids=lambda attribute: attribute.name)
def test_what_is_shown_is_made_of_columns_that_are_kept(attribute):
    if attribute.form is not None:
        assert set(attribute.fields) <= set(RUN_FIELDS)


def test_what_is_kept_is_a_column():
    assert {attribute.name for attribute in KEPT} <= set(RUN_FIELDS)
