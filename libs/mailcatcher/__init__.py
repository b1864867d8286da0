"""The mailbox of a local suite: takes every mail of its services, delivers none, keeps them in files.

A program of its own; the runner starts `serve.py`, and `./slipway mail` reads the files.
"""
