"""The calls of the service, a module per noun."""
