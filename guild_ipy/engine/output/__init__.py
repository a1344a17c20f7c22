"""What a run prints: its streams, the scalars in it, and the record of how it ended.

- ``streams``: standard output and error
- ``no_input``: a run that asks a question fails with one line
- ``output_scalars``, with ``flag_echoes`` and ``match_limit``: scalars in the output
- ``ending``: what is written when a run ends
- ``recover``: writes it where the supervisor was killed
"""
