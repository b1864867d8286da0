"""What lies below `.slipway/`: folders, ports, credentials, locks, logs."""
