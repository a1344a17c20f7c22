import json
import math

import pytest

from guild_ipy.domain.flags import FlagDef, FlagType
from guild_ipy.engine.meta import CellFile, JobMeta, changed_flags, digest_flags, encode_meta, read_meta
from guild_ipy.errors import DamagedRun
from guild_ipy.store.attrs import write_attr

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
    write_attr(run_dir, "flags", META.flags)


def test_what_is_written_is_read(run_dir):
    write(run_dir, encode_meta(META))
    assert read_meta(run_dir) == META


def test_floats_that_are_no_numbers_are_kept(run_dir):
    write(run_dir, encode_meta(META))
    write_attr(run_dir, "flags", {"a": math.inf, "b": math.nan})
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


def test_flags_come_from_the_attribute_alone(run_dir):
    write(run_dir, encode_meta(META))
    write_attr(run_dir, "flags", {"lr": 0.8})
    with open(run_dir.meta) as file:
        assert "flags" not in json.load(file)
    assert read_meta(run_dir).flags == {"lr": 0.8}


def test_flags_that_somebody_has_changed_are_told_from_those_that_the_program_was_made_for():
    made_for = digest_flags({"a": 1.0, "c": "x", "d": 1})
    made = JobMeta(**{**vars(META), "flags": {"a": 1, "b": 2.0, "c": "x"}, "made_for": made_for})
    assert changed_flags(made) == {"a": 1, "b": 2.0, "d": None}


def test_a_file_that_still_has_flags_says_what_the_program_was_made_for(run_dir):
    old = {**json.loads(encode_meta(META)), "flags": {"lr": 0.1}}
    del old["made_for"]
    write(run_dir, json.dumps(old).encode())
    write_attr(run_dir, "flags", {"lr": 0.8})
    assert changed_flags(read_meta(run_dir)) == {"lr": 0.8}


def test_runs_that_dependencies_use_are_no_flags_of_the_operation(run_dir):
    write(run_dir, encode_meta(JobMeta(**{**vars(META), "input_names": ("data", "lr")})))
    write_attr(run_dir, "flags", {"lr": 0.1, "data": "3c0f", "operation:up": "3c0f"})
    assert read_meta(run_dir).flags == {"lr": 0.1}
