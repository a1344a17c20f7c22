"""The operation of a function of the notebook: arguments that can be recorded are its flags."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

from guild_ipy.domain.declarations.command_template import Command
from guild_ipy.domain.declarations.dependency import Dependency
from guild_ipy.domain.declarations.operation_def import FlagsDest, FlagsDestKind
from guild_ipy.domain.values.flags import FlagDef, Flags
from guild_ipy.operations.declaration import NOTHING_DECLARED, Declaration, declaration_of
from guild_ipy.operations.functions.call import CallableInterface, bind_call, inspect_callable
from guild_ipy.operations.functions.function_name import function_name
from guild_ipy.operations.operation import Template, describe_requires
from guild_ipy.operations.packing.notebook_code import BoundCode, make_template
from guild_ipy.operations.search_context import SearchContext
from guild_ipy.operations.spec_options import SpecOptions


@dataclass(frozen=True, kw_only=True)
class FunctionOperation:
    """A callable: a function, method, partial, class or object."""

    function: Callable[..., Any]
    word: str = ""
    """The word that named it; empty if the callable itself was given."""
    kind: str = "function"
    folder: str = ""

    @property
    def name(self) -> str:
        """The name by which it is run."""
        return self.word or function_name(self.function)

    @cached_property
    def interface(self) -> CallableInterface:
        """Its parameters; UsageError if it has no signature."""
        return inspect_callable(self.function, self.word)

    @property
    def flags(self) -> tuple[FlagDef, ...]:
        """Its parameters."""
        return self.interface.flags

    @property
    def requires(self) -> tuple[Dependency, ...]:
        """The dependencies that its decorator declares."""
        return declaration_of(self.function).requires

    @property
    def description(self) -> str:
        """The first line of its docstring."""
        return self.interface.description

    @property
    def details(self) -> tuple[str, ...]:
        """Its dependencies, in one line."""
        return describe_requires(self.requires)

    def check(self, flags: Mapping[str, Any]) -> None:
        """Refuse flags that it does not take."""
        bind_call(self.function, self.interface, (), flags)

    def template(
        self, args: Sequence[Any], flags: Mapping[str, Any], options: SpecOptions, context: SearchContext
    ) -> Template:
        """See :class:`~guild_ipy.operations.operation.Operation`."""
        name = options.op_name or self.word or function_name(self.function, context.notebook.variables)
        interface = replace(self.interface, name=name)
        declared = declaration_of(self.function)

        def bind(given: Mapping[str, Any]) -> BoundCode:
            bound = bind_call(self.function, interface, args, given)
            return replace(bound, env=_fill_env(declared, bound.flags, interface.flags))

        made = make_template(bind(flags), bind, options, context)
        made = replace(made, takes_any_flag=interface.takes_any_flag)
        return made if declared is NOTHING_DECLARED else _with_declaration(made, declared)


def _with_declaration(template: Template, declared: Declaration) -> Template:
    return replace(
        template,
        label=declared.label,
        tags=declared.tags,
        resources=declared.resources,
        output_scalars=declared.output_scalars or None,
        command=_command(declared),
    )


def _command(declared: Declaration) -> Command:
    return Command(dest=FlagsDest(kind=FlagsDestKind.ARGS), has_dest=False, env=declared.env, label=declared.label)


def _fill_env(declared: Declaration, flags: Flags, definitions: tuple[FlagDef, ...]) -> Mapping[str, str]:
    if not declared.env:
        return {}
    from guild_ipy.operations.guildfile.filled_command import (
        fill_command,  # start-up cost: for functions with a decorator
    )

    return fill_command(_command(declared), flags, definitions, None).env
