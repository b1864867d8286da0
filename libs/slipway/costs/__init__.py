"""What an environment costs, from its plan: while nobody uses it, and by use."""
