"""The rules of accounts, sessions, tokens and keys, in plain Python."""
