import pytest
from IPython.core.completer import provisionalcompleter

from tests.notebook_files import write_notebook


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("%guild_run tr", ["train"]),
        ("%%guild_run tr", ["train"]),
        ("run = %guild_run tr", ["train"]),
        ("%guild_run pre", ["prepare.py"]),
        ("%guild_run scripts/", ["scripts/plot.py"]),
        ("%guild_run train ep", ["epochs="]),
        ("%guild_run train shuffle=", ["shuffle=yes", "shuffle=no"]),
        ("%guild_run scripts/plot.py ", ["width="]),
        ("%guild_run ana", ["analyze.ipynb"]),
        ("%guild_run analyze.ipynb ", ["lr="]),
        ("%guild_run train --lab", ["--label"]),
        ("%guild_run train --isolation fr", ["fresh"]),
        ("%guild_run ser", ["serve"]),
        ("%guild_run serve mode=", ["mode=fast", "mode=slow"]),
        ("%guild_operations ser", ["serve"]),
    ],
)
def test_tab_completes_operations_flags_and_options(train, line, expected):
    (train.project / "scripts").mkdir()
    (train.project / "scripts/plot.py").write_text("width = 3")
    (train.project / "prepare.py").touch()
    (train.project / "guild.yml").write_text("serve:\n  flags: {mode: {choices: [fast, slow]}}\n")
    write_notebook(f"{train.project}/analyze.ipynb", "lr = 0.1")
    assert train.completions(line) == expected


def test_a_wrong_guild_file_is_no_trouble_for_tab(train):
    (train.project / "guild.yml").write_text("serve: 5\n")
    assert train.completions("%guild_run tr") == ["train"]
    assert train.completions("%guild_run ser") == []
    assert train.completions("%guild_run train ep") == ["epochs="]


@pytest.mark.parametrize("line", ["%guild_mark ", "%guild_info ", "%guild_run --restart ", "%guild_delete "])
def test_tab_completes_run_ids(train, line):
    run = train.run("%guild_run train epochs=0")
    assert train.completions(line) == [run.short_id]
    assert train.completions(line + run.short_id[:4]) == [run.short_id]
    assert train.completions(line + "z") == []


def test_what_tab_offers_is_told_in_one_word(train):
    train.run("%guild_run train epochs=0 --label 'a label of many words'")
    train.run("import guild_ipy\n@guild_ipy.operation(requires='train')\ndef serve(port=80): pass")
    for line in ("%guild_info ", "%guild_run serve train=", "%guild_run ", "%guild_runs -Fo ", "%guild_runs --where l"):
        with provisionalcompleter():
            kinds = {found.type for found in train.shell.Completer.completions(line, len(line))}
        assert kinds <= {"run", "function", "operation", "flag", "scalar", "attribute"}
        assert kinds


def test_tab_completes_the_operations_that_runs_have(train):
    train.run("def never_run(): pass\ndef trial(): pass")
    train.run("%guild_run train epochs=0")
    train.run("%guild_run trial")
    train.run("del train, trial")
    assert train.completions("%guild_runs --operation ") == ["train()", "trial()"]
    assert train.completions("%guild_delete -Fo tri") == ["trial()"]
    assert len(train.run("%guild_runs --operation trial()")) == 1


def test_tab_completes_what_an_operation_requires(train):
    train.run("import guild_ipy\n@guild_ipy.operation(requires='train')\ndef serve(port=80): pass")
    run = train.run("%guild_run train epochs=0")
    train.run("%guild_run serve")
    assert train.completions("%guild_run serve ") == ["port=", "train="]
    assert train.completions("%guild_run serve train=") == [f"train={run.short_id}"]


def test_a_notebook_is_offered_whole_words_and_what_they_are(train):
    cell = "x = 1\n%guild_run train ep"
    with provisionalcompleter():
        (offered,) = train.shell.Completer.completions(cell, len(cell))
    assert (cell[offered.start : offered.end], offered.text, offered.type) == ("ep", "epochs=", "flag")


def test_other_lines_complete_as_before(train):
    assert "train" in train.completions("tra")
    assert "%guild_mark" in train.completions("%guild_ma")
