"""The calls, one module per noun; each parses, calls one thing and returns."""
