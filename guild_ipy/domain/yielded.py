"""The values that a generator yielded and the value that it returned, as one value.

Pickles of results name this module and its class: keep their names.
"""

from __future__ import annotations

from typing import Any


class Yielded(list[Any]):
    """The values that a generator yielded, if it also returned one.

    Attributes
    ----------
    returned
        The value of its ``return``.

    Examples
    --------
    >>> values = Yielded([0.5, 0.25], returned="model")
    >>> values, values == [0.5, 0.25], values.returned
    ([0.5, 0.25], True, 'model')
    """

    def __init__(self, values: list[Any], *, returned: Any) -> None:  # noqa: ANN401 - any value
        super().__init__(values)
        self.returned = returned

    def __reduce__(self) -> tuple[Any, ...]:
        return _make_yielded, (list(self), self.returned)


def _make_yielded(values: list[Any], returned: Any) -> Yielded:  # noqa: ANN401 - as above
    return Yielded(values, returned=returned)
