"""The process: gunicorn with its sockets and workers, the container's entry, work in the background."""
