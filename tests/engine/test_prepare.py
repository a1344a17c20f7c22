import ast
import math
import os
import subprocess
import sys
from dataclasses import replace

import pytest

from guild_ipy.domain.opref import OpRef
from guild_ipy.domain.program import CellFile, NotebookProgram, ScriptProgram
from guild_ipy.domain.run_spec import PackedCode, ProjectSource, RunSpec, SourceFile
from guild_ipy.engine.meta import read_meta
from guild_ipy.engine.run_files.job_files import job_files, job_meta
from guild_ipy.engine.run_files.prepare import prepare_run
from guild_ipy.engine.run_files.run_environment import run_environment
from guild_ipy.errors import StoreError
from guild_ipy.store.files.attrs import list_attrs, read_attr
from guild_ipy.store.run_record import read_run, read_status
from guild_ipy.store.state.lock import is_alive
from guild_ipy.store.used_runs.manifest import read_manifest

SPEC = RunSpec(
    opref=OpRef(type="func", package="lab.ipynb", name="train"),
    program=NotebookProgram(cells={"<cell>": CellFile(path="cells/01.py", number=3)}),
    packed=PackedCode(payload=b"payload"),
    source=ProjectSource(
        dest=".guild/sourcecode",
        files=(SourceFile(path="cells/01.py", content=b"x"), SourceFile(path="a b/ñ.py", content=b"y", origin="/w/ñ")),
        digest="0" * 32,
    ),
    flags={"lr": 0.1},
    user_flags={"lr": 0.1},
    label="lr=0.1",
    tags=("b", "a"),
    random_seed=7,
    project_dir="/work",
    import_path=("/work",),
    env={"TZ": "UTC", "PLAIN": "1", "MY_TOKEN": "secret"},
)
ODD = ["a b", "'", '"', '"""', "\\", "{x}", "%s", "\n", "ñ€😀", "\u202eevil", "\udcff", "-x", "x" * 200]


@pytest.fixture
def prepare(home):
    def prepare(spec=SPEC, **options):
        run_dir, alive = prepare_run(home, spec, **options)
        os.close(alive)
        return run_dir

    return prepare


def test_a_prepared_run_is_pending_while_its_maker_lives(home):
    run_dir, alive = prepare_run(home, SPEC)
    assert is_alive(run_dir)
    assert str(read_status(run_dir)) == "pending"
    os.close(alive)
    assert str(read_status(run_dir)) == "terminated"


def test_a_staged_run_waits_without_its_maker(prepare):
    run_dir = prepare(staged=True)
    assert str(read_status(run_dir)) == "staged"
    assert not os.path.exists(run_dir.pending)
    assert read_attr(run_dir, "started") >= read_attr(run_dir, "initialized")


def test_what_the_spec_says_is_recorded(prepare):
    run_dir = prepare()
    record = read_run(run_dir)
    assert (record.opref, record.flags, record.label, record.tags) == (SPEC.opref, {"lr": 0.1}, "lr=0.1", ("a", "b"))
    assert read_attr(run_dir, "random_seed") == 7
    assert read_attr(run_dir, "env") == {"TZ": "UTC"}
    assert read_attr(run_dir, "_unrecorded_env") == ["MY_TOKEN", "PLAIN"]
    assert read_attr(run_dir, "sourcecode_digest") == "0" * 32
    assert "sourcecode_digest" not in list_attrs(prepare(replace(SPEC, source=ProjectSource(dest="."))))


def test_source_files_are_written_and_in_the_manifest(prepare):
    run_dir = prepare()
    for path, content in (("cells/01.py", b"x"), ("a b/ñ.py", b"y")):
        with open(f"{run_dir.sourcecode}/{path}", "rb") as file:
            assert file.read() == content
    entries = {entry.path: entry.origin for entry in read_manifest(run_dir)}
    assert entries == {".guild/sourcecode/cells/01.py": ("cells/01.py",), ".guild/sourcecode/a b/ñ.py": ("a b/ñ.py",)}


@pytest.mark.parametrize(
    ("origin", "recorded"),
    [
        ("/work/lib/a.py", "lib/a.py"),
        ("/work/../elsewhere/a.py", "sub/a.py"),
        ("/workshop/a.py", "sub/a.py"),
        ("", "sub/a.py"),
    ],
)
def test_the_manifest_names_no_place_outside_of_a_copy_of_the_project(prepare, origin, recorded):
    file = SourceFile(path="sub/a.py", content=b"", origin=origin)
    (entry,) = read_manifest(prepare(replace(SPEC, source=ProjectSource(dest=".", files=(file,)))))
    assert (entry.path, entry.origin) == ("sub/a.py", (recorded,))


