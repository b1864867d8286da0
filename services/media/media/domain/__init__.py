"""What the media service does, in plain Python; stores and the renderer come in through constructors."""
