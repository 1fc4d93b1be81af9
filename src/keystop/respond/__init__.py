"""What follows a finding."""
