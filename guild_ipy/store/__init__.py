"""Run directories on disk; the only layer that reads or writes ``.guild``.

Places: ``home`` · ``run_dir``. Files: ``whole_file`` · ``yaml_codec`` · ``attrs`` · ``attr_types`` · ``manifest`` ·
``output`` · ``events``, with ``tfevents`` · ``scalars``. What a run is doing: ``markers`` · ``lock`` · ``state`` ·
``reconcile`` · ``claim``. Runs: ``run`` · ``runs`` · ``trash``.
"""
