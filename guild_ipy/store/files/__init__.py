"""Files of a run directory, written whole and read safely, and the YAML of attributes.

``regular_file`` opens what others may have made · ``whole_file`` · ``folders`` · ``held_dir`` · ``attrs``, with
``attr_types`` · ``yaml_codec`` · ``messages`` on sockets
"""
