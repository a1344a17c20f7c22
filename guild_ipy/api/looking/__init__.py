"""Looking at runs: lists, facts about one run, its lineage, operations."""
