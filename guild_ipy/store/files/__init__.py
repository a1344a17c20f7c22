"""Files of a run directory, written whole and read safely, and the YAML of attributes.

- ``regular_file``: opens files that others may have made
- ``whole_file``: files that appear whole
- ``folders``, ``held_dir``: folders that others may delete meanwhile
- ``attrs``, ``attr_types``: attributes, and the types of those in listings
- ``yaml_codec``: their YAML
- ``messages``: messages on sockets
"""
