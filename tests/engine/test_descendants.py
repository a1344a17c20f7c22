import subprocess
import sys

FAMILY = """
import os, signal, sys, time
from guild_ipy.engine.beside.descendants import kill_group, kill_descendants
from guild_ipy.linux import adopt_orphans

adopt_orphans()
reader, writer = os.pipe()

def live(generations):
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    if generations and os.fork() == 0:
        os.setsid()
        live(generations - 1)
    os.write(writer, b"%d\\n" % os.getpid())
    if generations:
        os._exit(0)  # the parent leaves at once: a double fork, a triple fork, ...
    signal.pause()

child = os.fork()
if child == 0:
    live(int(sys.argv[1]))
names = b""
while names.count(b"\\n") < int(sys.argv[1]) + 1:
    names += os.read(reader, 1000)
kill_descendants()
for name in names.split():
    try:
        os.kill(int(name), 0)
    except ProcessLookupError:
        print("gone")
"""

GROUP = """
import os, signal
from guild_ipy.engine.beside.descendants import kill_group, kill_descendants
child = os.fork()
if child == 0:
    os.setpgid(0, 0)
    signal.pause()
try:
    os.setpgid(child, child)
except PermissionError:
    pass
kill_group(child)
print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
kill_group(child)
kill_descendants()
"""


def run(code, *arguments):
    done = subprocess.run([sys.executable, "-c", code, *arguments], capture_output=True, text=True, check=True)
    return done.stdout.split()


def test_children_are_killed_and_collected(no_process_left):
    assert run(FAMILY, "0") == ["gone"]


def test_daemons_that_left_their_group_and_session_are_found(no_process_left):
    assert run(FAMILY, "3") == ["gone"] * 4


def test_a_group_is_killed_and_one_that_is_gone_is_no_error(no_process_left):
    assert run(GROUP) == ["-9"]
