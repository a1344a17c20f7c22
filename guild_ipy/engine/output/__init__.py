"""What a run prints: its streams, the scalars in it, and the record of how it ended.

``streams`` · ``asking`` a run that asks gets no answer · ``output_scalars``, with ``flag_echoes`` and ``match_limit`` ·
``ending`` what is written at the end · ``recover`` does it where the supervisor was killed
"""
