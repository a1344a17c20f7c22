import json
import sys

import pytest

from guild_ipy.domain.opref import OpRef
from guild_ipy.domain.program import NotebookFileProgram
from guild_ipy.errors import FlagError, UsageError
from guild_ipy.operations.find_operation import find_operation, known_operations
from guild_ipy.operations.notebook_interface import inspect_notebook
from guild_ipy.operations.notebook_operation import NotebookFileOperation
from guild_ipy.operations.sourcecode.snapshot import digest_files
from guild_ipy.operations.spec_options import SpecOptions
from tests.notebook_files import write_notebook


@pytest.fixture
def spec(notebook):
    """Find and resolve an operation; the spec."""

    def spec(word, *args, **flags):
        around = notebook.context.search_context
        return find_operation(word, around).template(args, flags, SpecOptions(), around).spec(SpecOptions())

    return spec


def write_json(**fields):
    fields = {"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": [], **fields}
    with open("odd.ipynb", "w") as file:
        json.dump(fields, file)


class TestInspecting:
    def test_constants_of_all_cells_are_flags(self, notebook):
        write_notebook("a.ipynb", "%matplotlib inline\nlr = 0.1", "n: int = 2\nf = open")
        assert {flag.name: flag.default for flag in inspect_notebook("a.ipynb").flags} == {"lr": 0.1, "n": 2}

    def test_constants_of_the_parameters_cell_are_the_flags_where_there_is_one(self, notebook):
        write_notebook("a.ipynb", "lr = 0.1", "n = 2", tags=["parameters"])
        assert [flag.name for flag in inspect_notebook("a.ipynb").flags] == ["lr"]

    def test_its_first_heading_says_what_it_is(self, notebook):
        write_notebook("a.ipynb", "lr = 0.1")
        assert inspect_notebook("a.ipynb").description == "How it learns"

    @pytest.mark.parametrize(
        ("fields", "message"),
        [
            ({"nbformat": None}, "is no notebook: it has no 'nbformat'"),
            ({"nbformat": 3}, "is in notebook format 3, not 4; save it anew with Jupyter"),
            ({"cells": None}, "is no valid notebook: it has no list 'cells'"),
            ({"cells": [1]}, "is no valid notebook: cell 1 has no 'cell_type'"),
            ({"cells": [{"cell_type": "code"}]}, "is no valid notebook: 'source' of cell 1 is no text"),
            ({"cells": [{"cell_type": "code", "source": "", "metadata": 1}]}, "'metadata' of cell 1 is no object"),
            ({"metadata": []}, "is no valid notebook: 'metadata' is no object"),
            ({"metadata": {"kernelspec": {"language": "R"}}}, "is a notebook in 'R'; notebooks in Python can be run"),
            ({"metadata": {"language_info": {"name": "julia"}}}, "is a notebook in 'julia'"),
        ],
    )
    def test_what_cannot_be_executed_is_refused_in_a_line(self, notebook, fields, message):
        write_json(**fields)
        with pytest.raises(UsageError, match=rf"^'odd.ipynb' [^\n]*{message}[^\n]*$"):
            inspect_notebook("odd.ipynb")

    def test_a_file_that_is_no_json_is_refused(self, notebook, tmp_path):
        (tmp_path / "a.ipynb").write_text("print(1)")
        with pytest.raises(UsageError, match="is no notebook: it is not JSON"):
            inspect_notebook(f"{tmp_path}/a.ipynb")

    def test_a_notebook_that_is_not_there_is_refused(self, notebook):
        with pytest.raises(UsageError, match=r"cannot read 'a\.ipynb': no such file"):
            inspect_notebook("a.ipynb")


class TestResolving:
    def test_it_is_listed_as_guild_lists_it(self, notebook, spec):
        write_notebook("a.ipynb", "lr = 0.1")
        made = spec("a.ipynb", lr=0.5)
        assert made.opref == OpRef(type="script", package=notebook.context.notebook.project_dir, name="a.ipynb")
        assert made.program == NotebookFileProgram(path="a.ipynb", constants={"lr": 0.5})
        assert (made.flags, made.user_flags) == ({"lr": 0.5}, {"lr": 0.5})

    def test_its_own_text_is_source_beside_the_place_of_the_executed_notebook(self, spec):
        write_notebook("a.ipynb", "lr = 0.1")
        with open("data.txt", "w") as file:
            file.write("1\n")
        source = spec("a.ipynb").source
        assert [file.path for file in source.files] == [".guild/sourcecode/a.ipynb", "data.txt"]
        assert source.files[0].origin.endswith("/project/a.ipynb")

    def test_the_digest_is_that_of_the_files_of_the_project(self, spec):
        write_notebook("a.ipynb", "lr = 0.1")
        with open("script.py", "w") as file:
            file.write("lr = 1\n")
        assert spec("a.ipynb").source.digest == spec("script.py").source.digest
        assert spec("a.ipynb").source.digest == digest_files(spec("script.py").source.files)

    def test_a_flag_that_it_does_not_have_is_refused(self, spec):
        write_notebook("a.ipynb", "lr = 0.1")
        with pytest.raises(FlagError, match=r"unknown flag 'rl' for a\.ipynb"):
            spec("a.ipynb", rl=1)

    def test_positional_values_are_refused(self, spec):
        write_notebook("a.ipynb", "lr = 0.1")
        with pytest.raises(UsageError, match="is a notebook and takes flags by name only"):
            spec("a.ipynb", 1)

    @pytest.mark.parametrize("module", ["nbclient", "ipykernel", "nbformat"])
    def test_what_is_not_installed_is_named_with_the_remedy(self, spec, monkeypatch, module):
        write_notebook("a.ipynb", "lr = 0.1")
        monkeypatch.setitem(sys.modules, module, None)
        with pytest.raises(UsageError, match=rf"'{module}', which is not installed; pip install 'guild-ipy\[notebooks"):
            spec("a.ipynb")

    def test_notebooks_of_the_folder_are_known(self, notebook):
        write_notebook("a.ipynb", "lr = 0.1")
        write_notebook(".hidden.ipynb", "lr = 0.1")
        assert known_operations(notebook.context.notebook) == ["a.ipynb"]

    def test_the_notebook_that_one_is_in_is_not_among_them(self, notebook):
        write_notebook("a.ipynb", "lr = 0.1")
        notebook.shell.user_ns["__vsc_ipynb_file__"] = "/home/me/a.ipynb"
        assert known_operations(notebook.context.notebook) == []

    def test_it_is_found_by_its_path(self, notebook):
        write_notebook("a.ipynb", "lr = 0.1")
        found = find_operation("a.ipynb", notebook.context.search_context)
        assert isinstance(found, NotebookFileOperation)
        assert found.name == "a.ipynb"
