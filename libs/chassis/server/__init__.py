"""The web server: gunicorn with its sockets and workers, and the container's entry."""
