"""Starting runs: finding what they depend on, giving them a process, following them; and starting them again."""
