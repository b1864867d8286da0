"""Takes mails by SMTP on loopback until SIGTERM; see settings.py for its environment."""

from __future__ import annotations

import asyncio
import logging
import os
import signal
import sys

from aiosmtpd.smtp import SMTP, Envelope, Session

from mailcatcher.settings import MailcatcherSettings, MailcatcherSettingsError
from mailcatcher.store import MailStore

log = logging.getLogger("mailcatcher")


class Catcher:
    """What becomes of a mail: it is on disk before it is acknowledged."""

    def __init__(self, store: MailStore) -> None:
        self._store = store

    async def handle_DATA(self, _server: SMTP, _session: Session, envelope: Envelope) -> str:  # noqa: N802
        """Answer a whole message; the name is aiosmtpd's."""
        content = envelope.original_content or b""
        try:
            mail_id = self._store.keep(envelope.mail_from or "", envelope.rcpt_tos, content)
        except OSError as error:
            log.warning("mail not kept: %s", error)
            return "452 4.3.1 It could not be stored; try again"
        return f"250 OK {mail_id}"


def main() -> int:
    """Serve; returns the exit code (2: the environment is wrong)."""
    logging.basicConfig(level=logging.WARNING)
    try:
        settings = MailcatcherSettings.read(os.environ)
    except MailcatcherSettingsError as error:
        print(f"mailcatcher: {error}", file=sys.stderr)
        return 2
    asyncio.run(_serve(settings))
    return 0


async def _serve(settings: MailcatcherSettings) -> None:
    loop = asyncio.get_running_loop()
    catcher = Catcher(MailStore(settings.folder, settings.most_mails))

    def connection() -> SMTP:
        return SMTP(
            catcher,
            data_size_limit=settings.most_bytes,
            enable_SMTPUTF8=True,
            hostname="localhost",
            loop=loop,
        )

    server = await loop.create_server(connection, "127.0.0.1", settings.port)
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    async with server:
        await stop.wait()


if __name__ == "__main__":
    sys.exit(main())
