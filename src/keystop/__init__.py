"""keystop stops hard-coded credentials before they leave a developer's machine."""

__version__ = "0.1.0"
