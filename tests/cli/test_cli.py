import os
import re
import shlex
import shutil
import signal
import subprocess
import sys

import pytest

from guild_ipy.verbs import VERBS
from tests.cli.conftest import COMMAND

RUN_ID = "[0-9a-f]{8}"


def test_run_prints_the_output_and_one_line(shell):
    printed = shell.printed("run", "train.py", "lr=0.5", "--yes")
    assert re.fullmatch(rf"loss: 0.5\nloss: 0.25\ntrain.py completed in \d+\.\d+ s · {RUN_ID}\n", printed)


def test_runs_is_a_table(shell):
    shell.run("run", "train.py", "-y", "--label", "first")
    shell.run("run", "train.py", "-y", "lr=1")
    shell.run("mark", "2")
    time = r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d"
    table = shell.printed("runs")
    assert re.fullmatch(
        rf"\[1:{RUN_ID}\]  train.py           {time}  completed  epochs=2 lr=1\n"
        rf"\[2:{RUN_ID}\]  train.py \[marked\]  {time}  completed  first\n",
        table,
    )


def test_only_the_newest_are_listed(shell, home):
    shell.run("run", "train.py", "-y", "--stage")
    (staged,) = os.listdir(home.runs)
    for number in range(20):
        shutil.copytree(f"{home.runs}/{staged}", f"{home.runs}/{number:032x}")
    done = shell.run("runs")
    assert len(done.stdout.splitlines()) == 20
    assert done.stderr == "The newest 20 of 21 runs; --more shows 20 more, --all all of them\n"
    assert len(shell.printed("runs", "--all").splitlines()) == 21
    assert len(shell.printed("runs", "-n", "3").splitlines()) == 3


def test_info_ls_and_cat_show_a_run(shell):
    shell.run("run", "train.py", "-y")
    assert "\nstatus: completed\n" in shell.printed("info")
    assert shell.printed("ls") == "train.py\n"
    assert shell.printed("cat") == "loss: 0.1\nloss: 0.05\n"
    assert shell.printed("cat", "-p", "train.py").startswith("lr = 0.1\n")


def test_mark_label_and_delete_say_what_they_did(shell):
    shell.run("run", "train.py", "-y")
    assert shell.printed("mark").startswith("Marked 1 run(s): train.py ")
    assert shell.printed("mark", "1", "--clear").startswith("Unmarked 1 run(s): train.py ")
    assert shell.printed("label", "--set", "a b").startswith("Labeled 1 run: train.py ")
    assert shell.printed("runs").endswith("a b\n")
    assert shell.printed("delete", "1", "--yes").startswith("Deleted 1 run: train.py ")
    assert shell.printed("runs") == ""


def test_background_stop_and_watch(shell):
    (shell.project / "wait.py").write_text("import time\nprint('ready', flush=True)\ntime.sleep(60)\n")
    assert "wait.py goes on in the background" in shell.printed("run", "wait.py", "-y", "--background")
    printed = shell.printed("stop", "--yes")
    stopping = rf"Stopping {RUN_ID} \(pid \d+\): wait.py, started [\d-]+ [\d:]+\n"
    again = rf"run --restart {RUN_ID} runs it again\n"
    assert re.fullmatch(rf"{stopping}Stopped 1 run: wait.py {RUN_ID}; {again}", printed)
    assert "wait.py terminated in" in shell.printed("watch")


def test_stage_start_and_restart(shell):
    staged = shell.printed("run", "train.py", "-y", "--stage")
    run_id = re.search(rf"train.py staged as ({RUN_ID})\w{{24}}; start it with `guild-ipy start \1`", staged)[1]
    assert "loss: 0.05" in shell.printed("start", run_id, "-y")
    assert "loss: 2.0" in shell.printed("run", "--restart", run_id, "lr=2", "-y")
    assert len(shell.printed("runs").splitlines()) == 1


def test_operations_and_home(shell):
    assert shell.printed("operations") == "train.py  lr=0.1 epochs=2\n"
    assert shell.printed("operations", "train.py").splitlines()[:2] == ["train.py (script)", "  lr      = 0.1  number"]
    assert shell.printed("home") == f"{shell.env['GUILD_HOME']}\n"


