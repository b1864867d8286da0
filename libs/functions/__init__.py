"""AWS Lambda on this machine: a function's processes, the HTTP API before them, and what else calls them."""
