"""A reference to the operation of a run: the content of ``.guild/opref``.

Format (Guild AI 0.9.0): four shell-quoted words, ``TYPE:PACKAGE VERSION MODEL OPNAME``; an empty word is ``''``.
"""

from __future__ import annotations

import shlex
from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class OpRef:
    """A reference to an operation.

    Examples
    --------
    >>> OpRef(type="func", package="lab.ipynb", name="train").display_name
    'train()'
    >>> OpRef.parse("script:proj '' '' train.py").to_opspec()
    'train.py'
    """

    type: str
    """``func``, ``script``, ``guildfile``, ``builtin``, ``package``, ..."""
    package: str = ""
    version: str = ""
    model: str = ""
    name: str

    @classmethod
    def parse(cls, text: str) -> OpRef:
        """Read the content of an ``opref`` file; ValueError says what is wrong with it."""
        try:
            words = shlex.split(text)
        except ValueError as error:
            raise ValueError(f"opref {text[:60]!r} has {str(error).lower()}") from error
        if len(words) != 4:  # noqa: PLR2004 - the format has four words
            raise ValueError(f"opref {text[:60]!r} has {len(words)} words, not 4")
        kind, colon, package = words[0].partition(":")
        if not (kind and colon):
            raise ValueError(f"opref {text[:60]!r} does not begin with TYPE:")
        return cls(type=kind, package=package, version=words[1], model=words[2], name=words[3])

    def __str__(self) -> str:
        words = (self.package, self.version, self.model, self.name)
        package, version, model, name = (shlex.quote(word) for word in words)
        return f"{self.type}:{package} {version} {model} {name}"

    def to_opspec(self) -> str:
        """Return the name by which the operation is run: ``train``, ``model:train``, ``train.py``."""
        return f"{self.model}:{self.name}" if self.model else self.name

    @property
    def display_name(self) -> str:
        """The name in listings: as :meth:`to_opspec`, and ``name()`` for a function."""
        return f"{self.name}()" if self.type == "func" else self.to_opspec()


#: The operation of queues, as Guild AI 0.9.0 writes it: each program knows the queues of the other.
QUEUE = OpRef(type="builtin", package="guildai", version="0.9.0", name="queue")
