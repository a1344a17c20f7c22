"""From the text of a Guild file to values that know their place.

- ``yaml_text``, ``yaml_nodes``: YAML within limits, and its values
- ``fields``: values of one type
- ``known_attributes``: the attributes that there are
- ``items``: the items of a file, and of those it includes
- ``inheritance``, ``sections``, ``params``: extends, $include and {{ name }}
"""
