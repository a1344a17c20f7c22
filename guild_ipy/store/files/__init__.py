"""Files of a run directory, written whole and read safely, and the YAML of attributes."""
