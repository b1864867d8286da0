"""What every process of a service does: work until told to stop, and end when its environment has changed."""
