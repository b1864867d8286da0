"""Where accounts, sessions, keys and events are kept: Postgres, and memory for tests."""
