"""Packing code of the notebook, with what it uses, to travel to another process."""
