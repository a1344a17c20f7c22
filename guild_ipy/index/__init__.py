"""The index: the part of all runs of a home that listings, tables and selections need, kept in SQLite.

It is a cache. Run directories are the truth. A damaged index is deleted and built anew; where there can be no file,
the same questions are asked of a database in memory; and no verb fails because of it.

- ``index``: the index as the layers above use it
- ``synced``: a database that is brought up to date before each question
- ``database``, ``place``, ``schema``: the file, its place, its tables
- ``rows``: a run as rows
- ``refreshing``: from directories to rows
- ``queries``: from rows to answers
"""
