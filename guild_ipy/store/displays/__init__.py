"""What a run has displayed besides text: pictures, tables, Markdown, at their places in its output.

- ``display``: one display: its place, its mimebundle, and what a page may be shown of it
- ``display_log``: the file of all displays of a run, which is written while the run goes
- ``signing_key``: the key that tells a user's own displays from those of others
"""
