"""What clients send and get, a module per noun."""
