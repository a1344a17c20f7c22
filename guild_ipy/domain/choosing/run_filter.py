"""The filter of a listing of runs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from guild_ipy.domain.choosing.operation_name import check_operation_name
from guild_ipy.domain.status import RunStatus
from guild_ipy.errors import UsageError

if TYPE_CHECKING:
    from guild_ipy.domain.choosing.time_range import TimeRange


@dataclass(frozen=True, kw_only=True)
class RunFilter:
    """Tests that a run must all pass; an empty field tests nothing.

    Names within one field are alternatives (as in ``guild runs -Fo a -Fo b``).
    """

    operations: tuple[str, ...] = ()
    """Names of operations, as :mod:`guild_ipy.domain.choosing.operation_name` reads them."""
    labels: tuple[str, ...] = ()
    """Texts that the label contains."""
    tags: tuple[str, ...] = ()
    comments: tuple[str, ...] = ()
    """Texts that a comment contains."""
    statuses: frozenset[RunStatus] = frozenset()
    unlabeled: bool = False
    marked: bool | None = None
    started: TimeRange | None = None
    digest: str | None = None
    """Beginning of the source digest."""
    notebooks: tuple[str, ...] = ()
    """Files of notebooks: whole paths, or their last names, such as ``train.ipynb``."""
    projects: tuple[str, ...] = ()
    """Folders, likewise."""
    trials_of: str | None = None
    """Beginning of the id of a batch."""
    without_batches: bool = False
    """Leave out batches; their trials stay."""
    where: str | None = None
    """An expression of the select language (:mod:`guild_ipy.query.parse`)."""
    deleted: bool = False
    """Look at the trash in place of the live runs."""
    limit: int | None = None

    def __post_init__(self) -> None:
        """Refuse values that would raise other errors later."""
        if not isinstance(self.where, str | None):
            raise UsageError(f"where takes a text, not {self.where!r}")
        for name in self.operations:
            try:
                check_operation_name(name)
            except ValueError as error:
                raise UsageError(f"operation {error}") from error
        if self.limit is not None and (type(self.limit) is not int or self.limit < 0):
            raise UsageError(f"limit takes a whole number from 0 up, not {self.limit!r}")


#: The filter that every live run passes.
EVERY = RunFilter()
