"""Who calls: access tokens and the keys that verify them."""
