from __future__ import annotations

import pytest

from guild_ipy.domain.opref import OpRef
from guild_ipy.domain.status import RunStatus
from guild_ipy.index.rows.entry import decode_record, encode_record
from guild_ipy.store.files.attr_types import Comment
from guild_ipy.store.run_dir import RunDir
from guild_ipy.store.run_record import RunRecord

OPREF = OpRef(type="func", package="lab.ipynb", name="train")
DIR = RunDir("/home/ada/.guild/runs/0123456789abcdef0123456789abcdef")


@pytest.mark.parametrize(
    "record",
    [
        RunRecord(dir=DIR, opref=OPREF, status=RunStatus.RUNNING),
        RunRecord(
            dir=DIR,
            opref=None,
            trial_opref=OPREF,
            status=RunStatus.DAMAGED,
            initialized=1,
            started=2,
            stopped=3,
            exit_status=-9,
            label="ñ",
            tags=("a", "b"),
            comments=(Comment(body="good"), Comment(body="bad", time=4, user="ada", host="lab")),
            marked=True,
            flags={"lr": 0.1, "layers": [64, {"a": None}], "name": "1e5", "all": False},
            sourcecode_digest="ab",
            damage="opref: it is missing",
        ),
    ],
)
def test_a_record_is_read_as_it_was_written(record: RunRecord):
    assert decode_record(DIR.path, encode_record(record)) == record


@pytest.mark.parametrize("text", ["", "[]", "{}", "[1]", "null", "[" + "null," * 13 + "null]"])
def test_other_json_is_not_a_record(text: str):
    with pytest.raises((ValueError, TypeError, LookupError)):
        decode_record(DIR.path, text)
