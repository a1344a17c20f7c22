"""A run that asks the user something fails with one line, which says what to do instead: a run has no input.

That goes for ``input``, ``getpass``, debuggers, consoles, and the prompts of click, whenever a run imports them.

Light on imports: see :mod:`guild_ipy.engine.child.process`.
"""

from __future__ import annotations

import builtins
import sys

TYPE_CHECKING = False  # typing.TYPE_CHECKING, without loading typing
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from importlib.machinery import ModuleSpec
    from types import FrameType, ModuleType
    from typing import Any

_NOBODY = "a run has no input (stdin is /dev/null) and cannot be asked"
_NO_DEBUGGER = (
    "a run has no input (stdin is /dev/null), so a debugger has nobody to ask; "
    "call the function itself, or start the script with python, to debug it"
)
_NO_CONSOLE = (
    "a run has no input (stdin is /dev/null), so a console has nobody to ask; "
    "call the function itself, or start the script with python, to look around in it"
)


def refuse_questions() -> None:
    """Have this process refuse everything that asks the user."""
    builtins.input = refuse_input
    if any(isinstance(finder, _AskerFinder) for finder in sys.meta_path):
        return
    for name, refuse in _ASKERS.items():
        if name in sys.modules:
            refuse(sys.modules[name])
    sys.meta_path.insert(0, _AskerFinder())


def refuse_input(prompt: object = "", /) -> str:
    """Stand for ``input``."""
    raise EOFError(_describe(prompt))


def refuse_password(prompt: object = "Password: ", *_: object, **__: object) -> str:
    """Stand for ``getpass.getpass``."""
    raise EOFError(_describe_secret(prompt))


def _describe(prompt: object, remedy: str = "pass it as a flag") -> str:
    question = str(prompt).strip()
    return f"{_NOBODY}{f' {question!r}' if question else ''}; {remedy}"


def _describe_secret(prompt: object) -> str:
    return _describe(prompt, "read the secret from an environment variable or a file")


# -- modules that ask the user


def _refuse_passwords(getpass: ModuleType) -> None:
    getpass.getpass = getpass.unix_getpass = refuse_password  # type: ignore[attr-defined]


def _refuse_debuggers(pdb: ModuleType) -> None:
    """Refuse debuggers that read standard input; one with other streams, of a socket for example, is allowed."""

    def set_trace(*_: object, **__: object) -> None:
        raise EOFError(_NO_DEBUGGER)

    debugger: Any = pdb.Pdb
    pdb.set_trace = set_trace  # type: ignore[attr-defined]
    debugger.set_trace = _unless_asking_here(debugger.set_trace, finds_frame=True)
    for name in ("run", "runeval", "runcall", "interaction"):
        setattr(debugger, name, _unless_asking_here(getattr(debugger, name)))


def _unless_asking_here(method: Callable[..., Any], *, finds_frame: bool = False) -> Callable[..., Any]:
    def call(self: Any, *args: Any, **keywords: Any) -> Any:  # noqa: ANN401 - whatever the method takes and gives
        if self.use_rawinput:
            raise EOFError(_NO_DEBUGGER)
        if finds_frame and not args:
            keywords["frame"] = keywords.get("frame") or _caller()
        return method(self, *args, **keywords)

    return call


def _caller() -> FrameType:
    return sys._getframe(2)  # noqa: SLF001 - what debuggers do themselves


def _refuse_prompts(termui: ModuleType) -> None:
    """Refuse with an error of click, which takes an EOFError for a user who ends the input and drops its message."""
    exceptions: Any = sys.modules[termui.__name__.replace("termui", "exceptions")]  # imported by termui

    def refuse(describe: Callable[[object], str]) -> Callable[[object], str]:
        def ask(prompt: object) -> str:
            if not str(prompt).strip():  # an older click has written the prompt already
                sys.stdout.write("\n")
            raise exceptions.ClickException(describe(prompt))

        return ask

    termui.visible_prompt_func = refuse(_describe)  # type: ignore[attr-defined]
    termui.hidden_prompt_func = refuse(_describe_secret)  # type: ignore[attr-defined]


def _refuse_consoles(code: ModuleType) -> None:
    """Refuse consoles that read standard input; they take an EOFError of ``input`` for a user who ends the input."""
    console: Any = code.InteractiveConsole
    interact, reads_here = console.interact, console.raw_input

    def call(self: Any, *args: Any, **keywords: Any) -> Any:  # noqa: ANN401 - as the method
        if type(self).raw_input is reads_here:
            raise EOFError(_NO_CONSOLE)
        return interact(self, *args, **keywords)

    console.interact = call


def _refuse_console(*_: object, **__: object) -> None:
    raise EOFError(_NO_CONSOLE)


def _refuse_shells(module: ModuleType) -> None:
    """Refuse IPython's terminal shells."""
    module.TerminalInteractiveShell.interact = _refuse_console


def _refuse_embedded(module: ModuleType) -> None:
    """Refuse ``IPython.embed()``, which would show the error in its own way."""
    module.embed = _refuse_console  # type: ignore[attr-defined]


_ASKERS: Mapping[str, Callable[[ModuleType], None]] = {
    "getpass": _refuse_passwords,
    "pdb": _refuse_debuggers,
    "code": _refuse_consoles,
    "IPython.terminal.interactiveshell": _refuse_shells,
    "IPython.terminal.embed": _refuse_embedded,
    "click.termui": _refuse_prompts,
    "typer._click.termui": _refuse_prompts,
}


class _AskerFinder:
    """Changes these modules when they are imported, before other modules import functions from them."""

    def find_spec(self, name: str, path: Sequence[str] | None, target: ModuleType | None = None) -> ModuleSpec | None:
        refuse = _ASKERS.get(name)
        if refuse is None:
            return None
        others = (finder for finder in sys.meta_path if finder is not self)
        spec = next((found for finder in others if (found := finder.find_spec(name, path, target))), None)
        loader = getattr(spec, "loader", None)
        if hasattr(loader, "__dict__") and not isinstance(loader, type):
            _change_when_loaded(loader, refuse)
        return spec


def _change_when_loaded(loader: Any, refuse: Callable[[ModuleType], None]) -> None:  # noqa: ANN401 - of any finder
    def exec_module(module: ModuleType) -> None:
        del loader.exec_module
        loader.exec_module(module)
        refuse(module)

    loader.exec_module = exec_module
