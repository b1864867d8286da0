"""The AWS emulator of a local suite: MiniStack, made durable, with DynamoDB elsewhere.

Runs in an environment of its own (`requirements/emulator.txt`) and therefore
imports nothing of the rest of `slipway`; the runner starts `serve.py`.
"""
