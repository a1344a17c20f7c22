import json
import math

import pytest

from guild_ipy.domain.flags import FlagDef, FlagType
from guild_ipy.engine.meta import CellFile, JobMeta, encode_meta, read_meta
from guild_ipy.errors import DamagedRun

META = JobMeta(
    operation="train()",
    flags={"lr": 0.1, "name": "ñ\n\udcff", "layers": [1, {"a": None}]},
    random_seed=7,
    import_path=("/work", "/usr/lib"),
    python="3.11",
    sourcecode=".guild/sourcecode",
    notebook="a.ipynb",
    arguments=("--lr", "0.1"),
    cells={"<ipython-input-1>": CellFile(path="cells/01.py", number=3)},
    output_scalars=("a", "b"),
    flag_defs=(FlagDef(name="lr", type=FlagType.FLOAT, default=0.1, choices=(0.1, 0.2), nullable=True),),
    takes_any_flag=True,
)


def write(run_dir, content):
    with open(run_dir.meta, "wb") as file:
        file.write(content)


def test_what_is_written_is_read(run_dir):
    write(run_dir, encode_meta(META))
    assert read_meta(run_dir) == META


def test_floats_that_json_does_not_know_are_kept(run_dir):
    write(run_dir, encode_meta(JobMeta(**{**vars(META), "flags": {"a": math.inf, "b": math.nan}})))
    flags = read_meta(run_dir).flags
    assert flags["a"] == math.inf
    assert math.isnan(flags["b"])


def test_a_run_that_guild_made_has_none(run_dir):
    assert read_meta(run_dir) is None


@pytest.mark.parametrize(
    "content",
    [b"", b"{", b"[]", b"{}", b'{"format": 1}', b"\xff\xfe", encode_meta(META)[:-20]],
)
def test_a_damaged_file_is_named(run_dir, content):
    write(run_dir, content)
    with pytest.raises(DamagedRun) as caught:
        read_meta(run_dir)
    assert caught.value.path == run_dir.meta
    assert "\n" not in str(caught.value)


def test_another_format_is_not_read(run_dir):
    write(run_dir, json.dumps(json.loads(encode_meta(META)) | {"format": 2}).encode())
    with pytest.raises(DamagedRun, match="it was written by another version of guild_ipy"):
        read_meta(run_dir)
