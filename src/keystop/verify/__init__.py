"""`keystop verify`: asks a provider, once and on request, whether a secret works."""
