"""Whatever a mail is made of, it can be read."""

import pytest

from mailcatcher.store import StoredMail
from slipway.mail.reading import CaughtMail, read


def mail(content: bytes) -> CaughtMail:
    return read(StoredMail("0" * 22, 0.0, "suite@example.com", ("anna@example.com",), content))


def test_a_mail_with_html_alone_has_its_links() -> None:
    content = b"Content-Type: text/html; charset=utf-8\r\n\r\n<a HREF='https://a.test/?x=1&amp;y=2'>a</a>"
    assert mail(content).links == ("https://a.test/?x=1&y=2",)
    assert mail(content).text == ""


def test_a_link_is_named_once_and_without_the_sentence_around_it() -> None:
    found = mail(b"\r\nSee https://a.test/b. (https://a.test/b), or mailto:x@a.test\r\n")
    assert found.links == ("https://a.test/b",)


def test_headers_are_those_of_the_mail_and_the_envelope_says_who_got_it() -> None:
    found = mail(b"To: undisclosed:;\r\nX-Kind: test\r\n\r\nHi\r\n")
    assert (found.to, found.from_) == ("anna@example.com", "suite@example.com")
    assert found.headers["X-Kind"] == "test"


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\xff\xfe\x00",
        b"Content-Type: text/plain; charset=no-such\r\n\r\nh\xe9llo",
        b"Content-Type: multipart/mixed; boundary=x\r\n\r\nnothing of it",
        b"Subject: =?utf-8?b?////?=\r\n\r\n.",
        b"Content-Type: application/pdf\r\n\r\n%PDF",
    ],
)
def test_a_mail_that_is_broken_is_shown_as_far_as_it_goes(content: bytes) -> None:
    assert mail(content).sent_at == "1970-01-01T00:00:00.000Z"
