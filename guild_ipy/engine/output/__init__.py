"""What a run prints: its streams, the scalars in it, and the record of how it ended.

- ``streams``: standard output and error
- ``no_input``: a run that asks a question fails with one line
- ``output_scalars``: the scalars in the output of a run, and their event file
- ``line_readers``: what is read of each line, by ``scalar_patterns`` (with ``match_limit``) or by the usual forms
- ``metric_lines``, ``metric_tables``: lines and tables of metrics, of the parts in ``line_parts``, with the names in
  ``metric_names``
- ``unread_metrics``: what a run says that has printed metrics in a form that is not known
- ``flag_echoes``: a metric, or the printed value of a flag
- ``ending``: what is written when a run ends
- ``recover``: writes it where the supervisor was killed
"""
