"""The files of a run, and their names.

The layout is that of Guild AI 0.9.0, plus ``.guild/job``, ``.guild/displays``, ``.guild/tmp`` and ``.guild/alive``,
which its command ignores::

    <run id>/                     files that the operation wrote
      .guild/
        opref                     written last: a directory without it is not a run
        attrs/<name>              one YAML document each
        output, output.index      bytes as written; 9 bytes (>QB: milliseconds, stream) a line
        manifest                  where each file came from
        events.out.tfevents.*     scalars parsed from output
        LOCK, PENDING, STAGED     markers
        alive                     held with flock while a process of the run lives
        displays/                 what it displayed besides text: the log, and files of large values
      tmp/                      files on their way to their name
      replaced/                 the earlier files, while a restart takes another source; the next start puts them back
        sourcecode/               snapshot of a notebook function: its cells and local modules; text of a notebook file
        job/                      what the process executes
          main.py                 the program; runs by hand too
          meta.json               import path, names of cells, flags
          requires.json           the dependencies of the operation, to resolve them anew
          payload.pkl             the packed function
          setup.pkl               settings for all code of the notebook: logging, warnings, options
          buffer-0, ...           its large arrays; hard links to one copy for all runs
          result.pkl, result.txt  the return value, or its repr
          exception.pkl           the exception that it raised
          exit_status             written by the run itself, in case the supervisor, or guild, is gone
          guild_process           the process of guild that has started it, and that writes its end
          workers/                the main modules of processes that the run starts afresh, while it is at work
          output.gaps             where bytes came from below Python
          reserve                 64 KiB that are freed to write the end when the disk is full
"""

from __future__ import annotations

import os

from guild_ipy.domain.ids import SHORT_ID_LENGTH

_ID_LENGTH = 32
_HEX_DIGITS = frozenset("0123456789abcdef")


def is_run_id(text: str) -> bool:
    """Whether `text` is a name that we and ``guild`` give to runs: 32 hex digits."""
    return len(text) == _ID_LENGTH and _HEX_DIGITS.issuperset(text)


class RunDir:
    """The paths of one run; a value.

    No dataclass, since the process of a script would load nothing else that needs them (6 ms).

    Attributes
    ----------
    path, id
        The directory and its name.
    guild, attrs, job
        The private part, the folder of attributes, the folder with the program of the run.

    Examples
    --------
    >>> RunDir("/home/runs/0123456789abcdef0123456789abcdef").short_id
    '01234567'
    """

    path: str

    __slots__ = ("attrs", "guild", "id", "job", "path")

    def __init__(self, path: str) -> None:
        self.path = path
        self.id = os.path.basename(path)
        self.guild = path + "/.guild"
        self.attrs = self.guild + "/attrs"
        self.job = self.guild + "/job"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, RunDir) and self.path == other.path

    def __hash__(self) -> int:
        return hash(self.path)

    def __repr__(self) -> str:
        return f"RunDir({self.path!r})"

    @property
    def short_id(self) -> str:
        """The first 8 digits of the id."""
        return self.id[:SHORT_ID_LENGTH]

    @property
    def opref(self) -> str:
        """The operation reference."""
        return self.guild + "/opref"

    def attr(self, name: str) -> str:
        """Return the path of the attribute `name`."""
        return f"{self.attrs}/{name}"

    @property
    def tmp(self) -> str:
        """Where files are written before they get their name."""
        return self.guild + "/tmp"  # noqa: S108 - a folder of the run

    @property
    def replaced(self) -> str:
        """The earlier files, while others take their place; see :mod:`guild_ipy.store.state.replaced_files`."""
        return self.guild + "/replaced"

    @property
    def output(self) -> str:
        """Standard output and error as written."""
        return self.guild + "/output"

    @property
    def output_index(self) -> str:
        """Time and stream of each output line."""
        return self.guild + "/output.index"

    @property
    def displays(self) -> str:
        """The folder of what it displayed."""
        return self.guild + "/displays"

    @property
    def display_log(self) -> str:
        """What it displayed, a line each."""
        return self.displays + "/log"

    @property
    def manifest(self) -> str:
        """Where each file came from."""
        return self.guild + "/manifest"

    @property
    def lock(self) -> str:
        """The process id of the run, for ``guild``."""
        return self.guild + "/LOCK"

    @property
    def pending(self) -> str:
        """Marker of a run that is being started."""
        return self.guild + "/PENDING"

    @property
    def staged(self) -> str:
        """Marker of a run that waits to be started."""
        return self.guild + "/STAGED"

    @property
    def alive(self) -> str:
        """The file that is locked while a process of the run lives."""
        return self.guild + "/alive"

    @property
    def trials_log(self) -> str:
        """Of a batch that searches: what its optimizer was asked and told, a line each."""
        return self.guild + "/trials.log"

    @property
    def sourcecode(self) -> str:
        """Snapshot of a notebook function's cells and local modules; the text of a notebook file."""
        return self.guild + "/sourcecode"

    @property
    def main(self) -> str:
        """The program of the run."""
        return self.job + "/main.py"

    @property
    def meta(self) -> str:
        """How the program is called, as JSON."""
        return self.job + "/meta.json"

    @property
    def requires(self) -> str:
        """The dependencies that the operation declares, as JSON."""
        return self.job + "/requires.json"

    @property
    def payload(self) -> str:
        """The packed function."""
        return self.job + "/payload.pkl"

    @property
    def setup(self) -> str:
        """Settings for all code of the notebook, packed."""
        return self.job + "/setup.pkl"

    def buffer(self, number: int) -> str:
        """Return the path of a large array of the payload, counted from 0."""
        return f"{self.job}/buffer-{number}"

    @property
    def result(self) -> str:
        """The return value, pickled."""
        return self.job + "/result.pkl"

    @property
    def result_text(self) -> str:
        """The repr of a return value that cannot be pickled."""
        return self.job + "/result.txt"

    @property
    def result_error(self) -> str:
        """Why a return value cannot be pickled."""
        return self.job + "/result.error"

    @property
    def exception(self) -> str:
        """The exception that the operation raised, pickled."""
        return self.job + "/exception.pkl"

    @property
    def exception_text(self) -> str:
        """Type, message and traceback of that exception, as JSON."""
        return self.job + "/exception.json"

    @property
    def outcome(self) -> tuple[str, ...]:
        """The files of the return value and of the exception."""
        return self.result, self.result_text, self.result_error, self.exception, self.exception_text

    @property
    def proto(self) -> str:
        """The run that the trials of a batch are made from; Guild AI alone writes it."""
        return self.guild + "/proto"

    @property
    def job_exit_status(self) -> str:
        """The exit status as the run itself writes it; the attribute ``exit_status`` is what counts."""
        return self.job + "/exit_status"

    @property
    def guild_process(self) -> str:
        """The process of Guild AI that has started the run and writes its end."""
        return self.job + "/guild_process"

    @property
    def workers(self) -> str:
        """The main modules of processes that the run starts afresh."""
        return self.job + "/workers"

    @property
    def output_gaps(self) -> str:
        """Where in the output bytes came from below Python."""
        return self.job + "/output.gaps"

    @property
    def reserve(self) -> str:
        """Disk space that is given back to write the end of a run."""
        return self.job + "/reserve"
