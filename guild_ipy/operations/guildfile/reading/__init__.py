"""Reads the text of a Guild file into values that know their place.

- ``yaml_text``, ``yaml_nodes``: YAML within limits, and its values
- ``fields``: values of one type
- ``known_attributes``: all attributes of Guild files
- ``items``: the models and configs of a file, and of the files that it includes
- ``inheritance``, ``sections``, ``params``: extends, $include and ``{{ name }}``
"""
