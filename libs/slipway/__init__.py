"""The command line that starts, tests, checks and grows the suite."""

__version__ = "0.1.0"
