"""What git calls: one page a hook, started by name."""
