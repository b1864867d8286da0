"""Mails that the suite sent, as people and tests read them."""
