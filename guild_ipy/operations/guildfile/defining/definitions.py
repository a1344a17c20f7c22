"""Reads one operation of a model as a definition that is checked and complete."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from guild_ipy.domain.declarations.dependency import Dependency, SourceKind
from guild_ipy.domain.declarations.operation_def import (
    FlagsDest,
    FlagsDestKind,
    Main,
    OperationDef,
    PythonMain,
    SourceRules,
)
from guild_ipy.domain.values.argument import argument_text
from guild_ipy.domain.values.flags import FlagDef
from guild_ipy.domain.values.resource_amounts import parse_resources
from guild_ipy.domain.values.scalars import expand_aliases
from guild_ipy.errors import UsageError, suggest
from guild_ipy.operations.flag_references import check_references, find_references
from guild_ipy.operations.guildfile.defining.flag_definitions import read_flags, read_names, unused_in_flags
from guild_ipy.operations.guildfile.defining.main_definitions import MAINS, read_flags_dest, read_main, unused_options
from guild_ipy.operations.guildfile.defining.resources import Resources, read_requires, unused_attributes
from guild_ipy.operations.guildfile.defining.search_definitions import read_search
from guild_ipy.operations.guildfile.defining.source_rules import join_rules, read_source_rules
from guild_ipy.operations.guildfile.defining.steps import unused_in_steps
from guild_ipy.operations.guildfile.reading.fields import Parts, read_bool, read_map, read_text, read_texts
from guild_ipy.operations.guildfile.reading.items import Item
from guild_ipy.operations.guildfile.reading.known_attributes import OPERATION, SOURCECODE
from guild_ipy.operations.guildfile.reading.sections import read_section
from guild_ipy.operations.guildfile.reading.yaml_nodes import (
    ListNode,
    MapEntry,
    MapNode,
    ScalarNode,
    YamlNode,
    is_nothing,
    make_entry,
)

#: The references that ``exec`` may have besides flags.
WORDS = ("flag_args", "python_exe", "guild_python_exe", "project_dir")


@dataclass(frozen=True, kw_only=True)
class ModelParts:
    """The parts of a model that its operations share."""

    name: str
    folder: str
    guildfile: str
    version: str
    items: Sequence[Item]
    resources: Resources
    source_rules: SourceRules | None
    notes: tuple[str, ...] = ()


def read_definition(entry: MapEntry, model: ModelParts) -> OperationDef:
    """Read one operation; GuildFileError for unknown attributes and invalid values."""
    name = _check_name(entry)
    node = _with_step_flags(read_map(entry.value, f"operation {name!r}"), model.items)
    OPERATION.check(node)
    parts = Parts(node=node, owner=f"operation {name!r}")
    skips = parts.get("default-flag-arg-skip", read_bool, False)
    section = read_section(node, "flags", model.items)
    flags = read_flags(section, name, skips_arguments=skips)
    main = read_main(name, node)
    dest = parts.get("flags-dest", lambda found, _: read_flags_dest(found))
    imports = parts.get("flags-import", _read_import)
    takes_more = imports not in {None, False} and (isinstance(main, PythonMain) or _is_config(dest))
    _check_exec(main, flags, node, takes_more=takes_more)
    needed = parts.get("requires", lambda found, _: read_requires(found, model.resources), ())
    return OperationDef(
        name=name,
        model=model.name,
        description=parts.get("description", read_text, "").strip(),
        main=main,
        folder=model.folder,
        guildfile=model.guildfile,
        version=model.version,
        is_default=parts.get("default", read_bool, False),
        flags=flags,
        flags_dest=dest,
        flags_import=imports,
        flags_import_skip=parts.get("flags-import-skip", read_names, ()),
        requires=tuple(_yielding(each, dest) for each in needed),
        sourcecode=join_rules(model.source_rules, read_source_rules(node.get("sourcecode"))),
        output_scalars=parts.get("output-scalars", lambda found, _: _read_scalar_patterns(found)),
        label=parts.get("label", _read_template),
        tags=parts.get("tags", read_texts, ()),
        env=parts.get("env", _read_env, {}),
        env_secrets=parts.get("env-secrets", _read_secrets, ()),
        compare=parts.get("compare", read_texts, ()),
        resources=parts.get("resources", _read_resources, ""),
        search=read_search(parts),
        python_path=parts.get("python-path", read_texts),
        origin=str(entry.place),
        notes=(*model.notes, *_unused(node), *unused_in_flags(section)),
    )


def _unused(node: MapNode) -> Iterator[str]:
    """Return notes about attributes of an operation and its parts that have no effect here."""
    yield from OPERATION.unused(node)
    requires, sourcecode, steps, notebook = (node.get(name) for name in ("requires", "sourcecode", "steps", "notebook"))
    yield from [] if requires is None else unused_attributes(requires)
    yield from SOURCECODE.unused(sourcecode) if isinstance(sourcecode, MapNode) else ()
    yield from [] if steps is None else unused_in_steps(steps)
    yield from [] if notebook is None else unused_options(notebook)


def _yielding(dependency: Dependency, dest: FlagsDest | None) -> Dependency:
    """Let a required configuration replace the same file, if flags are written to it anyway."""
    if dest is None or not _is_config(dest):
        return dependency
    sources = (
        replace(source, replace_existing=True, always_resolve=True)
        if source.kind is SourceKind.CONFIG and source.value == dest.name
        else source
        for source in dependency.sources
    )
    return replace(dependency, sources=tuple(sources))


def _is_config(dest: FlagsDest | None) -> bool:
    return dest is not None and dest.kind is FlagsDestKind.CONFIG


def _check_name(entry: MapEntry) -> str:
    name = entry.name
    if not name or not name.isprintable() or any(char in name for char in " =:"):
        raise entry.place.error(f"{name!r} cannot be typed as the name of an operation; use no spaces, '=' and ':'")
    return name


def _read_template(node: YamlNode, what: str) -> str:
    text = read_text(node, what)
    check_references(text, node.place.error)
    return text


def _read_import(node: YamlNode, what: str) -> tuple[str, ...] | bool:
    if isinstance(node, ScalarNode) and (isinstance(node.value, bool) or node.value == "all"):
        return bool(node.value)
    if isinstance(node, ListNode) or (isinstance(node, ScalarNode) and isinstance(node.value, str)):
        return read_names(node, what) or False
    raise node.place.error(f"{what} is yes, all, no or a list of flags, not {node}; write '- flag' lines")


def _read_env(node: YamlNode, what: str) -> Mapping[str, str]:
    values: dict[str, str] = {}
    for entry in read_map(node, what):
        name, value = entry.name, entry.value
        if not name or "=" in name or "\0" in name:
            raise entry.place.error(f"{name!r} is no name of an environment variable; use letters, digits and '_'")
        if not isinstance(value, ScalarNode):
            raise value.place.error(f"variable {name!r} is text, not {value}; write it on one line")
        text = argument_text(value.value) if isinstance(value.value, bool | None) else value.text
        check_references(text, value.place.error)
        values[name] = text
    return values


def _read_resources(node: YamlNode, what: str) -> str:
    text = ", ".join(f"{name}={amount}" for name, amount in _read_env(node, what).items())
    try:
        parse_resources(text)
    except UsageError as error:
        raise node.place.error(str(error)) from error
    return text


def _read_secrets(node: YamlNode, what: str) -> tuple[str, ...]:
    if isinstance(node, MapNode):
        return tuple(entry.name for entry in node)
    return read_texts(node, what)


# -- output-scalars

_KEY = re.compile(r"[^\s:()\[\]\\]+\Z")
_KEY_AND_VALUE = 2


def _read_scalar_patterns(node: YamlNode) -> tuple[str, ...]:
    r"""Read ``output-scalars``, patterns in place of the default ones; none for ``no``.

    A map has a pattern with one group for each scalar. Text is a pattern whose groups say what they match:
    ``(?P<loss>\S+)``, or two groups for key and value; so is a pattern of a map that has such groups. They are returned
    as ``--output-scalar`` takes them: ``loss: pattern`` for a pattern with one group.
    """
    if isinstance(node, ScalarNode) and node.value is False:
        return ()
    items = node.items if isinstance(node, ListNode) else (node,)
    return tuple(pattern for item in items for pattern in _read_patterns(item))


def _read_patterns(node: YamlNode) -> list[str]:
    if isinstance(node, MapNode):
        return [_read_named_pattern(entry.name, entry.value) for entry in node]
    pattern = read_text(node, "a pattern of output-scalars")
    found = _compile_pattern(pattern, node)
    if not found.groupindex and found.groups != _KEY_AND_VALUE:
        raise node.place.error(
            f"pattern {pattern!r} has {found.groups} groups; name them, as in '(?P<loss>...)', or write 'loss: pattern'"
        )
    return [pattern]


def _read_named_pattern(key: str, node: YamlNode) -> str:
    pattern = read_text(node, f"the pattern of scalar {key!r}")
    found = _compile_pattern(pattern, node)
    if found.groupindex or found.groups == _KEY_AND_VALUE:
        return pattern
    if not _KEY.match(key):
        raise node.place.error(f"scalar {key!r} cannot be named so; use no spaces, colons and brackets")
    if found.groups != 1:
        raise node.place.error(f"the pattern {pattern!r} of scalar {key!r} has {found.groups} groups; one is the value")
    return f"{key}: {pattern}"


def _compile_pattern(pattern: str, node: YamlNode) -> re.Pattern[str]:
    try:
        return re.compile(expand_aliases(pattern))
    except re.error as error:
        raise node.place.error(f"{pattern!r} is no regular expression: {error}; correct it") from error


# -- exec


def _check_exec(main: Main, flags: Sequence[FlagDef], node: MapNode, *, takes_more: bool) -> None:
    """Refuse a reference to a flag that the operation does not take, and text around ``${flag_args}``.

    With `takes_more` the operation may have flags that are not declared.
    """
    names = [*(WORDS if main.is_exec else WORDS[1:]), *(flag.name for flag in flags)]
    for word in main.command_words:
        for name in find_references(word):
            if name not in names and not takes_more:
                place = (node.get("exec") or node.get("main") or node).place
                raise place.error(
                    f"'${{{name}}}' is no flag of this operation{suggest(name, names)}; declare it in flags"
                )
        if "${flag_args}" in word and word != "${flag_args}":
            place = (node.get("exec") or node).place
            raise place.error(
                f"${{flag_args}} stands for several words and cannot be part of {word!r}; put spaces around it"
            )


# -- steps


def _with_step_flags(node: MapNode, items: Sequence[Item]) -> MapNode:
    """Replace ``$include`` in the flags of steps by the included flags."""
    steps = node.get("steps")
    if not isinstance(steps, ListNode):
        return node
    changed = ListNode(place=steps.place, items=tuple(_step_with_flags(step, items) for step in steps.items))
    return node.with_entries(MapEntry(key=e.key, value=changed) if e.value is steps else e for e in node)


def _step_with_flags(step: YamlNode, items: Sequence[Item]) -> YamlNode:
    flags = step.get("flags") if isinstance(step, MapNode) else None
    if not isinstance(step, MapNode) or not isinstance(flags, MapNode) or "$include" not in flags:
        return step
    filled = make_entry("flags", read_section(step, "flags", items))
    return step.with_entries(filled if e.key.value == "flags" else e for e in step)


def with_defaults(entry: MapEntry, defaults: YamlNode | None) -> MapEntry:
    """Return an operation with the attributes of ``operation-defaults`` that it does not have itself."""
    if defaults is None or is_nothing(defaults) or not isinstance(entry.value, MapNode):
        return entry
    has_main = any(word in entry.value for word in MAINS)
    added = [
        each
        for each in read_map(defaults, "operation-defaults")
        if each.key.value not in entry.value and not (has_main and each.key.value in MAINS)
    ]
    return MapEntry(key=entry.key, value=MapNode(place=entry.value.place, entries=(*entry.value, *added)))
