"""The end of an account: its event, its mark, what is forgotten, and what its last tokens are told.

And what an account is handed over of itself while it lives.
"""

from chassis.accounts.addresses import AccountAddress
from chassis.accounts.erasure import ACCOUNT_DELETED, AccountData, AccountErased, AccountEvents
from chassis.accounts.export import EXPORT_REQUESTED, AccountExports, ExportedFile
from chassis.accounts.gate import AccountGate, ErasedAccounts

__all__ = [
    "ACCOUNT_DELETED",
    "EXPORT_REQUESTED",
    "AccountAddress",
    "AccountData",
    "AccountErased",
    "AccountEvents",
    "AccountExports",
    "AccountGate",
    "ErasedAccounts",
    "ExportedFile",
]
