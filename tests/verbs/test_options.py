import re
from dataclasses import replace

import pandas as pd
import pytest

from guild_ipy.arguments.run_selection import RunSelection
from guild_ipy.arguments.tokens import ObjectToken
from guild_ipy.domain.choosing.best import Best
from guild_ipy.domain.choosing.run_filter import RunFilter
from guild_ipy.domain.status import ACTIVE, RunStatus
from guild_ipy.errors import FlagError, UsageError
from guild_ipy.launching.launch import LaunchOptions
from guild_ipy.operations.spec_options import SpecOptions
from guild_ipy.session.lineage_graph import LineageScope
from guild_ipy.verbs import VERBS
from guild_ipy.verbs.changing.label import Label
from guild_ipy.verbs.running.run import find_line_option

RUN, START, RUNS, COMPARE, INFO, LINEAGE = map(VERBS.__getitem__, "run start runs compare info lineage".split())
LS, CAT, MARK, LABEL, STOP, DELETE = map(VERBS.__getitem__, "ls cat mark label stop delete".split())
HOME, OPERATIONS = VERBS["home"], VERBS["operations"]


def test_options_and_flags_of_a_run_may_be_mixed():
    parsed = RUN.parse("train lr=0.1 --label x epochs=2 -t a --tag b -y".split())
    assert (parsed.operation, parsed.flags) == ("train", {"lr": "0.1", "epochs": "2"})
    assert parsed.spec == SpecOptions(label="x", tags=("a", "b"))
    assert parsed.yes


def test_all_options_of_a_run_are_read():
    how = "-b --pidfile p --isolation fresh --stage --preview"
    what = "--random-seed 7 --output-scalar a --output-scalar b"
    parsed = RUN.parse(f"f.py {how} {what}".split())
    assert parsed.launch == LaunchOptions(background=True, pidfile="p", isolation="fresh")
    assert (parsed.spec.random_seed, parsed.spec.output_scalars) == (7, ("a", "b"))
    assert (parsed.stage, parsed.preview, parsed.yes) == (True, True, False)


def test_objects_of_the_notebook_are_taken_as_they_are():
    data = object()
    words = [ObjectToken.of(print, source="{f}"), ObjectToken.of(data, source="{data}", name="data")]
    parsed = RUN.parse(words)
    assert parsed.operation is print
    assert parsed.flags["data"] is data


def test_a_restart_takes_flags_and_no_operation():
    parsed = RUN.parse("--restart 3f2a lr=1".split())
    assert (parsed.operation, parsed.restart, parsed.flags) == (None, "3f2a", {"lr": "1"})


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("train --lable x", "run has no option '--lable' (did you mean '--label'?)"),
        ("train --zzzzz", "run has no option '--zzzzz'; a flag is written zzzzz=VALUE"),
        ("train --isolation frok", "run: --isolation: 'frok' is not known (did you mean 'fork'?)"),
        ("train --random-seed x", "run: --random-seed: 'x' is not a whole number"),
        ("train --label", "run: -l/--label: it needs a value"),
        ("train 5", "run: '5' is no flag; write flags as name=value"),
        ("train --lr 0.1", "run has no option '--lr'; a flag is written lr=0.1"),
        ("train --lr=0.1", "run has no option '--lr'; a flag is written lr=0.1"),
        ("train -lr=0.1", "run has no option '-lr'; a flag is written lr=0.1"),
        ("train -label=x", "run has no option '-label' (did you mean '--label'?); a flag is written label=x"),
        ("train -k 2 x=1", "run has no option '-k'; a flag is written k=2"),
        ("train --lr --yes", "run has no option '--lr'; a flag is written lr=VALUE"),
        ("train lr = 5", "run: a flag is one word, without spaces beside its =: lr=5"),
        ("train lr= 5", "run: a flag is one word, without spaces beside its =: lr=5"),
        ("train lr =5", "run: a flag is one word, without spaces beside its =: lr=5"),
        ("forest(n=10)", "run: flags are words behind the name, not a call: forest n=10"),
        ("forest(n=10, depth=3) --label x", "run: flags are words behind the name, not a call: forest n=10 depth=3"),
        ("model.fit(n = 10)", "run: flags are words behind the name, not a call: model.fit n=10"),
        ("forest(10)", "run: flags are words behind the name, not a call: forest NAME=10"),
        ("train --label my run", "run: 'run' is no flag; write flags as name=value, and text with spaces in quotes"),
        ("train lr=1 lr=2", "run: flag 'lr' is given twice"),
        ("--start 1 --restart 1", "run: --start and --restart are two things"),
        ("train --restart 1", "run: --restart knows its operation; leave 'train' out"),
        ("--restart 1 --label x", "run: --restart keeps name, label, tags, comment, seed, files and patterns"),
        ("--start 1 lr=2", "run: --start takes no flags"),
        (
            "train --force-sourcecode",
            "run: --force-sourcecode goes with --restart; a new run takes the source of today",
        ),
        ("--start 1 --force-sourcecode", "run: --start runs what is staged; --restart RUN --force-sourcecode runs it"),
        ("--restart 1 --force-sourcecode --label x", "run: --restart keeps name, label, tags, comment, seed, files"),
    ],
)
def test_a_run_that_cannot_work_is_refused_in_one_line(line, message):
    with pytest.raises(UsageError) as failure:
        RUN.parse(line.split())
    assert str(failure.value).startswith(message)
    assert "\n" not in str(failure.value)


