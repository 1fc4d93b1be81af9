"""Where hunks come from: the index, files, pushed commits."""
