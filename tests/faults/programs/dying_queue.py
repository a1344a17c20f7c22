"""The program of a queue that kills itself: its ``main.py``, and the module of its program, which a fork executes."""

from dying import arrange_death

from guild_ipy.scheduling.queue_program import execute, run_queue_main

__all__ = ["execute"]

arrange_death()

if __name__ == "__main__":
    run_queue_main(__file__)
