"""Run directories on disk; the only layer that reads or writes ``.guild``.

``home`` · ``run_dir`` · ``yaml_codec`` · ``attrs`` · ``lock`` · ``output`` · ``events`` · ``manifest`` · ``run`` · ``runs``
"""
