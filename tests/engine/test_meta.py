import json
import math
from dataclasses import replace

import pytest

from guild_ipy.domain.declarations.step_def import Step, StepBatch
from guild_ipy.domain.program import (
    CellFile,
    ExecProgram,
    NotebookFileProgram,
    NotebookProgram,
    ScriptProgram,
    StepsProgram,
)
from guild_ipy.domain.values.flags import FlagDef, FlagType
from guild_ipy.engine.meta import JobMeta, differing_flags, digest_flags, encode_meta, read_meta
from guild_ipy.errors import DamagedRun
from guild_ipy.store.files.attrs import write_attr

META = JobMeta(
    operation="train()",
    flags={"lr": 0.1, "name": "ñ\n\udcff", "layers": [1, {"a": None}]},
    random_seed=7,
    import_path=("/work", "/usr/lib"),
    python="3.11",
    sourcecode=".guild/sourcecode",
    program=NotebookProgram(cells={"<ipython-input-1>": CellFile(path="cells/01.py", number=3)}),
    output_scalars=("a", "b"),
    flag_defs=(FlagDef(name="lr", type=FlagType.FLOAT, default=0.1, choices=(0.1, 0.2), nullable=True),),
    takes_any_flag=True,
)


def write(run_dir, content):
    with open(run_dir.meta, "wb") as file:
        file.write(content)
    write_attr(run_dir, "flags", META.flags)


SCRIPT = ScriptProgram(path="a.py", arguments=("--lr", "0.1"), constants={"layers": [1, {"a": None}]}, roots=("src",))
STEP = Step(name="train", operation="train", flags={"lr": "${lr}"}, tags=("a", "b"))
PROGRAMS = [
    META.program,
    SCRIPT,
    NotebookFileProgram(path="a.ipynb", constants={"lr": math.inf}),
    ExecProgram(words=("echo", "a b")),
    StepsProgram(steps=(STEP, replace(STEP, batch=StepBatch(max_trials=3, minimize=("loss",), mark_best=True)))),
]


@pytest.mark.parametrize("program", PROGRAMS, ids=lambda program: program.kind)
def test_what_is_written_is_read(run_dir, program):
    meta = replace(META, program=program)
    write(run_dir, encode_meta(meta))
    assert read_meta(run_dir) == meta


FORMAT_1 = {
    "operation": "train()",
    "random_seed": 7,
    "import_path": ["/work"],
    "python": "3.11",
    "sourcecode": ".",
    "script": None,
    "notebook": None,
    "arguments": [],
    "constants": {},
    "cells": {},
    "flag_defs": [],
    "format": 1,
}


@pytest.mark.parametrize(
    ("fields", "program"),
    [
        ({"cells": {"<ipython-input-1>": {"path": "cells/01.py", "number": 3}}}, META.program),
        (
            {"script": "a.py", "arguments": ["fit", "--lr", "1"], "subcommand": ["fit"], "roots": ["src"]},
            ScriptProgram(path="a.py", arguments=("fit", "--lr", "1"), command=("fit",), roots=("src",)),
        ),
        ({"notebook": "a.ipynb", "constants": {"lr": 1}}, NotebookFileProgram(path="a.ipynb", constants={"lr": 1})),
        ({"words": ["echo", "a"]}, ExecProgram(words=("echo", "a"))),
        (
            {"steps": [{name: value for name, value in vars(STEP).items() if name != "batch"}]},
            StepsProgram(steps=(STEP,)),
        ),
    ],
)
def test_programs_of_the_first_format_are_read(run_dir, fields, program):
    write(run_dir, json.dumps({**FORMAT_1, **fields}).encode())
    assert read_meta(run_dir).program == program


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
    write(run_dir, json.dumps(json.loads(encode_meta(META)) | {"format": 3}).encode())
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
    assert differing_flags(made) == {"a": 1, "b": 2.0, "d": None}


def test_a_file_that_still_has_flags_says_what_the_program_was_made_for(run_dir):
    write(run_dir, json.dumps({**FORMAT_1, "flags": {"lr": 0.1}}).encode())
    write_attr(run_dir, "flags", {"lr": 0.8})
    assert differing_flags(read_meta(run_dir)) == {"lr": 0.8}


def test_runs_that_dependencies_use_are_no_flags_of_the_operation(run_dir):
    write(run_dir, encode_meta(JobMeta(**{**vars(META), "input_names": ("data", "lr")})))
    write_attr(run_dir, "flags", {"lr": 0.1, "data": "3c0f", "operation:up": "3c0f"})
    assert read_meta(run_dir).flags == {"lr": 0.1}
