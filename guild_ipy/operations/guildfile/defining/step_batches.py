"""Reads what a step says of the batch that it asks for."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from guild_ipy.domain.declarations.step_def import StepBatch
from guild_ipy.operations.guildfile.reading.fields import read_bool, read_text, read_texts
from guild_ipy.operations.guildfile.reading.yaml_nodes import FilePlace, MapNode, YamlNode


def read_step_batch(details: MapNode, options: Mapping[str, Sequence[str]], node: YamlNode) -> StepBatch:
    """Read the attributes of a step, which take precedence over the options in its text, `node`.

    Raises
    ------
    GuildFileError
        For a number below 1, an option without its value, and a step that stages its trials.
    """
    given = _Given(details, options, node)
    if given.switch("stage-trials"):
        raise given.place("stage-trials").error(
            "stage-trials of a step is not possible: the steps after it need trials that have run; leave it out"
        )
    trials, most = given.text("trials"), given.number("max-trials")
    if trials is not None and trials.isascii() and trials.isdecimal():  # as Guild AI takes it
        trials, most = None, most or given.number("trials")
    return StepBatch(
        trials=trials,
        max_trials=most,
        jobs=given.number("jobs"),
        fail_on_trial_error=given.switch("fail-on-trial-error"),
        optimizer=given.text("optimizer"),
        minimize=given.texts("minimize"),
        maximize=given.texts("maximize"),
        prune=given.text("prune"),
        mark_best=given.switch("mark-best"),
        use_prior=given.switch("use-prior"),
    )


class _Given:
    """What is said in a step, as an attribute or as an option."""

    def __init__(self, details: MapNode, options: Mapping[str, Sequence[str]], node: YamlNode) -> None:
        self._details = details
        self._options = options
        self._node = node

    def place(self, name: str) -> FilePlace:
        """Return where it is said."""
        return (self._details.get(name) or self._node).place

    def texts(self, name: str) -> tuple[str, ...]:
        """Return one text or several."""
        found = self._details.get(name)
        texts = tuple(self._options.get(name, ())) if found is None else read_texts(found, f"{name} of a step")
        if not all(texts):
            raise self.place(name).error(f"{name} of a step has no value; write it behind the option, or leave it out")
        return texts

    def text(self, name: str) -> str | None:
        """Return a single text; of several options the last counts."""
        found = self._details.get(name)
        return next(reversed(self.texts(name)), None) if found is None else read_text(found, f"{name} of a step")

    def switch(self, name: str) -> bool:
        """Return whether it is wanted."""
        found = self._details.get(name)
        return name in self._options if found is None else read_bool(found, f"{name} of a step")

    def number(self, name: str) -> int | None:
        """Return a whole number above 0."""
        text = self.text(name)
        if text is None:
            return None
        if not text.isascii() or not text.isdecimal() or int(text) < 1:
            raise self.place(name).error(f"{name} {text!r} of a step is not a whole number above 0")
        return int(text)
