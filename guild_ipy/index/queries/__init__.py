"""From rows to answers: SQL over the tables of the index.

- ``index_reader``: reads records, ids, names and summaries
- ``filter_sql``: the filters of listings as SQL
- ``expression_sql``: expressions of the select language, as in ``--where``, as SQL
- ``column_table``, of ``segments``: whole columns
"""
