"""What the services are told: their environment, their database users, their cache users."""
