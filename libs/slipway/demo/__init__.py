"""`./slipway demo`: the main job end to end, against a running suite, as any client would do it.

It speaks HTTPS only and uses nothing of the services' code.
"""
