from guild_ipy.widgets.runs_in_use import find_in_use
from tests.used_runs import whole


def test_the_latest_is_used_and_then_the_one_that_is_marked(add_run, session, ask):
    add_run("aaaa")
    add_run("bbbb")
    add_run("cccc", operation="serve", exit_status=1)
    listed = ["train()", "serve()", "train()"]
    latest = "dependencies on train use it: it is the latest, and none is marked"
    assert find_in_use(session, listed) == {whole("bbbb"): latest}
    ask("mark", "aaaa0000")
    marked = "dependencies on train use it: it is the one marked last"
    assert find_in_use(session, listed) == {whole("aaaa"): marked}


def test_operations_of_any_name_can_be_asked_about(add_run, session):
    add_run("aaaa", operation='it\'s "odd" \\ (x)')
    assert find_in_use(session, ['it\'s "odd" \\ (x)()', "", "nothing"]) is not None
