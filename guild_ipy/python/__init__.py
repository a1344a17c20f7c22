"""The verbs as Python functions; ``guild_ipy`` gives them as its own names.

- ``running``: run, start, watch, stop
- ``scheduling``: restage, queue
- ``batch_handle``: a batch that a user holds
- ``looking``: select, info, lineage, ls, cat, operations
- ``keeping``: mark, label, tag, comment, delete, restore, purge
- ``analysis``: compare, diff, tensorboard
- ``tables``: table
- ``declaring``: the decorator
- ``project``: the folder of the project
- ``options``: keywords that begin with ``_``
"""
