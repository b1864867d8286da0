"""`trust`: how to make browsers and tools trust the local certificates."""

from __future__ import annotations

import hashlib
import ssl

import click

from slipway.commands.context import suite as present_suite
from slipway.terminal import console
from slipway.terminal.problems import MISSING, Problem

_HOW = """\
The suite's certificates are signed by an authority that was made on this machine and is known nowhere else:
  {path}
  SHA-256 {fingerprint}

Trust it for
  one curl call      curl --cacert {quoted} {origin}/livez
  Python requests    export REQUESTS_CA_BUNDLE={quoted}
  Node.js            export NODE_EXTRA_CA_CERTS={quoted}
  Debian, Ubuntu     sudo cp {quoted} {debian}/slipway.crt && sudo update-ca-certificates
  Fedora             sudo cp {quoted} /etc/pki/ca-trust/source/anchors/slipway.pem && sudo update-ca-trust
  Chrome, Chromium   certutil -d sql:$HOME/.pki/nssdb -A -t C,, -n slipway -i {quoted}  (libnss3-tools)
  Firefox            Settings, Privacy & Security, View Certificates, Authorities, Import

With {key} anybody can make certificates that your machine trusts; it is readable by you only.
To stop trusting it, remove it from the same place."""


@click.command()
def command() -> None:
    """Print how to trust the certificate authority that the first `up` made."""
    suite = present_suite()
    root = suite.layout.authority / "root.pem"
    if not root.exists():
        raise Problem(
            "there is no certificate authority yet", next_step="run `./slipway up` first", code=MISSING
        )
    der = ssl.PEM_cert_to_DER_cert(root.read_text(encoding="ascii"))
    digest = hashlib.sha256(der).hexdigest().upper()
    fingerprint = ":".join(digest[place : place + 2] for place in range(0, len(digest), 2))
    origin = next(iter(suite.origins().values()), "")
    key = suite.layout.authority / "root.key"
    console.say(
        _HOW.format(
            path=root,
            quoted=f"'{root}'",
            debian="/usr/local/share/ca-certificates",
            fingerprint=fingerprint,
            origin=origin,
            key=key,
        )
    )
