import os
from pathlib import Path

import pytest

from guild_ipy.engine.run_files.recorded_env import UNRECORDED, recorded_env
from guild_ipy.errors import RunStateError
from guild_ipy.launching.launch import LaunchOptions
from guild_ipy.launching.restart import Change, restart, start

MATTERS = {
    "PATH": "/usr/bin:/bin",
    "PYTHONPATH": "/lab",
    "CUDA_VISIBLE_DEVICES": "0,1",
    "OMP_NUM_THREADS": "4",
    "LC_ALL": "C",
    "TZ": "UTC",
    "CONDA_DEFAULT_ENV": "lab",
    "SLURM_JOB_ID": "7",
    "TOKENIZERS_PARALLELISM": "false",
}
TELLS_KEY = "def t():\n    import os\n    print(os.environ.get('KEY'))"


def files_with(run, text):
    """Name the files of a run that a text is in."""
    paths = [path for path in Path(run.path).rglob("*") if path.is_file()]
    return [path.name for path in paths if text.encode() in path.read_bytes()]


def test_what_makes_a_run_the_same_again_is_recorded():
    found = recorded_env(MATTERS)
    assert (found.values, found.other_names) == (MATTERS, ())


@pytest.mark.parametrize(
    "name", ["DB_HOST", "SSHPASS", "VAULT_UNSEAL", "COOKIE", "PWD2", "SLURM_JWT", "TF_VAR_x", "BORG_PASSCOMMAND"]
)
def test_of_other_variables_the_names_are_recorded(name):
    found = recorded_env({name: "x", "TZ": "UTC"})
    assert (found.values, found.other_names) == ({"TZ": "UTC"}, (name,))


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("GUILD_API_KEY", "x"),
        ("CONDA_TOKEN", "x"),
        ("RUN_DB_PASS", "x"),
        ("PATH", "https://ada:pw@host/"),
        ("FLAG_X", "ghp_abc"),
    ],
)
def test_secrets_are_never_recorded_whatever_they_are_called(name, value):
    assert recorded_env({name: value}).values == {}


def test_the_user_can_name_further_variables():
    env = {"GUILD_IPY_RECORD_ENV": "DATA_ROOT, RAY_*", "DATA_ROOT": "/data", "RAY_A": "1", "RAY_TOKEN": "x", "B": "x"}
    found = recorded_env(env)
    assert found.values == {"GUILD_IPY_RECORD_ENV": "DATA_ROOT, RAY_*", "DATA_ROOT": "/data", "RAY_A": "1"}
    assert found.other_names == ("B", "RAY_TOKEN")


@pytest.mark.parametrize("isolation", ["fork", "fresh"])
def test_a_run_has_its_whole_environment_and_no_file_of_it_has_the_secrets(notebook, monkeypatch, isolation):
    monkeypatch.setenv("KEY", "a value nobody knows")
    notebook.isolation = isolation
    notebook.cell(TELLS_KEY)
    run = notebook.run("t")
    assert run.output == "a value nobody knows\n"
    assert files_with(run, "a value nobody knows") == ["output"]
    assert "KEY" in run.get(UNRECORDED)
    assert run.get("env")["PATH"] == os.environ["PATH"]


class TestSecretsThatAnOperationSets:
    @pytest.fixture
    def staged(self, notebook):
        notebook.cell("import guild_ipy")
        notebook.cell(f"@guild_ipy.operation(env={{'KEY': 'ghp_0123456789', 'ROOT': '/data'}})\n{TELLS_KEY}")
        return notebook.run("t", request={"stage": True})

    def test_they_reach_the_run(self, notebook, staged):
        assert notebook.run("t").output == "ghp_0123456789\n"

    def test_no_file_has_them_while_the_run_waits(self, staged):
        assert files_with(staged, "ghp_0123456789") == ["01.py"]  # the source, where the user wrote it
        assert staged.get("env")["ROOT"] == "/data"

    def test_a_later_start_takes_them_from_the_environment(self, notebook, staged, monkeypatch):
        monkeypatch.setenv("KEY", "ghp_of_now")
        assert start(notebook.context, staged, LaunchOptions(), notebook.viewer).output == "ghp_of_now\n"

    def test_a_start_without_them_is_refused_and_changes_nothing(self, notebook, staged):
        with pytest.raises(RunStateError, match=r"needs the secret 'KEY'.*set it in the environment"):
            start(notebook.context, staged, LaunchOptions(), notebook.viewer)
        with pytest.raises(RunStateError, match="needs the secret 'KEY'"):
            restart(notebook.context, staged, Change(), LaunchOptions(), notebook.viewer)
        assert str(staged.status) == "staged"
