"""What a request tells of the device behind it."""

from __future__ import annotations

from flask import Request

from users.domain.records import Device

_LONGEST_USER_AGENT = 256


def client_device(request: Request) -> Device:
    """Return the device; what is not printable of its user agent is left out."""
    agent = "".join(character for character in request.user_agent.string if character.isprintable())
    return Device(agent[:_LONGEST_USER_AGENT], request.remote_addr or "")
