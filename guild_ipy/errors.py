"""Every exception of guild_ipy.

Each message is one line: what happened, the value, what to do::

    GuildError
    ├── UsageError (ValueError)            a verb was called in a way that cannot work
    │   └── NoRunColumn (AttributeError)   a frame that does not say which runs it is about
    ├── SelectError (ValueError)           a select expression that cannot be understood; points at the place
    ├── GuildFileError (ValueError)        a Guild file, or what a decorator declares, that cannot be understood
    ├── OperationNotFound (LookupError)    nothing by that name can be run here
    ├── FlagError (ValueError)             a flag that the operation does not take, or a wrong value
    ├── DependencyError (LookupError)      what an operation requires is not there
    ├── NothingToUse (LookupError)         why it is not there; never reaches a user
    ├── CannotSend (TypeError)             a notebook variable that cannot travel to another process
    ├── ScalarError (TypeError)            something that a run logs and that is not a number
    ├── NoObjective (LookupError)          a run that does not report what a search is for
    ├── RunNotFound (LookupError)          no run by that id, index or filter
    ├── RunStateError (RuntimeError)       the run is not in a state for that verb
    │   └── RunTaken                       another process runs it, or is about to
    ├── DamagedRun (ValueError)            a run directory that cannot be read
    ├── StoreError (OSError)               Guild home cannot be read or written
    ├── EngineError (RuntimeError)         a process could not be started or watched
    ├── NotebookError (RuntimeError)       a notebook file that did not come to its end; names the cell
    ├── ResultError (ValueError)           what a run returned cannot be read back; carries its text
    ├── LostException (RuntimeError)       stands for what a run raised, which cannot be made again
    └── RunError (RuntimeError)            the run itself failed; carries it
"""

from __future__ import annotations

from guild_ipy.printable import printable, printable_lines

TYPE_CHECKING = False  # typing.TYPE_CHECKING, without loading typing: the process of a script imports this
if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from typing import Any


#: How many operations an error lists.
_MOST_KNOWN = 20
#: How much of a long line is shown before and after the place that is wrong.
_AROUND = 100


class GuildError(Exception):
    """Base of all errors that a user can cause or meet; ``str(error)`` is one line."""

    def __str__(self) -> str:
        return printable(super().__str__())

    def _render_traceback_(self) -> list[str]:
        """Give IPython the one line that it shows in place of a traceback."""
        return [f"{type(self).__name__}: {self}"]


def suggest(word: str, known: Iterable[str], *, cutoff: float = 0.6) -> str:
    """Return `` (did you mean 'x'?)`` for the nearest of `known`, or the empty string; `cutoff` is from 0 to 1."""
    import difflib  # start-up cost: needed once there is an error

    words = {each.lower(): each for each in known}
    near = difflib.get_close_matches(word.lower(), list(words), n=1, cutoff=cutoff)
    return f" (did you mean {words[near[0]]!r}?)" if near else ""


class UsageError(GuildError, ValueError):
    """A verb was called in a way that cannot work."""


class NoRunColumn(UsageError, AttributeError):
    """A frame that does not say which runs it is about.

    An AttributeError, so that ``hasattr(frame, "guild")`` and completion work on frames of anything else.
    """

    def __init__(self, columns: Iterable[str]) -> None:
        self.columns = tuple(columns)
        shown = ", ".join(map(repr, self.columns[:5])) + (", ..." if len(self.columns) > 5 else "")  # noqa: PLR2004
        super().__init__(
            f"df.guild needs one column 'run', and this frame has {shown or 'no columns'}; "
            f"begin with guild_ipy.runs() and keep its column 'run'"
        )


class SelectError(GuildError, ValueError):
    """A select expression that cannot be understood.

    Attributes
    ----------
    text, position
        The whole expression, and the index in it of what is wrong.
    """

    def __init__(self, message: str, *, text: str, position: int) -> None:
        self.text = text
        self.position = position
        above, below = text.rfind("\n", 0, position) + 1, text.find("\n", position)
        self._line = text[above : None if below < 0 else below]
        self._column = position - above
        where = f"line {text.count(chr(10), 0, position) + 1}, " if "\n" in text else ""
        super().__init__(f"{message} ({where}column {self._column + 1})")

    @property
    def caret(self) -> str:
        """Two lines: that of the expression, or what is around the place, and a caret under what is wrong."""
        start = max(0, self._column - _AROUND)
        before = printable(self._line[start : self._column].replace("\t", " "))
        behind = printable(self._line[self._column : self._column + _AROUND].replace("\t", " "))
        return f"{before}{behind}\n{' ' * len(before)}^"

    def _render_traceback_(self) -> list[str]:
        return [f"{type(self).__name__}: {self}", *(f"  {line}" for line in self.caret.split("\n"))]


