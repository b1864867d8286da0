"""Environments with more services than the suite has: which folders are added to each."""

from __future__ import annotations

from typing import Any

from slipway.scaffold import Choices, Naming
from slipway.scaffold.rendering import render

_HEARD = {"users-events": ("users.account.created.v1",)}
CHOICES: dict[str, dict[str, Any]] = {
    "orders": {},
    "parcels": {"cache": True, "publishes": True, "public": True, "subscribes": _HEARD},
    "receipts": {"store": "postgres", "publishes": True},
    "quotes": {"store": "none"},
    "tariffs": {"store": "none", "subscribes": _HEARD},
}


def _made(name: str) -> str:
    choices = Choices(Naming.of(name, None), f"The {name} of each account.", **CHOICES[name])
    return next(text for path, text in render(choices.for_template()) if path.name == "service.yaml")


_ONE_OF_MANY = """
name: extra{number}
description: One of many services, which exist for a test.
subdomain: extra{number}
roles:
  api: {{kind: web}}
gateway:
  cache: [{{path: /v1/posts, seconds: 1{number:02}}}]
"""

# What CloudWatch draws of these: more than fits side by side, and nothing at all.
_PLENTY = """
name: plenty
description: A service of many stores, which nobody reaches from outside.
subdomain: plenty
visibility: private
roles:
  api: {kind: web}
  worker: {kind: worker}
stores:
  tables:
    - {name: plenty0, env: TABLE_0, partition: pk}
    - {name: plenty1, env: TABLE_1, partition: pk}
    - {name: plenty2, env: TABLE_2, partition: pk}
    - {name: plenty3, env: TABLE_3, partition: pk}
    - {name: plenty4, env: TABLE_4, partition: pk}
queues:
  - {name: plenty0, env: QUEUE_0_QUEUE_URL, consumer: worker}
  - {name: plenty1, env: QUEUE_1_QUEUE_URL, consumer: worker}
  - {name: plenty2, env: QUEUE_2_QUEUE_URL, consumer: worker}
  - {name: plenty3, env: QUEUE_3_QUEUE_URL, consumer: worker}
  - {name: plenty4, env: QUEUE_4_QUEUE_URL, consumer: worker}
"""


# Everything that a manifest may ask for.
_NOTES = """
name: field_notes_of_people
description: Notes, which exist to be added to the suite by a test.
subdomain: notes
roles:
  api: {kind: web, scaling: {min: 2, max: 4, requests_per_target: 50}}
  worker: {kind: worker, scaling: {min: 1, max: 3, messages_per_task: 10}}
  migrate: {kind: task}
stores:
  postgres: {database: notes}
  redis: {}
  tables:
    - name: notes
      env: NOTES_TABLE
      partition: pk
      sort: sk
      ttl: expires_at
      stream: NEW_IMAGE
      indexes:
        - {name: by_tag, partition: tag, sort: sk}
  buckets:
    - {name: notes, env: NOTES_BUCKET, browser_uploads: true}
publishes:
  topic: notes-events
  types: [notes.note.created.v1]
queues:
  - name: notes-users-events
    env: USERS_EVENTS_QUEUE_URL
    consumer: worker
    subscribes:
      - {topic: users-events, types: [users.account.deleted.v1]}
permissions:
  - {allow: ["dynamodb:GetItem"], on: [table/notes]}
secrets:
  - {env: NOTES_KEY}
gateway:
  per_second: 20
  limits:
    - {path: /v1/notes, per_second: 5, burst: 5}
"""

_EVERYWHERE = {name: _made(name) for name in CHOICES}

ADDED: dict[str, dict[str, str]] = {
    "dev": _EVERYWHERE,
    "staging": _EVERYWHERE
    | {f"extra{number}": _ONE_OF_MANY.format(number=number) for number in range(12)}
    | {"plenty": _PLENTY},
    "prod": _EVERYWHERE | {"field_notes_of_people": _NOTES},
}
"""By environment and folder: each choice of `./slipway new`, many services, and one that has everything."""

LONGEST_NAMES = ("-var=project=longwinded", "-var=environment=verbosed")
"""What production is called with them: as long as it may be."""
