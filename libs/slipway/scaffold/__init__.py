"""New services: what they are called and have, the template they are made from, and taking one away again."""

from slipway.scaffold.choices import Choices, Store, subscriptions
from slipway.scaffold.naming import Naming, usual_noun
from slipway.scaffold.service import create, remove

__all__ = ["Choices", "Naming", "Store", "create", "remove", "subscriptions", "usual_noun"]
