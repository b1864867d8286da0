"""The suite in containers: the compose files, and what prepares and provisions inside them."""
