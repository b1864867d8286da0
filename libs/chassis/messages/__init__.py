"""Events: the envelope, the outbox that loses none, and the worker that handles them."""
