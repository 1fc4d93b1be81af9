"""What depends on a credential."""
