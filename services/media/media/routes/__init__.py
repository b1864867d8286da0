"""The calls of the media service, one module per noun."""
