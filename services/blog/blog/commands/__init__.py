"""One-off tasks: each is a module that is run by `python -m` and ends."""
