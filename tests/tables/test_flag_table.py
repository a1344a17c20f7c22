from __future__ import annotations

from guild_ipy.frame.runs_frame import runs


def test_there_is_a_column_for_each_flag_of_any_run(add_run):
    add_run("aaaa", flags={"lr": 0.1, "epochs": 3})
    add_run("bbbb", flags={"shuffle": True, "epochs": None})

    df = runs().guild.flags()

    assert list(df.columns) == ["run", "epochs", "lr", "shuffle"]
    assert list(map(str, df.dtypes)) == ["string", "Int64", "float64", "boolean"]
    assert df.run.to_list() == ["bbbb0000", "aaaa0000"]
    assert df.isna().to_numpy().tolist() == [[False, True, True, False], [False, False, False, True]]


def test_a_flag_called_run_does_not_hide_the_run(add_run):
    add_run("aaaa", flags={"run": 7})

    df = runs().guild.flags()

    assert list(df.columns) == ["run", "flag:run"]
    assert df.guild.flags().equals(df)


def test_runs_without_flags_give_no_columns(add_run):
    add_run("aaaa")

    assert list(runs().guild.flags().columns) == ["run"]
