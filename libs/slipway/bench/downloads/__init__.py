"""What downloads cost at the edge, beside nginx over the same files and a service that sends them itself."""
