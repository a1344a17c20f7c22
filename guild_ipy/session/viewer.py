"""What a verb tells the user while it works; each face shows it in its own way."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from guild_ipy.domain.values.flags import Flags, format_flag
from guild_ipy.printable import printable
from guild_ipy.store.displays.display import Display

if TYPE_CHECKING:
    from guild_ipy.session.run_handle import Run


@dataclass(frozen=True, kw_only=True)
class Preview:
    """What is about to run."""

    operation: str
    flags: Flags
    objects: tuple[str, ...] = ()
    """Arguments that are not flags, as ``name=<type>``."""
    dependencies: tuple[str, ...] = ()
    """Which runs are used, a line each; lines below a heading are indented."""
    extent: tuple[str, ...] = ()
    """Of a batch: which flags vary, and how long it will take; for who decides whether it is run."""
    notes: tuple[str, ...] = ()
    """What the user should know: large payloads, files left out of the snapshot."""
    unmet: str = ""
    """The dependency for want of which there will be no run; the error says it again."""
    verb: str = "run"
    """``run``, ``start``, ``restart`` or ``stage``."""
    is_all: bool = False
    """Whether nothing will be run after it."""

    @property
    def title(self) -> str:
        """The first line."""
        return printable(f"You are about to {self.verb} {self.operation}")

    def __str__(self) -> str:
        lines = [self.title]
        lines += [f"  {name}: {format_flag(value)}" for name, value in sorted(self.flags.items())]
        lines += [f"  {text}" for text in (*self.objects, *self.extent)]
        lines += [f"  {text}" for text in self.dependencies]
        lines += [f"  note: {note}" for note in (*self.notes, *filter(None, [self.unmet]))]
        return "\n".join(map(printable, lines))


def format_notes(preview: Preview) -> str:
    """Write the notes alone, a line each, for who is shown no preview."""
    return "".join(f"{printable(f'note: {note}')}\n" for note in preview.notes)


class Viewer(Protocol):
    """Shows a run as it goes; its methods are called in the order in which they are here."""

    def preview(self, preview: Preview) -> bool:
        """Show what is about to run; False when the user declines."""
        ...

    def waiting(self, what: str) -> None:
        """Say what is done before the user's code can begin, as ``loading numpy, sklearn``."""
        ...

    def gave_up(self) -> None:
        """Say that no run comes after all; the error follows."""
        ...

    def began(self, run: Run) -> None:
        """Show a run that has its directory, and is given a process."""
        ...

    def output(self, text: str) -> None:
        """Show new output; carriage returns and colours are still in it."""
        ...

    def display(self, display: Display) -> None:
        """Show what the run displayed besides text, at this place of the output."""
        ...

    def look(self) -> None:
        """Show the time that has passed, and scalars; called several times a second while the run goes."""
        ...

    def left(self, run: Run) -> None:
        """Say that the run goes on in the background."""
        ...

    def not_watched(self, run: Run) -> None:
        """Say that the run goes on, which the user no longer watches."""
        ...

    def ended(self, run: Run) -> None:
        """Say how the run ended, or that it was staged."""
        ...


class SilentViewer:
    """Shows nothing, and agrees; others show a part."""

    def preview(self, preview: Preview) -> bool:  # noqa: ARG002 - the protocol's
        """Agree."""
        return True

    def waiting(self, what: str) -> None:
        """Show nothing."""

    def gave_up(self) -> None:
        """Show nothing."""

    def began(self, run: Run) -> None:
        """Show nothing."""

    def output(self, text: str) -> None:
        """Show nothing."""

    def display(self, display: Display) -> None:
        """Show nothing."""

    def look(self) -> None:
        """Show nothing."""

    def left(self, run: Run) -> None:
        """Show nothing."""

    def not_watched(self, run: Run) -> None:
        """Show nothing."""

    def ended(self, run: Run) -> None:
        """Show nothing."""
