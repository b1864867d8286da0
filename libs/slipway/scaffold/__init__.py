"""New services: what they are called, the template they are made from, and taking one away again."""

from slipway.scaffold.naming import Naming
from slipway.scaffold.service import Choices, create, remove

__all__ = ["Choices", "Naming", "create", "remove"]
