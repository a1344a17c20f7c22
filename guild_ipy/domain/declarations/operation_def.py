"""An operation as a Guild file or a decorator declares it, checked and complete."""

from __future__ import annotations

import shlex
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import ClassVar

from guild_ipy.domain.declarations.dependency import Dependency
from guild_ipy.domain.declarations.search_def import SearchDef
from guild_ipy.domain.declarations.step_def import Step
from guild_ipy.domain.values.flags import FlagDef


class FlagsDestKind(Enum):
    """How flags reach the operation."""

    ARGS = "args"
    """On the command line."""
    GLOBALS = "globals"
    """As values of module-level names."""
    GLOBAL = "global"
    """As entries of one module-level map."""
    NAMESPACE = "namespace"
    """As attributes of one module-level ``SimpleNamespace``."""
    CONFIG = "config"
    """In a configuration file that is written for the run."""
    NONE = "none"
    """Not at all."""


@dataclass(frozen=True, kw_only=True)
class FlagsDest:
    """``flags-dest``."""

    kind: FlagsDestKind
    name: str = ""
    """The map for ``global`` and ``namespace``, the path for ``config``."""

    @classmethod
    def parse(cls, text: str) -> FlagsDest:
        """Read the text that :meth:`__str__` writes; ValueError for any other text."""
        word, _, name = text.partition(":")
        return cls(kind=FlagsDestKind(word), name=name)

    def __str__(self) -> str:
        return f"{self.kind.value}:{self.name}" if self.name else self.kind.value


class _AnyMain:
    """What all kinds of mains have in common, with the most usual values."""

    usual_dest: ClassVar[FlagsDestKind] = FlagsDestKind.ARGS
    """How flags reach it, where neither the Guild file nor the script says so."""
    is_exec: ClassVar[bool] = False
    """Whether it is a command, which is executed as it is."""
    is_pipeline: ClassVar[bool] = False

    @property
    def command_words(self) -> tuple[str, ...]:
        """The words of its command line without those of flags; they may hold ``${flag}``."""
        return ()


@dataclass(frozen=True, kw_only=True)
class PythonMain(_AnyMain):
    """``main``: a Python module or script and arguments in front of the flags."""

    module: str
    """As written: ``train``, ``package.module``, ``src/train``, or a path of a file."""
    arguments: tuple[str, ...] = ()
    """May hold ``${flag}``."""
    origin: str = ""
    """Where it was written."""

    @property
    def does_nothing(self) -> bool:
        """Whether it is the module of Guild AI for operations that only gather what they require."""
        return self.module == "guild.pass"

    @property
    def command_words(self) -> tuple[str, ...]:
        """Its arguments."""
        return self.arguments

    @property
    def summary(self) -> str:
        """What is run, in one line."""
        return f"runs {shlex.join((self.module, *self.arguments))}"


@dataclass(frozen=True, kw_only=True)
class ExecMain(_AnyMain):
    """``exec``: a command; its words may hold ``${flag}`` and ``${flag_args}``."""

    is_exec: ClassVar[bool] = True

    words: tuple[str, ...]
    origin: str = ""
    """Where it was written."""

    @property
    def command_words(self) -> tuple[str, ...]:
        """All of its words, which may include ``${flag_args}``."""
        return self.words

    @property
    def summary(self) -> str:
        """What is run, in one line."""
        return f"runs {shlex.join(self.words)}"


@dataclass(frozen=True, kw_only=True)
class NotebookMain(_AnyMain):
    """``notebook``: a notebook file that is executed."""

    usual_dest: ClassVar[FlagsDestKind] = FlagsDestKind.GLOBALS

    path: str
    origin: str = ""
    """Where it was written."""

    @property
    def summary(self) -> str:
        """What is run, in one line."""
        return f"runs {self.path}"


@dataclass(frozen=True, kw_only=True)
class StepsMain(_AnyMain):
    """``steps``: other operations, one after the other."""

    usual_dest: ClassVar[FlagsDestKind] = FlagsDestKind.NONE
    is_pipeline: ClassVar[bool] = True

    steps: tuple[Step, ...]

    @property
    def summary(self) -> str:
        """What is run, in one line."""
        return f"steps: {', '.join(step.operation for step in self.steps)}"


Main = PythonMain | ExecMain | NotebookMain | StepsMain


@dataclass(frozen=True, kw_only=True)
class SourceRule:
    """One entry of ``sourcecode``: take or leave out what matches."""

    pattern: str
    is_include: bool
    kind: str = "any"
    """``text``, ``binary``, ``dir`` or ``any``."""


@dataclass(frozen=True, kw_only=True)
class SourceRules:
    """``sourcecode``: which files of the project are copied.

    `is_disabled` copies none.
    """

    root: str | None = None
    dest: str | None = None
    rules: tuple[SourceRule, ...] = ()
    is_disabled: bool = False


@dataclass(frozen=True, kw_only=True)
class OperationDef:
    """An operation of a model, with its dependencies and flags."""

    name: str
    model: str = ""
    description: str = ""
    main: Main
    folder: str
    """The folder of the Guild file; paths are relative to it."""
    guildfile: str = ""
    """The path of the Guild file."""
    version: str = ""
    """The MD5 of the Guild file, as in its reference."""
    is_default: bool = False
    flags: tuple[FlagDef, ...] = ()
    flags_dest: FlagsDest | None = None
    """None derives it from the script."""
    flags_import: tuple[str, ...] | bool | None = None
    """The flags of the script that are taken besides those declared: names, all, none, or (None) the usual ones."""
    flags_import_skip: tuple[str, ...] = ()
    requires: tuple[Dependency, ...] = ()
    sourcecode: SourceRules | None = None
    output_scalars: tuple[str, ...] | None = None
    """Patterns in place of the default ones; empty for none, None for the default."""
    label: str | None = None
    """Template with ``${flag}``."""
    tags: tuple[str, ...] = ()
    env: Mapping[str, str] = field(default_factory=dict)
    """May hold ``${flag}``."""
    env_secrets: tuple[str, ...] = ()
    compare: tuple[str, ...] = ()
    resources: str = ""
    """What a queue must have free for its runs."""
    search: SearchDef = field(default_factory=SearchDef)
    python_path: tuple[str, ...] | None = None
    """The folders in which modules are looked for, in place of those of the project."""
    origin: str = ""
    """Where it was written: ``guild.yml:3:5``."""
    notes: tuple[str, ...] = ()
    """Notes for the user about attributes that have no effect here."""

    @property
    def full_name(self) -> str:
        """``model:name``, or the name alone."""
        return f"{self.model}:{self.name}" if self.model else self.name
