"""Restarts the program of a run that Guild AI, or a user by hand, has started after changing its flags.

Light on imports: see :mod:`guild_ipy.engine.child.process`.
"""

from __future__ import annotations

import os
import sys

TYPE_CHECKING = False  # typing.TYPE_CHECKING, without loading typing
if TYPE_CHECKING:
    from guild_ipy.store.run_dir import RunDir

#: Set for the program that is restarted.
_RENEWED_VARIABLE = "GUILD_IPY_RENEWED"


def restart_for_flags(run_dir: RunDir) -> None:
    """Restart this process if the attribute ``flags`` has other values than the program was made for."""
    from guild_ipy.engine.meta import differing_flags, read_meta  # start-up cost: for runs without a supervisor

    if os.environ.pop(_RENEWED_VARIABLE, None) == run_dir.id:
        return
    meta = read_meta(run_dir)
    if meta is None or not differing_flags(meta):
        return
    import subprocess  # start-up cost, as above

    command = [sys.executable, "-P", "-m", "guild_ipy.launching.changed_flags", run_dir.path]
    code = subprocess.run(command, check=False).returncode
    if code:
        sys.exit(code)
    os.environ[_RENEWED_VARIABLE] = run_dir.id
    sys.stdout.flush()
    os.execv(sys.executable, sys.orig_argv)  # noqa: S606 - the program of this process
