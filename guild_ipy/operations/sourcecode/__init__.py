"""The source code of the moment: which files of a project are copied, and their digest."""