class GuildFileError(GuildError, ValueError):
    """A Guild file, or a declaration in Python, that cannot be understood.

    Attributes
    ----------
    path, line, column
        Where it is wrong; line and column begin at 1, and are 0 where there is no file.
    """

    def __init__(self, message: str, *, path: str, line: int = 0, column: int = 0) -> None:
        self.path = path
        self.line = line
        self.column = column
        where = f"{path}:{line}:{column}" if line else path
        super().__init__(f"{where}: {' '.join(message.split())}")

    @classmethod
    def at(cls, origin: str, message: str) -> GuildFileError:
        """Make one for a place as it is written: ``guild.yml:3:5``, or the name of a function."""
        path, *numbers = origin.rsplit(":", 2)
        if len(numbers) == 2 and all(number.isdecimal() for number in numbers):  # noqa: PLR2004 - line and column
            return cls(message, path=path, line=int(numbers[0]), column=int(numbers[1]))
        return cls(message, path=origin)


class OperationNotFound(GuildError, LookupError):
    """Nothing by that name can be run here."""

    def __init__(self, name: str, known: Iterable[str] = ()) -> None:
        self.name = name
        self.known = tuple(known)
        super().__init__(f"no operation {name!r} here{suggest(name, self.known) or self._describe_known()}")

    def _describe_known(self) -> str:
        if not self.known:
            return "; name a function of a notebook, an operation of guild.yml, or the path of a script or notebook"
        more = f" and {len(self.known) - _MOST_KNOWN} more" if len(self.known) > _MOST_KNOWN else ""
        return f"; known: {', '.join(self.known[:_MOST_KNOWN])}{more}"


class FlagError(GuildError, ValueError):
    """A flag that the operation does not take, a value that it cannot have, or a missing one.

    Attributes
    ----------
    flag
        Its name.
    operation, known
        The operation that does not take it, and the names that it takes; empty for other mistakes.
    """

    def __init__(self, message: str, *, flag: str, operation: str = "", known: Iterable[str] = ()) -> None:
        self.flag = flag
        self.operation = operation
        self.known = tuple(known)
        super().__init__(message)

    @classmethod
    def unknown(cls, flag: str, *, operation: str, known: Iterable[str]) -> FlagError:
        """Make one for a flag that the operation does not take."""
        names = tuple(known)
        takes = f"it takes {', '.join(names)}" if names else "it takes no flags"
        message = f"unknown flag {flag!r} for {operation}{suggest(flag, names)}; {takes}"
        return cls(message, flag=flag, operation=operation, known=names)


class NothingToUse(GuildError, LookupError):
    """No run, file or module that a source of a dependency could use; it becomes a :class:`DependencyError`.

    Attributes
    ----------
    lacks_run
        Whether an operation that is required by name has no run to use.
    """

    def __init__(self, message: str, *, lacks_run: bool = False) -> None:
        self.lacks_run = lacks_run
        super().__init__(message)


class DependencyError(GuildError, LookupError):
    """What an operation requires is not there.

    Attributes
    ----------
    dependency, source
        Their names, as in ``train`` and ``operation:train``.
    why
        What is missing.
    lacks_run
        Whether an operation that is required by name has no run to use; an attempt without one is on record.
    """

    def __init__(self, *, dependency: str, source: str, why: str, help: str = "", lacks_run: bool = False) -> None:  # noqa: A002 - the word of Guild files
        self.dependency = dependency
        self.source = source
        self.why = why
        self.lacks_run = lacks_run
        hint = f"; {' '.join(help.split())}" if help else ""
        super().__init__(f"could not resolve {source!r} in {dependency} resource: {why}{hint}")


class CannotSend(GuildError, TypeError):
    """A notebook variable that cannot travel to another process.

    Attributes
    ----------
    variable, type_name, cell
        Its name, the name of its type, and where it was made (``cell In[3]``, or an empty string).
    """

    def __init__(self, *, variable: str, type_name: str, cell: str, reason: str) -> None:
        self.variable = variable
        self.type_name = type_name
        self.cell = cell
        made = f", made in {cell}," if cell else ""
        super().__init__(
            f"{variable!r} ({type_name}){made} cannot be sent to a run: {reason}; "
            f"create it inside the function, or pass what it is made from as a flag"
        )


