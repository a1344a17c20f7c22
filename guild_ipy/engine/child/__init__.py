"""What the process of a run does: it opens the program, executes it, and leaves its outcome."""
