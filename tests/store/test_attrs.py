from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable

import pytest
import yaml

from guild_ipy.errors import DamagedRun, StoreError
from guild_ipy.store.files.attrs import delete_attr, list_attrs, read_attr, write_attr
from guild_ipy.store.run_dir import RunDir

MakeRun = Callable[..., RunDir]

REWRITE = """
import sys
from guild_ipy.store.files.attrs import write_attr
from guild_ipy.store.run_dir import RunDir
while True:
    for size in (1, 5000):
        write_attr(RunDir(sys.argv[1]), "flags", {"text": "x" * size})
"""


@pytest.mark.parametrize(
    "value",
    [
        {"lr": 1e-05, "yes": "no", "path": "a b/'c'\n", "none": None, "nested": {"list": [1, "1", [True]]}},
        "multi\nline: text\u2028",
        -16,
        True,
        [],
    ],
)
def test_attribute_is_read_back_and_is_yaml_for_guild(make_run: MakeRun, value: object):
    run_dir = make_run()
    write_attr(run_dir, "a", value)
    assert read_attr(run_dir, "a") == value
    with open(run_dir.attr("a"), encoding="utf-8", newline="") as file:
        assert yaml.safe_load(file) == value


def test_missing_attribute_is_none(make_run: MakeRun):
    assert read_attr(make_run(), "nothing") is None


def test_attribute_without_its_folder_is_none(tmp_path):
    assert read_attr(RunDir(str(tmp_path)), "nothing") is None
    assert list_attrs(RunDir(str(tmp_path))) == []


def test_attributes_are_listed_sorted_and_nothing_else_lies_with_them(make_run: MakeRun):
    run_dir = make_run(b=1, a=2)
    assert list_attrs(run_dir) == ["a", "b", "id"]
    assert os.listdir(run_dir.tmp) == []


def test_attribute_that_is_deleted_may_be_gone_already(make_run: MakeRun):
    run_dir = make_run(marked=True)
    for _ in range(2):
        delete_attr(run_dir, "marked")
        assert read_attr(run_dir, "marked") is None


def test_durable_attribute_is_the_same(make_run: MakeRun):
    run_dir = make_run()
    write_attr(run_dir, "exit_status", 0, durable=True)
    assert read_attr(run_dir, "exit_status") == 0


def test_reader_never_sees_half_an_attribute(make_run: MakeRun):
    run_dir = make_run(flags={"text": "x"})
    with subprocess.Popen([sys.executable, "-c", REWRITE, run_dir.path]) as writer:
        seen = {len(read_attr(run_dir, "flags")["text"]) for _ in range(2000)}
        writer.kill()
    assert seen <= {1, 5000}


def test_damage_names_the_file_and_the_place(make_run: MakeRun):
    run_dir = make_run()
    with open(run_dir.attr("flags"), "w") as file:
        file.write("a: 1\nb: [1\n")
    with pytest.raises(DamagedRun, match=r"attrs/flags is damaged: did not find .* \(line 3, column 1\)"):
        read_attr(run_dir, "flags")


def test_full_disk_is_named_and_leaves_the_old_value(make_run: MakeRun, monkeypatch):
    run_dir = make_run(label="old")

    def fail(*_: object) -> int:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(os, "write", fail)
        with pytest.raises(StoreError, match=r"cannot write '.*/attrs/label': the disk is full; free space"):
            write_attr(run_dir, "label", "new")
    assert read_attr(run_dir, "label") == "old"
    assert os.listdir(run_dir.tmp) == []


def test_attribute_of_a_deleted_run_cannot_be_written(tmp_path):
    with pytest.raises(StoreError, match=r"cannot write '.*': No such file or directory"):
        write_attr(RunDir(f"{tmp_path}/gone"), "label", "x")
