"""What secrets look like: one TOML file a provider. Read as data; see `keystop.records`."""
