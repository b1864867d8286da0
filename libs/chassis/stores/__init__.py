"""What stores are made of: AWS clients, the cache in Redis, one call for many."""
