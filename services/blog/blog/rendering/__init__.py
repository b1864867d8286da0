"""What posts look like."""
