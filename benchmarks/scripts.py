"""What a run of a script costs that does nothing, in a fresh interpreter, beside a bare spawn and ``guild run``."""

from contender import Contender
from overhead import GUILD_COMMAND, ask, guild_command_case, start_limits
from race import Case, race
from report import Figure, Report, outcome_table, run_alone

SCRIPT = "guild_ipy.run of a script, fresh interpreter"
LIMIT = "bare spawn of the script + the same files"
SPAWN = "bare spawn of the script alone"


def measure(rounds: int) -> Report:
    """Race ourselves, the bare spawn and the peer."""
    kernel = Contender("kernel.py")
    limits = start_limits(kernel, "script")
    cases = [
        ask(kernel, SCRIPT, "script"),
        ask(limits, LIMIT, "spawn with files"),
        ask(limits, SPAWN, "spawn"),
        *guild_command_case(),
    ]
    outcome = race(cases, rounds)
    kernel.close()
    limits.close()
    missing = [] if is_there(GUILD_COMMAND, cases) else [GUILD_COMMAND]
    return Report(
        script="scripts.py",
        figures=[
            Figure(
                promise="script in a fresh interpreter / bare spawn of it with the same files",
                most=1.5,
                found=outcome.ratio(SCRIPT, LIMIT),
            ),
            Figure(
                promise="`guild run` / script in a fresh interpreter",
                least=50,
                found=None if missing else outcome.ratio(GUILD_COMMAND, SCRIPT),
            ),
        ],
        tables=[
            outcome_table("A run of an empty script", outcome, [case.name for case in cases], LIMIT, missing),
        ],
    )


def is_there(name: str, cases: list[Case]) -> bool:
    """Whether a case takes part."""
    return name in {case.name for case in cases}


if __name__ == "__main__":
    run_alone(measure)
