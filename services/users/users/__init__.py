"""Accounts, sessions, tokens and keys: the suite's identity service."""
