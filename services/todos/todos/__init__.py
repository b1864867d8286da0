"""Lists and to-dos: the service behind `todos.<domain>`."""