@pytest.mark.parametrize(
    ("line", "status", "message"),
    [
        ("run trian.py -y", 1, "no operation 'trian.py' here (did you mean 'train.py'?)"),
        ("run train.py lrr=1 -y", 1, "unknown flag 'lrr' for train.py (did you mean 'lr'?)"),
        ("run train.py --lable x", 2, "run has no option '--lable' (did you mean '--label'?)"),
        ("rnu", 2, "guild-ipy has no verb 'rnu' (did you mean 'run'?)"),
        ("run", 2, "run: nothing is named; write what to run; known: train.py"),
        ("run nosuch", 1, "no operation 'nosuch' here; known: train.py"),
        ("run train.py --lr 0.1", 2, "run has no option '--lr'; a flag is written lr=0.1"),
        ("run train.py label=x -y", 1, "unknown flag 'label' for train.py; the option is --label"),
        ("run .", 2, "'.' is a folder; name a script or notebook in it"),
        ("runs --where lr", 2, "'lr' alone is no test"),
        ("export x", 2, "guild-ipy has no verb 'export'; `guild export` works on the same runs"),
        ("restore", 2, "restore: no run is named; name runs, or filters that choose them"),
        ("restore 1", 1, "no run matches '1': there are 0 runs in the trash"),
        ("purge", 2, "purge: no run is named; name runs, or filters that choose them"),
        ("purge 0123abcd -y", 1, "no run matches '0123abcd': it is not in the trash, which runs --deleted"),
        ("tag 1", 2, "tag: nothing is to be changed; give tags with --add or --remove, or --clear"),
        ("comment 1 good one", 2, "comment: 'good' names no run; a text is given by --comment 'good one'"),
        ("list", 2, "guild-ipy has no verb 'list' (did you mean 'runs'?)"),
        ("help", 2, "guild-ipy has no verb 'help' (did you mean '--help'?)"),
        ("run train.py", 2, "cannot ask, standard input is no terminal; add --yes"),
        ("info 9", 1, "no run matches '9'"),
        ("cat -p ../../x", 1, "there are no runs yet"),
        ("home elsewhere", 2, "home: a shell command ends at once; set GUILD_HOME=elsewhere"),
        ("run main -y", 1, "no operation 'main' here"),
    ],
)
def test_what_cannot_work_is_one_line(shell, line, status, message):
    done = shell.run(*line.split())
    assert (done.returncode, done.stdout) == (status, "")
    assert done.stderr.startswith(f"guild-ipy: {message}")
    assert done.stderr.count("\n") == (3 if "--where" in line else 1)
    assert shell.printed("runs") == ""


def test_a_failed_run_exits_with_1_behind_its_traceback(shell):
    (shell.project / "fail.py").write_text("raise ValueError('broken')\n")
    done = shell.run("run", "fail.py", "-y")
    assert done.returncode == 1
    assert "ValueError: broken\n" in done.stdout
    assert re.fullmatch(rf"guild-ipy: fail.py failed \(exit status 1\) · {RUN_ID}\n", done.stderr)


@pytest.mark.parametrize(
    ("end", "status"),
    [
        ("sys.exit(7)", 7),
        ("sys.exit('no data')", 1),
        ("sys.exit(-1)", 255),
        ("os._exit(3)", 3),
        ("os.kill(os.getpid(), signal.SIGKILL)", 128 + signal.SIGKILL),
        ("os.kill(os.getpid(), signal.SIGSEGV)", 128 + signal.SIGSEGV),
        ("sys.exit(0)", 0),
    ],
)
def test_the_exit_status_is_that_of_the_script(shell, end, status):
    (shell.project / "end.py").write_text(f"import os, signal, sys\n{end}\n")
    done = shell.run("run", "end.py", "-y")
    assert done.returncode == status
    assert shell.run("run", "--restart", "1", "-y").returncode == status


