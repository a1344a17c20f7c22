"""Run directories on disk; the only layer that reads or writes ``.guild``.

``home`` · ``run_dir`` the names of all files · ``run`` · ``runs`` · ``manifest`` · ``output`` · ``deps``, with
``stand_in_ids`` · ``input_runs`` · ``claim`` of a run that is to be started · ``trash`` · ``attr_change`` ·
``owners`` · ``left_behind`` and ``skeletons`` of killed processes

``files`` read and written whole · ``state`` of a run · ``events`` with scalars
"""
