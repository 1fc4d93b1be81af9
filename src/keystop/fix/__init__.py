"""Putting a look-up in the place of a hard-coded secret."""
