"""Thumbnails of pictures that nobody vouches for, made in a process that may be killed."""
