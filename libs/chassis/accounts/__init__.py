"""The end of an account: its event, its mark, what is forgotten, and what its last tokens are told."""

from chassis.accounts.erasure import ACCOUNT_DELETED, AccountData, AccountErased, AccountEvents, ErasedAddress
from chassis.accounts.gate import AccountGate, ErasedAccounts

__all__ = [
    "ACCOUNT_DELETED",
    "AccountData",
    "AccountErased",
    "AccountEvents",
    "AccountGate",
    "ErasedAccounts",
    "ErasedAddress",
]
