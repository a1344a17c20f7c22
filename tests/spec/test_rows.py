"""No row of the specification is without a test."""

import re
from pathlib import Path

from tests.spec.conftest import ROWS


def test_each_row_is_named_by_a_test():
    texts = (path.read_text() for path in Path(__file__).parent.glob("test_*.py"))
    named = {
        row
        for text in texts
        for names in re.findall(r"@pytest\.mark\.rows\(([^)]*)\)", text)
        for row in re.findall(r"\w+", names)
    }
    assert named == set(ROWS)
