"""The words of the field as frozen values; standard library only.

``status`` · ``opref`` · ``flags`` · ``constants`` · ``label`` · ``scalars`` · ``run_filter`` · ``time_range`` ·
``run_spec`` · ``payload``
"""
