"""From what the user wrote to a RunSpec: ``flags``, ``script``, ``sourcecode``."""
