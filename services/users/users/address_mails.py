"""Sends the mails about addresses that are to be confirmed."""

from __future__ import annotations

import logging
from datetime import timedelta
from pathlib import Path

from chassis.clock import Clock
from chassis.errors import Transient
from chassis.messages.mail import Mail, Mailer, MailRefused, MailTemplates, Written
from users.domain.address_proofs import mail_key
from users.domain.ports import AccountStore, ProofStore
from users.domain.records import Proof
from users.domain.sealing import Sealer
from users.errors import AccountNotFound

log = logging.getLogger(__name__)

_TEMPLATES = Path(__file__).with_name("templates")
_AT_ONCE = 10
_CLAIM = timedelta(seconds=60)
"""So long a mail is its claimant's; when that one dies before noting it, it is sent again."""


class AddressMails:
    """Mails each proof's link to its address; to one that another account has, a notice without a link.

    `page` is the address of the page that confirms, without its token.
    """

    def __init__(
        self,
        accounts: AccountStore,
        store: ProofStore,
        sealer: Sealer,
        mailer: Mailer,
        page: str,
        clock: Clock,
    ) -> None:
        self._accounts = accounts
        self._store = store
        self._sealer = sealer
        self._mailer = mailer
        self._page = page
        self._clock = clock
        self._templates = MailTemplates(_TEMPLATES)

    def run(self) -> None:
        """Send what is due. Raises Transient when mail or the database is away; it stays due then."""
        while True:
            now = self._clock()
            claimed = self._store.claim(now, now + _CLAIM, _AT_ONCE)
            for proof in claimed:
                self._send(proof)
            if len(claimed) < _AT_ONCE:
                return

    def _send(self, proof: Proof) -> None:
        try:
            written = self._write(proof)
            self._mailer.send(Mail(mail_key(proof), proof.email, written.subject, written.text, written.html))
        except AccountNotFound:  # erased meanwhile, and the proof with it
            return
        except MailRefused:  # its text may name the address, which no log is to hold
            log.warning("mail refused", extra={"account": str(proof.account_id)})
        except Transient:
            self._store.release(proof)
            raise
        self._store.sent(proof)

    def _write(self, proof: Proof) -> Written:
        holder = self._accounts.find(proof.email_key)
        if holder is not None and holder.id != proof.account_id:
            return self._templates.write("address_in_use", {"name": holder.name})
        account = self._accounts.get(proof.account_id)
        token = self._sealer.open(proof.sealed or b"", str(proof.account_id)).decode()
        hours = round((proof.expires_at - proof.created_at).total_seconds() / 3600)
        values = {"name": account.name, "hours": hours, "link": f"{self._page}#token={token}"}
        return self._templates.write("confirm_address", values)
