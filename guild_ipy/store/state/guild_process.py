"""The process of Guild AI that has started a run of ours, and that writes its end.

Guild AI writes ``exit_status`` some time after the process of the run has ended: when it has read the last output, or
later where it is held up. ``LOCK`` has the number of the run only, so the process of the run notes its parent in
``job/guild_process``, in the format of ``LOCK`` with the parent as the supervisor. For as long as that process lives
the run counts as running, and nobody else writes its end.
"""

from __future__ import annotations

import os
import socket

from guild_ipy.errors import DamagedRun, StoreError
from guild_ipy.linux import boot_id, process_start
from guild_ipy.store.files.whole_file import write_file
from guild_ipy.store.run_dir import RunDir
from guild_ipy.store.state.lock import LockContent, ProcessId, format_lock, read_lock, read_lock_file, this_process

_INIT = 1  # the parent of processes whose own parent has died


def note_guild_process(run_dir: RunDir) -> None:
    """Note the parent of this process, which is the run; on a full disk nothing is noted."""
    parent = os.getppid()
    if parent == _INIT:
        return
    content = LockContent(
        run=this_process(),
        supervisor=ProcessId(pid=parent, start=process_start(parent)),
        boot=boot_id(),
        host=socket.gethostname(),
    )
    try:
        write_file(run_dir, run_dir.guild_process, format_lock(content).encode())
    except StoreError:
        return


def will_guild_write_end(run_dir: RunDir) -> bool:
    """Whether the process of Guild AI that has started the run lives, so that it will write the end of the run."""
    try:
        content = read_lock_file(run_dir.guild_process)
        if content is None or content.supervisor is None or not content.is_local():
            return False
        lock = read_lock(run_dir)
    except DamagedRun:
        return False
    is_of_this_attempt = lock is None or lock.run.pid == content.run.pid
    return is_of_this_attempt and content.supervisor.is_alive()
