"""`mail`: the mails that the suite sent."""

from __future__ import annotations

import json
import webbrowser

import click

from mailcatcher.settings import MOST_MAILS
from mailcatcher.store import MailStore
from slipway.commands.context import suite as present_suite
from slipway.mail import page
from slipway.mail.reading import CaughtMail, read
from slipway.terminal import console
from slipway.terminal.problems import USAGE, Problem


@click.group()
def command() -> None:
    """Read the mails that the suite sent: none leaves this machine."""


@command.command("list")
@click.option("--json", "as_json", is_flag=True, help="Print a JSON array, each mail whole.")
def list_mails(*, as_json: bool) -> None:
    """Show what was sent to anybody, the newest first."""
    mails = _all()
    if as_json:
        console.out.print_json(json.dumps([mail.document() for mail in mails]))
        return
    table = console.new_table("id", "sent at", "to", "subject")
    for mail in mails:
        table.add_row(mail.id, mail.sent_at, mail.to, mail.subject)
    console.print_table(table)


@command.command()
@click.argument("mail_id", metavar="ID")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def show(mail_id: str, *, as_json: bool) -> None:
    """Show the mail ID: headers, text, links."""
    stored = _store().read(mail_id)
    if stored is None:
        raise Problem(f"there is no mail {mail_id}", next_step="./slipway mail list shows them", code=USAGE)
    mail = read(stored)
    if as_json:
        console.out.print_json(json.dumps(mail.document()))
        return
    for name, value in mail.headers.items():
        console.say(f"{name}: {value}", "dim")
    console.say(f"\n{mail.text or mail.html}")
    for link in mail.links:
        console.say(link, "bold")


@command.command("open")
def open_page() -> None:
    """Write the mailbox as a page and open it in the browser."""
    path = present_suite().state / "mail.html"
    page.write(path, _all())
    webbrowser.open(path.as_uri())
    console.say(f"The mailbox is in {path}; only you may read it.")


def _all() -> list[CaughtMail]:
    store = _store()
    found = (store.read(mail_id) for mail_id in store.ids())
    return [read(stored) for stored in found if stored]  # one may have been dropped meanwhile


def _store() -> MailStore:
    return MailStore(present_suite().mail.folder, MOST_MAILS)