def test_the_program_knows_what_the_spec_says(prepare):
    meta = read_meta(prepare())
    assert meta == job_meta(SPEC)
    assert (meta.flags, meta.random_seed, meta.import_path) == ({"lr": 0.1}, 7, ("/work",))
    assert meta.program.cells["<cell>"].number == 3


@pytest.mark.parametrize("name", ODD)
def test_any_name_of_an_operation_makes_a_program(prepare, name):
    run_dir = prepare(replace(SPEC, opref=OpRef(type="func", package=name, name=name)))
    with open(run_dir.main, encoding="utf-8") as file:
        ast.parse(file.read())
    record = read_run(run_dir)
    assert record.damage is None
    assert record.opref.name == name.replace("\udcff", "\\udcff")  # Guild AI fails on what is no UTF-8


@pytest.mark.parametrize("text", ODD)
def test_any_text_is_kept_as_flag_and_label(prepare, text):
    spec = replace(SPEC, flags={"name": text, text: 1}, label=text)
    record = read_run(prepare(spec))
    assert (record.flags, record.label) == ({"name": text, text: 1}, text)


@pytest.mark.parametrize("value", [0.1, math.inf, -math.inf, math.nan, True, None, "it's\n", [1, [math.inf]], {"a": 2}])
def test_any_constant_of_a_script_is_valid_python(run_dir, value):
    program = ScriptProgram(path="train.py", constants={"x": value})
    meta = job_meta(replace(SPEC, program=program, flags={"x": value}))
    main = dict(job_files(run_dir, meta))[run_dir.main].decode()
    (call,) = [node for node in ast.walk(ast.parse(main)) if isinstance(node, ast.Call) and node.keywords]
    (constants,) = [keyword.value for keyword in call.keywords if keyword.arg == "constants"]
    assert repr(eval(ast.unparse(constants))) == repr({"x": value})


def test_the_program_of_a_script_runs_by_hand(prepare):
    source = ProjectSource(
        dest=".", files=(SourceFile(path="train.py", content=b"x = 1\nprint('x is', x, __name__)\n"),)
    )
    program = ScriptProgram(path="train.py", constants={"x": math.inf})
    run_dir = prepare(replace(SPEC, program=program, source=source, import_path=tuple(sys.path)))
    done = subprocess.run([sys.executable, run_dir.main], capture_output=True, text=True, check=True)
    assert done.stdout == "x is inf __main__\n"


def test_nothing_stays_of_a_run_that_cannot_be_made(home):
    files = (SourceFile(path="a", content=b""), SourceFile(path="a/b", content=b""))
    broken = replace(SPEC, source=ProjectSource(dest=".", files=files))
    with pytest.raises(StoreError, match="cannot "):
        prepare_run(home, broken)
    assert os.listdir(home.runs) == []


def test_a_home_that_cannot_be_written_is_named(home):
    os.rmdir(home.runs)
    with open(home.runs, "w"):
        pass
    with pytest.raises(StoreError, match=r"cannot make a run in .*guild home"):
        prepare_run(home, SPEC)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("a b", "a b"),
        ("it's", "it's"),
        ("1", "1"),
        (True, "1"),
        (False, ""),
        (None, ""),
        (1e-05, "1e-05"),
        (math.inf, "inf"),
        ([1, "a b"], "1 'a b'"),
        ({"a": 1}, "{'a': 1}"),
    ],
)
def test_flags_in_the_environment_are_those_of_guild(run_dir, home, value, text):
    meta = replace(job_meta(SPEC), flags={"learning-rate": value})
    assert run_environment(run_dir, home, SPEC.opref, "/work", meta)["FLAG_LEARNING_RATE"] == text


@pytest.mark.parametrize("value", ["a\0b", "\ud800"])
def test_what_no_environment_can_hold_is_left_out_of_it(run_dir, home, value):
    meta = replace(job_meta(SPEC), flags={"name": value})
    assert "FLAG_NAME" not in run_environment(run_dir, home, SPEC.opref, "/work", meta)