def test_a_flag_needs_a_name():
    with pytest.raises(FlagError, match="no flag name in '=5'"):
        RUN.parse(["train", "=5"])


def test_filters_make_a_run_filter():
    line = "-Fo a --operation b -Fl l --tag t -Fc c -Sr --error -Fm -Fd 3f -n 3 --deleted"
    assert RUNS.parse(line.split()).filter == RunFilter(
        operations=("a", "b"),
        labels=("l",),
        tags=("t",),
        comments=("c",),
        statuses=frozenset({RunStatus.RUNNING, RunStatus.ERROR}),
        marked=True,
        digest="3f",
        limit=3,
        deleted=True,
    )


def test_a_time_range_is_read():
    span = RUNS.parse(["-Fs", "between 2026-11-01 and 2026-11-02"]).filter.started
    assert span.start.day == 1


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("-Fm -Fn", "runs: -Fn/--unmarked: it does not go with -Fm/--marked"),
        ("extra", "runs does not know what to do with 'extra'"),
        ("--completed=yes", "runs: -Sc/--completed: it takes no value, so leave 'yes' out"),
        ("--status error", "runs has no option '--status'; a status is an option itself: --error"),
        ("--status done", "runs has no option '--status'; a status is an option itself: --completed"),
        ("--sort lr", "runs has no option '--sort'"),
        ("train", "runs does not know what to do with 'train'; an operation is named by --operation train"),
        ("lr>1", "runs does not know what to do with 'lr>1'; an expression is given by --where, in quotes"),
        ("--label my run", "runs does not know what to do with 'run'"),
        ("-Fo ^(", "operation '^(' is not a regular expression"),
        ("--limit -3", "runs: -n/--limit: '-3' is not a whole number"),
        ("--started whenever", "runs: -Fs/--started: "),
    ],
)
def test_filters_that_cannot_work_are_refused(line, message):
    with pytest.raises(UsageError) as failure:
        RUNS.parse(line.split())
    assert str(failure.value).startswith(message)


def test_one_run_is_enough_for_info():
    assert INFO.parse(["1", "-Fo", "train"]).selection.refs == ("1",)
    with pytest.raises(UsageError, match="info does not know what to do with '2'"):
        INFO.parse(["1", "2"])


def test_lists_of_the_notebook_name_several_runs():
    words = [ObjectToken.of(["3f", ("4a", 2)], source="{best}"), "5b"]
    assert MARK.parse(words).selection.refs == ("3f", "4a", 2, "5b")


