"""Where lists and to-dos are kept."""
