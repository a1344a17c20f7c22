"""The processes beside a run: fork server, supervisor, and the process that is forked ahead of the next run."""
