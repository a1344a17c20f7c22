"""Reads dependencies: ``resources`` of a model and ``requires`` of an operation."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from guild_ipy.domain.declarations.dependency import Dependency
from guild_ipy.errors import GuildFileError, suggest
from guild_ipy.operations.guildfile.defining.source_definitions import read_source, read_target_path, read_target_type
from guild_ipy.operations.guildfile.reading.fields import read_bool, read_map, read_text
from guild_ipy.operations.guildfile.reading.known_attributes import RESOURCE, SOURCE, SOURCE_KINDS
from guild_ipy.operations.guildfile.reading.yaml_nodes import ListNode, MapNode, YamlNode, make_entry


@dataclass(frozen=True, kw_only=True)
class Resources:
    """The named resources that an operation can require."""

    location: str
    """The folder in which files are looked for."""
    model: str = ""
    by_model: Mapping[str, Mapping[str, Dependency | GuildFileError] | GuildFileError] = field(default_factory=dict)
    """The resources by name; an invalid one is an error, for the operations that require it."""

    def find(self, name: str) -> Dependency | None:
        """Find a resource of the operation's own model, or ``model:name``.

        Raises
        ------
        GuildFileError
            If it exists, but is invalid.
        """
        model, colon, rest = name.partition(":")
        found = self._of(self.model).get(name) or (self._of(model).get(rest) if colon else None)
        if isinstance(found, GuildFileError):
            raise found
        return found

    def _of(self, model: str) -> Mapping[str, Dependency | GuildFileError]:
        named = self.by_model.get(model, {})
        if isinstance(named, GuildFileError):
            raise named
        return named

    @property
    def names(self) -> list[str]:
        """The names of all resources."""
        readable = {model: named for model, named in self.by_model.items() if not isinstance(named, GuildFileError)}
        own = [*readable.get(self.model, {})]
        return own + [f"{model}:{name}" for model, named in readable.items() if model for name in named]


def read_resources(section: MapNode, location: str) -> dict[str, Dependency | GuildFileError]:
    """Read the named resources of a model; an error takes the place of an invalid one."""
    found: dict[str, Dependency | GuildFileError] = {}
    for entry in section:
        try:
            found[entry.key.text] = _read_resource(entry.value, location, entry.name)
        except GuildFileError as error:
            found[entry.key.text] = error
    return found


def read_requires(node: YamlNode, resources: Resources) -> tuple[Dependency, ...]:
    """Read ``requires`` of an operation: one dependency or a list.

    Raises
    ------
    GuildFileError
        For a resource that does not exist, and for an incomplete or contradictory source.
    """
    items = node.items if isinstance(node, ListNode) else (node,)
    return tuple(_read_required(item, resources) for item in items)


def _read_required(node: YamlNode, resources: Resources) -> Dependency:
    if not isinstance(node, MapNode):
        return _find_resource(node, resources)
    named = node.get("resource")
    if named is not None:
        for entry in node:
            if entry.key.value not in {"resource", "description"}:
                raise entry.place.error(
                    f"{entry.name!r} cannot stand beside 'resource'; write it where that is defined"
                )
        return _find_resource(named, resources)
    if "sources" in node:
        name = node.get("name")
        return _read_resource(node, resources.location, None if name is None else read_text(name, "name of a resource"))
    source = read_source(node)
    return Dependency(
        name=source.resolving_name,
        is_inline=True,
        sources=(source,),
        location=resources.location,
        origin=str(node.place),
    )


def _find_resource(node: YamlNode, resources: Resources) -> Dependency:
    name = read_text(node, "a dependency")
    found = resources.find(name)
    if found is not None:
        return replace(found, origin=str(node.place))
    kind, colon, value = name.partition(":")
    if colon and kind in SOURCE_KINDS:
        raise node.place.error(f"{name!r} is no resource; write '{kind}: {value.strip()}' without quotes")
    hint = suggest(name, resources.names) or f"; for a run of an operation write 'operation: {name}'"
    raise node.place.error(f"no resource {name!r}{hint}")


def _read_resource(node: YamlNode, location: str, name: str | None) -> Dependency:
    if isinstance(node, ListNode):
        node = MapNode(place=node.place, entries=(make_entry("sources", node),))
    node = read_map(node, "a resource" if name is None else f"resource {name!r}")
    RESOURCE.check(node)
    listed = node.get("sources")
    if not isinstance(listed, ListNode) or not listed.items:
        place = node.place if listed is None else listed.place
        raise place.error("a resource has a list of sources; write 'sources:' and '- file: ...' lines")
    unpack = node.get("default-unpack")
    unpacks = None if unpack is None else read_bool(unpack, "default-unpack")
    sources = tuple(read_source(item, unpacks=unpacks) for item in listed.items)
    description, preserves = node.get("description"), node.get("preserve-path")
    return Dependency(
        name=name or sources[0].resolving_name,
        is_inline=name is None,
        sources=sources,
        location=location,
        target_path=read_target_path(node, "a resource"),
        target_type=read_target_type(node),
        preserve_path=preserves is not None and read_bool(preserves, "preserve-path"),
        description="" if description is None else read_text(description, "description of a resource").strip(),
        origin=str(node.place),
    )


def unused_attributes(node: YamlNode) -> list[str]:
    """Return notes about attributes of sources that have no effect here."""
    if isinstance(node, ListNode):
        return [note for item in node.items for note in unused_attributes(item)]
    if not isinstance(node, MapNode):
        return []
    inner = [entry.value for entry in node if entry.key.value == "sources"]
    return [*SOURCE.unused(node), *(note for each in inner for note in unused_attributes(each))]
