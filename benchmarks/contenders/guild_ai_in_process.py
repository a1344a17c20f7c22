"""A peer: ``guild.ipy.run`` of Guild AI 0.9.0, which runs the function in the calling process."""

import guild.ipy
from answering import answer, timed


def empty():
    """Do nothing."""


def trivial(lr, layers, name):
    """Take three flags and report three scalars."""
    print(f"loss: {lr}")
    print(f"accuracy: {1 - lr}")
    print(f"size: {layers}")
    return name


if __name__ == "__main__":
    answer(
        {
            "empty": timed(lambda: guild.ipy.run(empty)),
            "trivial": timed(lambda: guild.ipy.run(trivial, lr=0.1, layers=3, name="small")),
        }
    )
