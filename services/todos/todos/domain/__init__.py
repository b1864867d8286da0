"""The rules of lists and to-dos, in plain Python."""
