"""What a service's tests need: tokens, fakes, and contract suites for the chassis's own protocols."""

from chassis.testing.accounts import AccountErasureContract, GoneAccountContract
from chassis.testing.clock import FakeClock
from chassis.testing.events import FakePublisher
from chassis.testing.exports import AccountExportContract, MemoryExportParts
from chassis.testing.idempotency import IdempotencyStoreContract
from chassis.testing.tokens import AUDIENCE, ISSUER, Issuer, id_of

__all__ = [
    "AUDIENCE",
    "ISSUER",
    "AccountErasureContract",
    "AccountExportContract",
    "FakeClock",
    "FakePublisher",
    "GoneAccountContract",
    "IdempotencyStoreContract",
    "Issuer",
    "MemoryExportParts",
    "id_of",
]