class NoObjective(GuildError, LookupError):
    """A run that does not report what a search is for.

    Attributes
    ----------
    objective, scalars
        What is searched for, and the scalars that the run has.
    """

    _MOST_SHOWN = 6

    def __init__(self, objective: str, scalars: Sequence[str], *, wanted: str) -> None:
        self.objective = objective
        self.scalars = tuple(scalars)
        shown = ", ".join(map(repr, scalars[: self._MOST_SHOWN])) + (", ..." if len(scalars) > self._MOST_SHOWN else "")
        has = f"it has {shown}" if scalars else f"it has none; print one as '{wanted}: 0.1', or log it"
        super().__init__(f"cannot {objective}: the run reports no such scalar; {has}{suggest(wanted, scalars)}")


class ScalarError(GuildError, TypeError):
    """Something that is given to ``log`` and is not a number.

    Attributes
    ----------
    key, type_name
        Under which name it was given, and what it is.
    """

    def __init__(self, *, key: object, type_name: str, wanted: str = "a number or an array with one value") -> None:
        self.key = key
        self.type_name = type_name
        super().__init__(f"log cannot record {key!r}: it takes {wanted}, not {type_name}")


class RunNotFound(GuildError, LookupError):
    """No run by that id, index or filter.

    Attributes
    ----------
    ref
        How it was named, None where only filters say which.
    why
        The reason, if more is known than that there is none.
    """

    def __init__(self, ref: str | None, why: str = "") -> None:
        self.ref = ref
        self.why = why
        reason = f": {why}" if why else "; runs lists those that there are"
        super().__init__(why if ref is None else f"no run matches {ref!r}{reason}")


class RunStateError(GuildError, RuntimeError):
    """The run is not in a state for that verb."""


class RunTaken(RunStateError):
    """Another process runs it, or has claimed it."""


class DamagedRun(GuildError, ValueError):
    """A file of a run directory that cannot be read; `path` names it."""

    def __init__(self, path: str, why: str) -> None:
        self.path = path
        self.why = why
        super().__init__(f"{path} is damaged: {why}")


class StoreError(GuildError, OSError):
    """Guild home cannot be read or written."""


class EngineError(GuildError, RuntimeError):
    """A process could not be started or watched."""


class NotebookError(GuildError, RuntimeError):
    """A notebook file that did not come to its end; what its run raised.

    Attributes
    ----------
    cell
        The execution count of the cell, or None where no cell was executed.
    """

    def __init__(self, message: str, *, cell: int | None = None) -> None:
        self.cell = cell
        super().__init__(message)


class ResultError(GuildError, ValueError):
    """What a run returned cannot be read back.

    Attributes
    ----------
    reason
        Why not.
    text
        Its repr, where that was kept; otherwise None.
    """

    def __init__(self, run: str, reason: str, text: str | None = None) -> None:
        self.reason = reason
        self.text = text
        hint = "" if text is None else "; its text is in run.result_text"
        super().__init__(f"the result of run {run} could not be read back: {reason}{hint}")


class LostException(GuildError, RuntimeError):
    """Stands for what the operation of a run raised, where that itself cannot be made again.

    Attributes
    ----------
    type_name, message, traceback
        Those of the exception, as text.
    reason
        Why it cannot be made again.
    """

    def __init__(self, *, type_name: str, message: str, traceback: str, reason: str) -> None:
        self.type_name = type_name
        self.message = message
        self.traceback = traceback
        self.reason = reason
        super().__init__(f"{type_name}: {message}" if message else type_name)

    def __str__(self) -> str:
        return printable_lines(Exception.__str__(self))

    def __repr__(self) -> str:
        return f"<LostException {self}>"


class RunError(GuildError, RuntimeError):
    """A run ended with an error or was terminated.

    Attributes
    ----------
    run
        The run that failed.
    exception
        What the operation raised, or a :class:`LostException` in its place; None where it raised nothing.
    """

    def __init__(self, message: str, *, run: Any, exception: BaseException | None = None) -> None:  # noqa: ANN401 - a Run lives four layers up
        self.run = run
        self.exception = exception
        super().__init__(message)
