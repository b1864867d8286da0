"""A service of one slow route, for tests of what runs services."""
