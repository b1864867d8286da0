"""What a stored mail says: its texts, its links, its headers."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default as modern

from mailcatcher.store import StoredMail

_HREF = re.compile(r"""href\s*=\s*(?:"([^"]*)"|'([^']*)')""", re.IGNORECASE)
_PLAIN = re.compile(r"https?://[^\s<>\"']+")
_TRAILING = ".,;:!?)]}"


@dataclass(frozen=True)
class CaughtMail:
    """A mail as `./slipway mail` shows it: `to` is everybody it went to, `links` each address in it once."""

    id: str
    to: str
    from_: str
    subject: str
    sent_at: str
    text: str
    html: str
    links: tuple[str, ...]
    headers: dict[str, str]

    def document(self) -> dict[str, object]:
        """Return its JSON object."""
        return {name.rstrip("_"): value for name, value in asdict(self).items()}


def read(stored: StoredMail) -> CaughtMail:
    """Read a stored mail; one that no mail program could read has its parts empty."""
    message: EmailMessage = message_from_bytes(stored.content, policy=modern)
    text, markup = _body(message, "plain"), _body(message, "html")
    sent = datetime.fromtimestamp(stored.sent_at, UTC)
    headers = {name: str(value) for name, value in message.items()}
    return CaughtMail(
        id=stored.id,
        to=", ".join(stored.recipients),
        from_=headers.get("From", stored.sender),
        subject=headers.get("Subject", ""),
        sent_at=sent.isoformat(timespec="milliseconds").replace("+00:00", "Z"),
        text=text,
        html=markup,
        links=tuple(dict.fromkeys(_links(text, markup))),
        headers=headers,
    )


def _body(message: EmailMessage, kind: str) -> str:
    part = message.get_body(preferencelist=(kind,))
    if part is None:
        return ""
    try:
        content = part.get_content()
    except (LookupError, ValueError):  # an unknown character set
        content = part.get_payload(decode=True)
    return content if isinstance(content, str) else bytes(content or b"").decode(errors="replace")


def _links(text: str, markup: str) -> Iterator[str]:
    for found in _PLAIN.findall(text):
        yield found.rstrip(_TRAILING)
    for double, single in _HREF.findall(markup):
        address = html.unescape(double or single)
        if address.startswith(("http://", "https://")):
            yield address
