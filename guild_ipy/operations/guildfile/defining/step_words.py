"""The text of a step, as it would stand after ``guild run``: an operation, flags and options."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import takewhile

from guild_ipy.domain.values.flags import FlagValue
from guild_ipy.operations.flag_values.typed_text import parse_flag_value
from guild_ipy.operations.guildfile.reading.fields import split_words
from guild_ipy.operations.guildfile.reading.yaml_nodes import YamlNode

#: Options with a value, and the attributes of a step that say the same.
_WITH_TEXT = {
    "--label": "label",
    "-l": "label",
    "--tag": "tags",
    "-t": "tags",
    "--random-seed": "random-seed",
    "--trials": "trials",
    "--max-trials": "max-trials",
    "-m": "max-trials",
    "--jobs": "jobs",
    "--optimizer": "optimizer",
    "-o": "optimizer",
    "--minimize": "minimize",
    "-N": "minimize",
    "--maximize": "maximize",
    "-X": "maximize",
    "--prune": "prune",
}
#: Those without a value.
_SWITCHES = {f"--{name}": name for name in ("fail-on-trial-error", "mark-best", "use-prior", "stage-trials")}
_SILENT = frozenset({"-y", "--yes", "--keep-batch"})
#: Options of ``guild run`` without an effect here, first those that take a value; users get a note about them.
_UNSUPPORTED_WITH_TEXT = frozenset(
    "--batch-label -bl --batch-tag -bt --batch-comment -bc --comment -c --gpus --opt-flag -Fo --stop-after --remote -r "
    "--break --run-dir -d --run-id --restart --start --proto --pidfile --save-trials --test-output-scalars".split()
)
_UNSUPPORTED = frozenset(
    "--no-gpus --optimize -O --needed --force-flags -f --force-deps --break-on-error --keep-run --quiet -q --stage "
    "--background -b --force-sourcecode --no-wait --print-cmd --print-env --print-trials --debug-sourcecode "
    "--edit-flags -e --test-sourcecode --test-flags".split()
)


@dataclass(frozen=True, kw_only=True)
class StepWords:
    """The flags and options after the name of an operation."""

    flags: dict[str, FlagValue] = field(default_factory=dict)
    options: dict[str, list[str]] = field(default_factory=dict)
    """By the names of the attributes that say the same; a switch has the value ``yes``."""
    unsupported: list[str] = field(default_factory=list)


def split_step(text: str, node: YamlNode) -> list[str]:
    """Split the text of a step: the operation, a sub-command of a script included, and the words after it."""
    words = split_words(text, "step", node.place)
    operation = list(takewhile(lambda word: "=" not in word and not word.startswith("-"), words))
    if not operation:
        raise node.place.error(f"step {text!r} names no operation; write it first")
    if "." not in operation[0]:
        return words
    return [" ".join(operation), *words[len(operation) :]]


def read_step_words(words: Sequence[str], node: YamlNode) -> StepWords:
    """Read flags and options.

    Raises
    ------
    GuildFileError
        For a word that is neither.
    """
    found = StepWords()
    rest = iter(words)
    for word in rest:
        option, equals, value = word.partition("=")
        if option in _WITH_TEXT or option in _UNSUPPORTED_WITH_TEXT:
            value = value if equals else next(rest, "")
        if option in _WITH_TEXT:
            found.options.setdefault(_WITH_TEXT[option], []).append(value)
        elif word in _SWITCHES:
            found.options[_SWITCHES[word]] = ["yes"]
        elif option in _UNSUPPORTED_WITH_TEXT or word in _UNSUPPORTED:
            found.unsupported.append(option)
        elif word in _SILENT:
            continue
        elif word.startswith("-"):
            raise node.place.error(f"option {word!r} of a step is not supported; use name=value, --label, --tag")
        elif not equals or not option:
            raise node.place.error(f"{word!r} of a step is no flag; write name=value")
        else:
            found.flags[option] = parse_flag_value(value)
    return found
