"""Making the files of a run before it has a process: directory, program, metadata, placed dependencies."""
