"""What the service does, in plain Python."""
