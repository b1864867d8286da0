"""The command line that starts, tests, checks and grows the suite."""