@pytest.mark.parametrize("words", ["runs", "run train.py -y", "operations", "select", "home", "compare"])
def test_a_deleted_working_directory_is_one_line(shell, words):
    script = f"rm -r '{shell.project}'; exec {shlex.join(COMMAND)} {words}"
    done = subprocess.run(
        ["sh", "-c", script], cwd=shell.project, env=shell.env, capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith("guild-ipy: the current directory cannot be read (no such file or directory)")
    assert done.stderr.count("\n") == 1


def test_ctrl_c_stops_the_run_and_exits_with_130(shell):
    (shell.project / "wait.py").write_text("import time\nprint('ready', flush=True)\ntime.sleep(60)\n")
    command = [sys.executable, "-m", "guild_ipy", "run", "wait.py", "-y"]
    with subprocess.Popen(command, cwd=shell.project, env=shell.env, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout.readline() == "ready\n"
        process.send_signal(signal.SIGINT)
        rest = process.stdout.read()
    assert process.returncode == 130
    assert "wait.py terminated in" in rest
    assert shell.printed("runs").endswith("  terminated\n")


def test_a_reader_that_goes_away_is_no_error(shell):
    shell.run("run", "train.py", "-y")
    reader, writer = os.pipe()
    os.close(reader)
    command = [sys.executable, "-m", "guild_ipy", "runs"]
    done = subprocess.run(command, env=shell.env, stdout=writer, stderr=subprocess.PIPE, text=True, check=False)
    os.close(writer)
    assert done.stderr == ""


@pytest.mark.parametrize("words", [(), ("--help",), ("-h",)])
def test_help_lists_the_verbs(shell, words):
    printed = shell.printed(*words)
    assert all(f"\n  {name} " in printed for name in VERBS)


def test_names_and_labels_of_any_bytes_can_be_listed(shell):
    (shell.project / "write.py").write_text("open(b'caf\\xe9\\n', 'w').close()\n")
    shell.run("run", "write.py", "-y", "--label", "red \x1b[31m\n next")
    listed = subprocess.run([sys.executable, "-m", "guild_ipy", "ls"], env=shell.env, capture_output=True, check=True)
    assert b"caf\xe9\\n\n" in listed.stdout
    assert shell.printed("runs").endswith("  red \\x1b[31m next\n")


def test_a_damaged_run_is_listed_with_the_reason(shell, home):
    shell.run("run", "train.py", "-y")
    (damaged,) = os.listdir(home.runs)
    with open(f"{home.runs}/{damaged}/.guild/opref", "w") as file:
        file.write("nonsense")
    assert re.search(r"  damaged  .*opref", shell.printed("runs"))


def test_details_describe_each_run(shell):
    shell.run("run", "train.py", "-y")
    shell.run("run", "train.py", "-y")
    assert shell.printed("runs", "--details").count("\nstatus: completed\n") == 2


def test_a_verb_has_help(shell):
    assert shell.printed("run", "--help").startswith("usage: guild-ipy run OPERATION [FLAG=VALUE ...] [options]\n")


def test_where_a_list_is_empty_for_a_slip_standard_error_says_which_names_there_are(shell):
    assert shell.run("runs", "--operation", "trian").stderr == ""
    shell.run("run", "train.py", "-y")
    hint = "no run is of an operation 'trian.py' (did you mean 'train.py'?); there are train.py\n"
    for words in (["runs", "--operation"], ["select", "-Fo"], ["compare", "-Fo"], ["runs", "--json", "-Fo"]):
        done = shell.run(*words, "trian.py")
        assert (done.returncode, done.stderr) == (0, hint)
        assert done.stdout in {"", "[]\n"}
    assert shell.run("select", "--min", "loss", "-Fo", "trian.py").stderr.endswith(f" has a number there; {hint}")
    assert shell.run("delete", "-Fo", "trian.py", "--yes").stdout == f"Deleted 0 runs: no run was selected; {hint}"


def test_a_batch_ends_with_a_line_of_counts(shell):
    *lines, ending, counts = shell.printed("run", "train.py", "lr=[0.1,0.2]", "-y").splitlines()
    assert [line.split()[:3] for line in lines if "[guild]" in line] == [
        *(["INFO:", "[guild]", "Initialed"], ["INFO:", "[guild]", "Initialed"]),
        *(["INFO:", "[guild]", "Running"], ["INFO:", "[guild]", "Running"]),
    ]
    assert "completed in" in ending
    assert counts.startswith("2 trials: 2 completed · best loss 0.05 (")