@pytest.mark.parametrize("verb", [MARK, STOP, DELETE, COMPARE, INFO])
@pytest.mark.parametrize("empty", [[], [()], pd.DataFrame({"run": []})])
def test_an_empty_list_of_runs_does_not_mean_all_or_the_newest(verb, empty):
    with pytest.raises(UsageError, match=r"^the list or frame that should name runs is empty$"):
        verb.parse([ObjectToken.of(empty, source="{empty}")])


def test_what_is_no_run_is_refused():
    with pytest.raises(UsageError, match="a run is named by id, index or Run, not by object"):
        MARK.parse([ObjectToken.of(object(), source="{x}")])


@pytest.mark.parametrize(
    ("verb", "line", "run_filter", "default"),
    [
        (MARK, "", RunFilter(marked=False), "latest"),
        (MARK, "--clear", RunFilter(marked=True), "all"),
        (MARK, "1 --clear", RunFilter(), "latest"),
        (MARK, "--undo", RunFilter(), "all"),
        (MARK, "--best loss -Fo a", RunFilter(operations=("a",)), "all"),
        (LABEL, "--set x", RunFilter(), "latest"),
        (STOP, "", RunFilter(statuses=ACTIVE), "all"),
        (STOP, "-Fo a", RunFilter(operations=("a",), statuses=ACTIVE), "all"),
        (DELETE, "-Se", RunFilter(statuses=frozenset({RunStatus.ERROR})), "all"),
        (START, "", RunFilter(statuses=frozenset({RunStatus.STAGED})), "latest"),
    ],
)
def test_each_verb_says_what_no_run_means(verb, line, run_filter, default):
    wanted = verb.parse(line.split())
    selection = getattr(wanted, "meant", wanted.selection)
    assert (selection.filter, selection.default) == (run_filter, default)


@pytest.mark.parametrize(
    ("line", "best"),
    [
        ("--best loss", Best(name="loss")),
        ("--min loss", Best(name="loss")),
        ("--max loss", Best(name="loss", greatest=True)),
        ("1 --reason good", None),
    ],
)
def test_a_mark_can_be_set_by_rule(line, best):
    assert MARK.parse(line.split()).best == best


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("--best loss --max acc", "mark: --min and --max are two things; give one of them"),
        ("1 --best loss", "mark: --min and --max choose the run to mark; leave RUN and --clear out"),
        ("--clear --max loss", "mark: --min and --max choose the run to mark; leave RUN and --clear out"),
        ("--best loss -n 3", "mark: --min and --max mark one run; leave --limit out"),
        ("--undo --clear", "mark: --undo only takes back; leave --clear, --min, --max and --reason out"),
        ("--undo --reason x", "mark: --undo only takes back"),
    ],
)
def test_marks_that_cannot_work_are_refused(line, message):
    with pytest.raises(UsageError) as failure:
        MARK.parse(line.split())
    assert str(failure.value).startswith(message)


@pytest.mark.parametrize(
    ("line", "scope"),
    [
        ("", LineageScope()),
        ("1 --up", LineageScope(down=False)),
        ("1 --down --depth 2", LineageScope(up=False, depth=2)),
        ("--up --down", LineageScope()),
    ],
)
def test_a_lineage_goes_both_ways_or_one(line, scope):
    assert LINEAGE.parse(line.split()).scope == scope


def test_delete_wants_runs_or_filters():
    with pytest.raises(UsageError, match="delete: no run is named"):
        DELETE.parse([])


@pytest.mark.parametrize(
    ("line", "edit"),
    [
        ("1 --set a", Label(set="a")),
        ("1 -a b", Label(append="b")),
        ("1 -p c", Label(prepend="c")),
        ("1 -rm d", Label(remove=("d",))),
        ("-Fl old --clear", Label(clear=True)),
    ],
)
def test_a_label_has_one_change(line, edit):
    assert replace(LABEL.parse(line.split()), selection=RunSelection()) == edit


