"""Where runs come from: columns and filters."""

import pytest


@pytest.fixture
def moved(train, monkeypatch):
    """Three runs, of two notebooks and of a session without a file, each in a folder of its own."""
    for name in ("a", "b"):
        folder = train.project / name
        folder.mkdir()
        monkeypatch.setenv("JPY_SESSION_NAME", str(folder / "train.ipynb"))
        monkeypatch.chdir(folder)
        train.run(f"%guild_run train epochs=1 --label {name}")
    monkeypatch.delenv("JPY_SESSION_NAME")
    monkeypatch.chdir(train.project)
    train.run("%guild_run train epochs=1 --label c")
    return train


def test_frames_say_where_runs_were_started(moved):
    df = moved.run("%guild_runs")

    project = str(moved.project)
    assert df.project.to_list() == [project, f"{project}/b", f"{project}/a"]
    assert df.notebook.fillna("").to_list() == ["", f"{project}/b/train.ipynb", f"{project}/a/train.ipynb"]
    assert moved.run("%guild_compare").project.to_list() == df.project.to_list()


@pytest.mark.parametrize(
    ("filters", "labels"),
    [
        ("--here", ["c"]),
        ("--notebook train.ipynb", ["b", "a"]),
        ("--notebook a/train.ipynb", ["a"]),
        ("--notebook ./b/train.ipynb", ["b"]),
        ("--notebook ./b/train.ipynb --notebook a/train.ipynb", ["b", "a"]),
        ("--notebook in.ipynb", []),
        ("--project a", ["a"]),
        ("--project .", ["c"]),
        ("--project {project}/b", ["b"]),
        ("--where 'notebook is undefined'", ["c"]),
        ("--where \"notebook contains '/a/'\"", ["a"]),
    ],
)
def test_runs_are_chosen_by_where_they_were_started(moved, filters, labels):
    moved.shell.user_ns["project"] = str(moved.project)

    assert moved.run(f"%guild_runs {filters}").label.to_list() == labels


def test_here_is_this_notebook(moved, monkeypatch):
    monkeypatch.setenv("JPY_SESSION_NAME", f"{moved.project}/a/train.ipynb")

    assert moved.run("%guild_runs --here").label.to_list() == ["a"]
    assert moved.run("import guild_ipy; guild_ipy.runs(here=True)").label.to_list() == ["a"]
    assert moved.run("guild_ipy.runs(notebooks='b/train.ipynb')").label.to_list() == ["b"]


def test_a_notebook_that_no_run_was_started_in_is_said(moved):
    assert "no run was started in the notebook 'tain.ipynb'" in moved.printed("%guild_runs --notebook tain.ipynb")


def test_tab_offers_the_notebooks_and_folders_that_runs_have(moved):
    project = str(moved.project)
    assert moved.completions("%guild_runs --notebook ") == ["train.ipynb"]
    assert moved.completions("%guild_runs --project ") == ["project", "b", "a"]
    assert moved.completions(f"%guild_runs --project {project}/") == [f"{project}/b", f"{project}/a"]
    assert moved.completions("%guild_runs --her") == ["--here"]


def test_info_and_json_say_where_a_run_was_started(moved):
    notebook, project = f"{moved.project}/a/train.ipynb", f"{moved.project}/a"

    info = moved.run("%guild_info 3")
    assert f"notebook: {notebook}\nproject: {project}\n" in str(info)
    assert notebook in info._repr_html_()
    for values in (moved.run("%guild_info 3 --json"), moved.run("%guild_runs --json")[2]):
        assert (values["notebook"], values["project"]) == (notebook, project)
    assert moved.run("%guild_info 1 --json")["notebook"] is None
    assert "notebook: " not in str(moved.run("%guild_info 1"))
