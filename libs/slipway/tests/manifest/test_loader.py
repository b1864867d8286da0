from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from slipway.manifest import ManifestError, issuer_of, load, load_all

NOTES = """\
name: notes
description: Notes of all kinds, for tests.
subdomain: notes
roles:
  api: {kind: web}
  worker: {kind: worker}
stores:
  tables:
    - {name: notes, env: NOTES_TABLE, partition: pk}
  buckets:
    - {name: scans, env: SCANS_BUCKET, notify_topic: new-scans}
publishes:
  topic: notes-events
  types: [notes.note.written.v1]
queues:
  - name: notes-scans
    env: SCANS_QUEUE_URL
    consumer: worker
    subscribes:
      - {topic: new-scans}
permissions:
  - allow: ["dynamodb:GetItem"]
    on: [table/notes, table/notes/index/by-date]
"""


@pytest.fixture
def root(tmp_path: Path) -> Path:
    write(tmp_path, "notes", NOTES)
    return tmp_path


def write(root: Path, name: str, text: str) -> Path:
    path = root / "services" / name / "service.yaml"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return path


def other(**changes: Any) -> str:
    """Another service's manifest, one key to a line."""
    data = {
        "name": "other",
        "description": "Another service.",
        "subdomain": "other",
        "roles": {"api": {"kind": "web"}},
    }
    return yaml.safe_dump(data | changes, sort_keys=False, default_flow_style=False)


def said(root: Path) -> list[str]:
    """What is wrong, one line each, with the file's path shortened."""
    with pytest.raises(ManifestError) as caught:
        load_all(root)
    return str(caught.value).replace(f"{root}/services/", "").splitlines()


def test_a_right_manifest_is_loaded(root: Path) -> None:
    manifest = load_all(root)["notes"]
    assert manifest.queues[0].consumer == "worker"
    assert manifest.stores.tables[0].sort is None


def test_services_come_in_the_order_of_their_names(root: Path) -> None:
    write(root, "other", other())
    write(root, "alpha", other(name="alpha", subdomain="alpha"))
    assert list(load_all(root)) == ["alpha", "notes", "other"]


def test_without_services_there_is_nothing(tmp_path: Path) -> None:
    assert load_all(tmp_path) == {}


@pytest.mark.parametrize(
    ("before", "after", "where"),
    [
        ("subdomain: notes", "subdomian: notes", "3: subdomian: Extra inputs"),
        ("subdomain: notes", "subdomain: Notes!", "3: subdomain: String should match"),
        ("{kind: web}", "{kind: wbe}", "5: roles.api.kind: Input should be"),
        ("{kind: web}", "{kind: web, cpu: 300}", "5: roles.api.cpu: Input should be"),
        ("env: NOTES_TABLE", "env: notes_table", "9: stores.tables.0.env: String should match"),
        (", partition: pk", "", "9: stores.tables.0.partition: Field required"),
        ("[notes.note.written.v1]", "[written]", "14: publishes.types.0: String should match"),
        ("dynamodb:GetItem", "dynamodb:*", "22: permissions.0.allow.0: String should match"),
        ("dynamodb:GetItem", "*", "22: permissions.0.allow.0: String should match"),
        ("table/notes,", "tables/notes,", "23: permissions.0.on.0: String should match"),
        (
            "    on: [table/notes, table/notes/index/by-date]",
            "    on: []",
            "23: permissions.0.on: Tuple should have",
        ),
        (
            "description: Notes of all kinds, for tests.",
            "description: short",
            "2: description: String should have",
        ),
    ],
)
def test_a_wrong_value_is_named_with_its_line(root: Path, before: str, after: str, where: str) -> None:
    assert before in NOTES
    write(root, "notes", NOTES.replace(before, after))
    assert any(line.startswith(f"notes/service.yaml:{where}") for line in said(root)), said(root)


@pytest.mark.parametrize(
    ("before", "after", "where"),
    [
        ("consumer: worker", "consumer: nobody", "18: queues.0.consumer: 'nobody' is not a role"),
        ("api: {kind: web}", "api: {kind: worker}", "4: roles: a role `api`"),
        ("api: {kind: web}", "web: {kind: web}", "4: roles: a role `api`"),
        ("{kind: web}", "{kind: web, scaling: {min: 5, max: 2}}", "5: roles.api.scaling: min is more"),
        ("env: NOTES_TABLE", "env: SCANS_QUEUE_URL", "17: queues.0.env: the variable 'SCANS_QUEUE_URL'"),
        (
            "notify_topic: new-scans",
            "notify_topic: notes-events",
            "13: publishes.topic: 'topic/notes-events'",
        ),
        ("{topic: new-scans}", "{topic: old-scans}", "20: queues.0.subscribes.0.topic: nobody publishes to"),
        ("{topic: new-scans}", "{topic: mail-events}", "20: queues.0.subscribes.0.topic: nobody publishes"),
        ("topic: notes-events", "topic: mail-events", "13: publishes.topic: 'mail-events' is the suite's"),
        (
            "{topic: new-scans}",
            "{topic: notes-events, types: [notes.note.lost.v1]}",
            "20: queues.0.subscribes.0.types: nobody publishes event type 'notes.note.lost.v1'",
        ),
        (
            ", partition: pk}",
            ", partition: pk, sort: sk, indexes: [{name: by-date, partition: day, sort: at, local: true}]}",
            "9: stores.tables.0: Value error, index by-date: a local index has",
        ),
        ("[table/notes,", "[table/ntoes,", "23: permissions.0.on.0: no service has 'table/ntoes'"),
        ("subdomain: notes", "subdomain: app", "3: subdomain: 'app' is a name of the suite's own"),
        ("name: notes\n", "name: notse\n", "1: name: is 'notse' but the folder is 'notes'"),
    ],
)
def test_what_does_not_fit_together_is_named_with_its_line(
    root: Path, before: str, after: str, where: str
) -> None:
    assert before in NOTES
    write(root, "notes", NOTES.replace(before, after, 1))
    assert any(line.startswith(f"notes/service.yaml:{where}") for line in said(root)), said(root)


