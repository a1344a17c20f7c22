"""From questions to answers: SQL over the tables of the index.

- ``table_reader``: reads records, ids, names and summaries
- ``filter_sql``: filters of listings
- ``where``: expressions of the select language
- ``column_table``, of ``segments``: whole columns
"""
