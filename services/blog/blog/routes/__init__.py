"""The calls, a module per noun."""
