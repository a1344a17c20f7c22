"""``%guild_restore``, ``%guild_purge``, ``%guild_tag`` and ``%guild_comment``."""

import shutil

import pytest

import guild_ipy
from guild_ipy.errors import RunNotFound, RunStateError, UsageError


@pytest.fixture
def run(train):
    """A run of train, in the variable `run`."""
    return train.run("run = %guild_run train epochs=1\nrun")


def test_delete_says_how_runs_come_back_and_they_do(train, run):
    said = train.printed("%guild_delete {run}").splitlines()
    assert said == [f"Deleted 1 run: train() {run.short_id}", f"Get it back with `%guild_restore {run.short_id}`"]
    assert train.printed(said[1].split("`")[1]) == f"Restored 1 run: train() {run.short_id}\n"
    assert train.run("%guild_runs").run.to_list() == [run.short_id]


def test_a_run_is_restored_by_its_value_by_index_and_by_filters(train, run):
    for line in (
        "%guild_restore {run}",
        "%guild_restore 1 --yes",
        "%guild_restore --operation train",
        "%guild_restore 1:",
    ):
        guild_ipy.delete(run)
        assert train.printed(line) == f"Restored 1 run: train() {run.short_id}\n"


def test_purge_lists_runs_and_wants_to_be_told_twice(train, run):
    guild_ipy.delete(run)
    for named in ("1", "{run}", "-Sc"):
        with pytest.raises(UsageError, match=r"^purge: 1 run would be removed for good, none was; add --yes"):
            train.run(f"%guild_purge {named}")
    assert train.printed("%guild_purge 1").startswith(f"[1:{run.short_id}]  train()  ")
    assert train.printed("%guild_purge 1 --yes") == f"Purged 1 run: train() {run.short_id}; it cannot be restored\n"
    assert train.run("%guild_runs --deleted").empty


def test_what_could_be_restored_is_said_before_the_error(train, run):
    other = train.run("%guild_run train epochs=0")
    guild_ipy.delete(run, other)
    shutil.copytree(guild_ipy.get_run(run, deleted=True).path, run.path)
    printed = train.printed("%guild_restore 1:")
    assert printed.startswith(f"Restored 1 run: train() {other.short_id}\n")
    assert "RunStateError: 1 run could not be restored: train() " in printed
    with pytest.raises(RunStateError, match="is among the live runs; delete that one first"):
        train.run("%guild_restore 1:")


def test_a_deleted_run_is_looked_at_where_it_is(train, run):
    guild_ipy.delete(run)
    assert train.run("%guild_info 1 --deleted").lines["id"] == run.id
    assert train.run("%guild_cat -d {run}") == "step: 0\nloss: 0.1\n"
    assert len(train.run("%guild_compare --deleted")) == 1
    with pytest.raises(RunNotFound, match=f"it is deleted; restore {run.short_id} brings it back"):
        train.run("%guild_info {run}")


def test_tags_are_added_removed_cleared_and_listed(train, run):
    assert train.printed("%guild_tag {run} --add best --add 'two words'") == (
        f"Tagged 1 run: train() {run.short_id} no tags -> best, two words; "
        f"tag {run.short_id} --remove best --remove 'two words' takes it back\n"
    )
    assert train.run("%guild_tag --list-all") == ["best", "two words"]
    assert train.run("%guild_runs --details --tag best").tags.to_list() == ["best, two words"]
    assert train.run("%guild_select tag = 'two words' and op = train") == [run.id]
    train.run("%guild_tag --delete 'two words' -s -a x")
    assert (run.tags, run.label[:2]) == (("best", "x"), "x ")
    train.run("%guild_tag 1 --clear")
    assert run.tags == ()


def test_comments_are_added_listed_edited_and_deleted_by_number(train, run):
    train.run("text = 'first\\nline'")
    train.run("%guild_comment {run} --comment {text}")
    train.run("%guild_comment --add second --user ada@lab")
    listed = str(train.run("%guild_comment 1 --list")).splitlines()
    assert listed[0] == f"train() {run.short_id}"
    assert (listed[2:4], listed[4][:12], listed[5]) == (["    first", "    line"], "  2 ada@lab ", "    second")
    train.run("%guild_comment {run} --edit 1 --comment changed")
    assert train.run("%guild_runs -v --filter 'comment contains chang'").comments.to_list() == ["changed; second"]
    assert "  2 ada@lab" in str(train.run("%guild_info"))
    assert train.printed("%guild_comment 1 --delete 2") == (
        f"Deleted comment 2 of 1 run: train() {run.short_id}; the text was 'second'\n"
    )
    train.run("%guild_comment -c")
    assert run.comments == ()


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("%guild_comment", "comment: there is no text; give it with --comment TEXT"),
        ("%guild_comment 1 --edit 1", "run [0-9a-f]{8} has no comment 1; comment --list shows which there are"),
        ("%guild_comment 1 looks good", "comment: 'looks' names no run; a text is given by --comment 'looks good'"),
        ("%guild_comment 1 'it is'", "comment: 'it is' names no run; a text is given by --comment 'it is'"),
        ("%guild_comment --delete x", "comment: -d/--delete: 'x' is not a whole number"),
        ("%guild_comment --edit 0 -a x", "comments have numbers from 1 up, not 0"),
        ("%guild_comment --list --clear", "comment: one of a text, --delete, --clear and --list is done at a time"),
        ("%guild_tag 1", "tag: nothing is to be changed"),
        ("%guild_tag --add ''", "a tag is a text of one line"),
        ("%guild_restore", "restore: no run is named; name runs, or filters that choose them"),
        ("%guild_purge --yes", "purge: no run is named"),
        ("%guild_restore 3", "no run matches '3': there are 0 runs in the trash"),
    ],
)
def test_what_cannot_work_is_one_line(train, run, line, message):
    with pytest.raises((UsageError, RunNotFound, RunStateError), match=message) as caught:
        train.run(line)
    assert "\n" not in str(caught.value)
    assert (run.tags, run.comments) == ((), ())


def test_tab_offers_deleted_runs_and_tags(train, run):
    train.run("%guild_tag --add best --add nice")
    other = train.run("%guild_run train epochs=0")
    guild_ipy.delete(other)
    for line in ("%guild_restore ", "%guild_purge --yes ", "%guild_info --deleted ", "%guild_cat -d "):
        assert train.completions(line) == [other.short_id]
    for line in ("%guild_tag --remove ", "%guild_tag -d ", "%guild_runs --tag ", "%guild_tag --add "):
        assert train.completions(line) == ["best", "nice"]
    assert train.completions("%guild_tag --sy") == ["--sync-labels"]
    assert train.completions("%guild_comment ") == [run.short_id]


def test_delete_for_good_asks_as_purge_does(train, run):
    with pytest.raises(UsageError, match=r"^delete: 1 run would be removed for good, none was; add --yes if that"):
        train.run("%guild_delete {run} --permanent")
    assert (
        train.printed("%guild_delete {run} -p -y") == f"Purged 1 run: train() {run.short_id}; it cannot be restored\n"
    )
    assert train.run("%guild_runs").empty
    assert train.run("%guild_runs --deleted").empty
    assert train.printed("%guild_delete -Sc -p -y") == "Deleted 0 runs: no run was selected\n"
