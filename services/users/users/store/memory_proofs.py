"""Addresses that wait to be confirmed, in memory, for tests."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from uuid import UUID

from users.domain.records import Proof
from users.errors import EmailTaken, ProofRefused
from users.store.memory import MemoryTables


class MemoryProofs:
    """A ProofStore."""

    def __init__(self, tables: MemoryTables) -> None:
        self._tables = tables
        self._claimed: dict[bytes, datetime] = {}

    def put(self, proof: Proof) -> None:
        with self._tables.lock:
            self._tables.account(proof.account_id)
            self._tables.proofs[proof.account_id] = proof

    def waiting(self, account_id: UUID, now: datetime) -> str | None:
        proof = self._tables.proofs.get(account_id)
        return proof.email if proof is not None and proof.expires_at > now else None

    def withdraw(self, account_id: UUID) -> None:
        self._tables.proofs.pop(account_id, None)

    def confirm(self, digest: bytes, now: datetime) -> None:
        with self._tables.lock:
            alive = (proof for proof in self._tables.proofs.values() if proof.expires_at > now)
            proof = next((one for one in alive if one.digest == digest), None)
            if proof is None:
                raise ProofRefused
            if any(
                one.email_key == proof.email_key and one.id != proof.account_id
                for one in self._tables.accounts.values()
            ):
                raise EmailTaken
            account = self._tables.account(proof.account_id)
            self._tables.accounts[account.id] = replace(
                account,
                email=proof.email,
                email_key=proof.email_key,
                email_verified=True,
                version=account.version + 1,
            )
            del self._tables.proofs[proof.account_id]

    def claim(self, now: datetime, until: datetime, limit: int) -> list[Proof]:
        with self._tables.lock:
            due = [
                proof
                for proof in self._tables.proofs.values()
                if proof.sealed is not None
                and proof.expires_at > now
                and self._claimed.get(proof.digest, now) <= now
            ]
            claimed = sorted(due, key=lambda proof: proof.created_at)[:limit]
            self._claimed |= {proof.digest: until for proof in claimed}
            return claimed

    def release(self, proof: Proof) -> None:
        self._claimed.pop(proof.digest, None)

    def sent(self, proof: Proof) -> None:
        with self._tables.lock:
            present = self._tables.proofs.get(proof.account_id)
            if present is not None and present.digest == proof.digest:
                self._tables.proofs[proof.account_id] = replace(present, sealed=None)

    def purge(self, now: datetime) -> int:
        with self._tables.lock:
            over = [key for key, proof in self._tables.proofs.items() if proof.expires_at <= now]
            for account_id in over:
                del self._tables.proofs[account_id]
            return len(over)