@pytest.mark.parametrize(
    ("text", "where"),
    [
        ("a: [1,\nb: 2\n", "3: not valid YAML"),
        ("\tname: x\n", "1: not valid YAML"),
        ("a: 1\n? [b]\n: 2\n", "2: not valid YAML"),
        ("a: \x07\n", "1: not readable"),
        ("", "1: manifest: Input should be"),
        ("- a\n", "1: manifest: Input should be"),
        ("just words\n", "1: manifest: Input should be"),
        ("name: a\ndescription: b\nname: c\n", "3: name: is written twice"),
        ("roles:\n  api: {kind: web}\n  api: {kind: web}\n", "3: roles.api: is written twice"),
        ("queues:\n  - name: a\n    name: b\n", "3: queues.0.name: is written twice"),
        ("!!python/object/apply:os.system [ls]\n", "1: not valid YAML"),
    ],
)
def test_what_is_no_manifest_is_named_with_its_line(root: Path, text: str, where: str) -> None:
    write(root, "notes", text)
    assert said(root)[0].startswith(f"notes/service.yaml:{where}"), said(root)


def test_a_file_that_is_no_text_is_named(root: Path) -> None:
    write(root, "notes", "").write_bytes(b"name: \xff\xfe")
    assert said(root)[0].startswith("notes/service.yaml:1: not readable")


def test_every_problem_of_every_file_is_told_at_once(root: Path) -> None:
    write(root, "notes", NOTES.replace("kind: web", "kind: x").replace("kind: worker", "kind: y"))
    write(root, "other", other(port=1))
    assert [line.split(":")[:2] for line in said(root)] == [
        ["notes/service.yaml", "5"],
        ["notes/service.yaml", "6"],
        ["other/service.yaml", "7"],
    ]


TABLE = {"name": "notes", "env": "X_TABLE", "partition": "pk"}
BUCKET = {"name": "scans", "env": "X_BUCKET"}
QUEUE = {"name": "notes-scans", "env": "X_QUEUE_URL", "consumer": "api"}


@pytest.mark.parametrize(
    ("changes", "claim", "line"),
    [
        ({"subdomain": "notes"}, "subdomain notes", 3),
        ({"stores": {"tables": [TABLE]}}, "table/notes", 9),
        ({"stores": {"buckets": [BUCKET]}}, "bucket/scans", 9),
        (
            {"stores": {"buckets": [{**BUCKET, "name": "b2", "notify_topic": "new-scans"}]}},
            "topic/new-scans",
            11,
        ),
        ({"queues": [QUEUE]}, "queue/notes-scans", 8),
        ({"queues": [{**QUEUE, "name": "notes-scans-dlq"}]}, "queue/notes-scans-dlq", 8),
        ({"publishes": {"topic": "notes-events", "types": []}}, "topic/notes-events", 8),
    ],
)
def test_what_belongs_to_another_service_is_named_with_its_owner(
    root: Path, changes: dict[str, Any], claim: str, line: int
) -> None:
    write(root, "other", other(**changes))
    [problem] = [found for found in said(root) if f"{claim!r} belongs to notes" in found]
    assert problem.startswith(f"other/service.yaml:{line}: ")


