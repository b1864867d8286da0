"""Real stores for tests: a private set of the parts, started once for a whole test run."""
