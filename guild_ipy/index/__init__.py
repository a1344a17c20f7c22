"""The index: what listings, tables and selections need of all runs of a home, kept in SQLite.

It is a cache. Run directories are the truth; an index that is damaged, missing or busy is built anew or done without,
and no verb fails because of it.
"""
