"""What an operation requires: which runs and files that means today, and where they go in its run."""
