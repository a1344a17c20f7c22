"""The words of the field as frozen values; standard library only.

Runs: ``attributes`` the table of what every run has · ``ids`` · ``status`` · ``opref`` · ``operation_name`` ·
``label`` · ``scalars`` · ``run_filter`` · ``time_range`` · ``durations`` · ``best`` · ``chosen_run``

Flags: ``flags`` · ``flag_text`` · ``list_text`` · ``argument`` · ``shapes``, with ``shape_words`` · ``forms``

Operations: ``operation`` · ``command`` · ``dependency``, with ``dependency_json``, ``source_kind`` and
``resolved_dependency`` · ``program`` · ``run_spec`` · ``secret_files`` · ``secret_values``

Source: ``constants`` · ``global_map`` · ``changed_source`` · ``notebook_cells``

What travels to a run: ``payload`` · ``opening`` · ``copies`` · ``sent_modules`` · ``notebook_state`` · ``setup`` ·
``yielded``
"""