@pytest.mark.parametrize("line", ["1", "1 --set a --clear"])
def test_no_change_or_two_of_a_label_are_refused(line):
    with pytest.raises(UsageError, match="label: "):
        LABEL.parse(line.split())


def test_a_run_of_the_notebook_is_no_file_whatever_its_expression_is_called():
    assert CAT.parse([ObjectToken.of(["3f2a"], source="{best.ids}")]).selection.refs == ("3f2a",)


def test_the_other_verbs_take_their_words():
    assert CAT.parse("1 -p a.txt".split()).path == "a.txt"
    assert LS.parse(["-a"]).all
    assert HOME.parse(["somewhere"]).path == "somewhere"
    assert OPERATIONS.parse([]) is not None
    with pytest.raises(UsageError, match="two files"):
        CAT.parse("1 --path a --output".split())


def test_words_behind_two_dashes_are_no_options():
    assert RUN.parse(["train", "--", "x=--y"]).flags == {"x": "--y"}


@pytest.mark.parametrize("name", VERBS)
def test_every_verb_has_help_that_names_every_option(name):
    text = VERBS[name].format_help(f"%guild_{name}")
    assert text.startswith(f"usage: %guild_{name} ")
    assert all(option in text for option in VERBS[name].parser.option_strings())


@pytest.mark.parametrize(
    ("line", "quoted"),
    [
        ("--where lr > 1", "--where 'lr > 1'"),
        ("--where lr>1 and completed --limit 3", "--where 'lr>1 and completed'"),
        ("-F lr = 0.1", "-F 'lr = 0.1'"),
        ("--where=lr < 1", "--where 'lr < 1'"),
        ("--where lr< 1", "--where 'lr< 1'"),
        ("--where not marked", "--where 'not marked'"),
        ("--where max acc > 1", "--where 'max acc > 1'"),
        ("--where op is train", "--where 'op is train'"),
        ("--where started after yesterday", "--where 'started after yesterday'"),
    ],
)
@pytest.mark.parametrize("verb", [RUNS, INFO, MARK, DELETE, COMPARE])
def test_an_expression_without_quotes_is_shown_with_them(verb, line, quoted):
    with pytest.raises(UsageError, match=rf"^{verb.name}: an expression is put in quotes: {re.escape(quoted)}$"):
        verb.parse(line.split())


def test_an_expression_of_one_word_can_stand_before_a_run():
    selection = INFO.parse(["--where", "completed", "1"]).selection
    assert (selection.filter.where, selection.refs) == ("completed", ("1",))
    assert MARK.parse(["--where", "lr > 1 and completed", "2:"]).selection.refs == ("2:",)


@pytest.mark.parametrize(
    ("verb", "line", "message"),
    [
        (COMPARE, "lr > 1", "an expression is given by --where, in quotes: --where 'lr > 1'"),
        (INFO, "op=train", "an expression is given by --where, in quotes: --where 'op=train'"),
        (DELETE, "--all", "delete has no option '--all'; all runs are written 1:"),
        (CAT, "1 x.txt", "cat does not know what to do with 'x.txt'; a file is named by --path x.txt"),
        (CAT, "x.txt", "cat: a file is named by --path x.txt; the word before it is a run"),
        (LABEL, "1 best", "label: it needs one of -s/--set -a/--append"),
        (LABEL, "1 --set a --append b", "label: -a/--append: it does not go with -s/--set"),
        (LINEAGE, "--depth x", "lineage: --depth: 'x' is not a whole number"),
    ],
)
def test_what_was_meant_is_said(verb, line, message):
    with pytest.raises(UsageError) as failure:
        verb.parse(line.split())
    assert str(failure.value).startswith(message)


@pytest.mark.parametrize(
    ("name", "option"),
    [
        ("label", "--label"),
        ("tag", "--tag"),
        ("tags", "--tag"),
        ("random_seed", "--random-seed"),
        ("output_scalars", "--output-scalar"),
        ("lr", None),
        ("", None),
    ],
)
def test_a_flag_that_is_called_as_an_option_finds_it(name, option):
    assert find_line_option(name) == option