@pytest.mark.parametrize(
    ("changes", "problem"),
    [
        ({"shares": {"SCANS": "bucket/scans"}}, None),
        ({"shares": {"NOTES_URL": "service/notes"}}, None),
        ({"shares": {"HEARERS": "subscribers/notes.note.written.v1"}}, None),
        (
            {"shares": {"HEARERS": "subscribers/notes.note.lost.v1"}},
            "8: shares.HEARERS: no service has 'subscribers/notes.note.lost.v1'",
        ),
        ({"shares": {"NOTES_URL": "service/nodes"}}, "8: shares.NOTES_URL: no service has 'service/nodes'"),
        ({"shares": {"SCANS": "bucket/scams"}}, "8: shares.SCANS: no service has 'bucket/scams'"),
        ({"permissions": [{"allow": ["s3:GetObject"], "on": ["bucket/scans/users/*"]}]}, None),
        ({"permissions": [{"allow": ["sqs:SendMessage"], "on": ["queue/notes-scans-dlq"]}]}, None),
        (
            {"permissions": [{"allow": ["sqs:SendMessage"], "on": ["queue/x"]}]},
            "11: permissions.0.on.0: no service",
        ),
        ({"permissions": [{"allow": ["sns:Publish"], "on": ["topic/new-scans"]}]}, None),
    ],
)
def test_what_is_named_must_be_somebodys(root: Path, changes: dict[str, Any], problem: str | None) -> None:
    write(root, "other", other(**changes))
    if problem is None:
        assert set(load_all(root)) == {"notes", "other"}
    else:
        assert said(root)[0].startswith(f"other/service.yaml:{problem}")


def test_what_a_consumer_may_do_follows_from_its_queues(root: Path) -> None:
    manifest = load_all(root)["notes"]
    consume, park = manifest.granted[len(manifest.permissions) :]
    assert consume.on == ("queue/notes-scans",)
    assert set(consume.allow) == {"sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:ChangeMessageVisibility"}
    assert (park.allow, park.on) == (("sqs:SendMessage",), ("queue/notes-scans-dlq",))


def test_a_service_without_queues_is_granted_what_is_written(root: Path) -> None:
    manifest = load(write(root, "other", other(permissions=[{"allow": ["s3:Get"], "on": ["bucket/scans"]}])))
    assert manifest.granted == manifest.permissions


@pytest.mark.parametrize(
    ("action", "resource"),
    [("sqs:DeleteMessage", "queue/notes-scans"), ("sqs:SendMessage", "queue/notes-scans-dlq")],
)
def test_what_follows_from_queues_is_not_written_again(root: Path, action: str, resource: str) -> None:
    write(root, "notes", NOTES + f"  - allow: [{action}]\n    on: [table/notes, {resource}]\n")
    problem = f"{action} on '{resource}' follows from `queues`: do not write it again"
    assert said(root) == [f"notes/service.yaml:25: permissions.1.on.1: {problem}"]


def test_a_service_that_sends_to_its_own_queue_says_so(root: Path) -> None:
    write(root, "notes", NOTES + "  - {allow: [sqs:SendMessage], on: [queue/notes-scans]}\n")
    assert load_all(root)["notes"].permissions[1].on == ("queue/notes-scans",)


def test_what_becomes_of_mail_is_heard_where_a_service_sends_some(root: Path) -> None:
    heard = NOTES.replace("{topic: new-scans}", "{topic: mail-events}")
    write(root, "notes", heard + "  - {allow: [ses:SendEmail], on: [mail/configuration-set]}\n")
    assert load_all(root)["notes"].queues[0].subscribes[0].topic == "mail-events"


def test_two_services_cannot_deliver_one_prefix(root: Path) -> None:
    delivers = [{"prefix": "films/", "access": "public"}]
    for name in ("other", "third"):
        bucket = {**BUCKET, "name": f"{name}-files", "delivers": delivers}
        write(root, name, other(name=name, subdomain=name, stores={"buckets": [bucket]}))
    assert said(root)[0].endswith("stores.buckets.0.delivers.0.prefix: 'cdn./films/' belongs to other")


def test_two_databases_of_one_name_clash(root: Path) -> None:
    database = {"stores": {"postgres": {"database": "shared_db"}}}
    write(root, "other", other(**database))
    write(root, "third", other(name="third", subdomain="third", **database))
    assert said(root)[0].endswith("'database/shared_db' belongs to other")


def test_roles_that_are_handed_out_name_what_exists(root: Path) -> None:
    role = {
        "name": "reader",
        "env": "READER_ARN",
        "permissions": [{"allow": ["s3:GetObject"], "on": ["bucket/none"]}],
    }
    write(root, "other", other(assumed_roles=[role]))
    assert "assumed_roles.0.permissions.0.on.0: no service has 'bucket/none'" in said(root)[0]


def test_words_that_older_yaml_takes_for_booleans_are_words(root: Path) -> None:
    manifest = load(
        write(
            root,
            "other",
            other() + "shares: {ON: bucket/scans}\npermissions:\n- {allow: ['s3:Get'], on: [bucket/scans]}\n",
        )
    )
    assert manifest.shares == {"ON": "bucket/scans"}
    assert manifest.permissions[0].on == ("bucket/scans",)


def test_one_service_issues_the_tokens(root: Path) -> None:
    with pytest.raises(ManifestError, match="no service issues the suite's tokens"):
        issuer_of(load_all(root))
    write(root, "other", other(issuer=True))
    assert issuer_of(load_all(root)).name == "other"


def test_a_second_issuer_is_named_with_the_first(root: Path) -> None:
    write(root, "other", other(issuer=True))
    write(root, "third", other(name="third", subdomain="third", issuer=True))
    assert said(root)[0].startswith("third/service.yaml:")
    assert said(root)[0].endswith("issuer: other is the issuer of the suite's tokens already")
