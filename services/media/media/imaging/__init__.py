"""Thumbnails of untrusted pictures, made in a process that may be killed."""
