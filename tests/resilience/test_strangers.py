"""Every port of a suite, as other users of the machine and pages in a developer's browser find it.

A page may send what it likes to a loopback port; it reads an answer only where that names its origin, or
where its own name leads here (DNS rebinding): so nothing that matters is given to who has no password.
"""

import http.client
import json
import socket
import xmlrpc.client
from contextlib import suppress

import boto3
import psycopg2
import pytest
from botocore import UNSIGNED
from botocore.config import Config
from botocore.exceptions import ClientError

EVIL = {"Host": "evil.example", "Origin": "https://evil.example"}
PREFLIGHT = {"Access-Control-Request-Method": "POST", "Access-Control-Request-Headers": "x-amz-target"}


@pytest.fixture
def ports(running):
    """Return the ports of the suite by name: those of parts, of the supervisor and of purges."""
    return running.ports()


def asked(port, method, path, headers=EVIL, body=None):
    """Return status, headers and body of an answer; None of what does not speak HTTP or does not listen."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=120)
    with suppress(http.client.HTTPException, OSError):
        connection.request(method, path, body=body, headers=headers)
        answer = connection.getresponse()
        return answer.status, {name.lower(): value for name, value in answer.getheaders()}, answer.read()
    return None


def shared_with_pages(answer):
    return sorted(name for name in answer[1] if name.startswith("access-control-allow")) if answer else []


def test_no_port_lets_pages_of_other_origins_read(ports):
    requests = [
        *(("OPTIONS", path, {**EVIL, **PREFLIGHT}) for path in ("/", "/v1/me", "/RPC2")),
        *(("GET", path, EVIL) for path in ("/", "/metrics", "/version", "/_ministack/health")),
        ("POST", "/", {**EVIL, "Content-Type": "text/plain"}),
    ]
    found = {
        (name, method, path): shared
        for name, port in ports.items()
        for method, path, headers in requests
        if (shared := shared_with_pages(asked(port, method, path, headers)))
    }
    assert found == {}


def test_no_port_tells_a_page_whose_domain_leads_here_what_happens(ports):
    answers = {name: asked(port, "GET", "/metrics") for name, port in ports.items()}
    assert {name: answer[0] for name, answer in answers.items() if answer and answer[0] < 400} == {}


def test_the_supervisor_obeys_nobody_without_its_password(ports):
    for login in ("", "slipway:slipway@", "slipway:@"):
        stranger = xmlrpc.client.ServerProxy(f"http://{login}127.0.0.1:{ports['supervisor']}/RPC2")
        with pytest.raises(xmlrpc.client.ProtocolError) as refused:
            stranger.supervisor.shutdown()
        assert refused.value.errcode == 401
    for path in ("/", "/index.html?action=stopall", "/logtail/users"):
        assert asked(ports["supervisor"], "GET", path)[0] == 401


def test_the_cache_obeys_nobody_without_a_password(ports):
    def said(command):
        with socket.create_connection(("127.0.0.1", ports["cache"]), timeout=120) as connection:
            connection.sendall(command)
            return connection.recv(1000)

    for command in (b"KEYS *", b"INFO", b"CONFIG GET *", b"FLUSHALL"):
        assert said(command + b"\r\n").startswith(b"-NOAUTH")
    assert said(b"AUTH default\r\n").startswith(b"-WRONGPASS")
    assert said(b"POST / HTTP/1.1\r\nHost: evil.example\r\n\r\nFLUSHALL\r\n") == b""


@pytest.mark.parametrize("user", ["postgres", "users", "slipway"])
def test_the_database_lets_nobody_in_without_a_password(ports, user):
    for given in ({}, {"password": user}):
        with pytest.raises(psycopg2.OperationalError):
            psycopg2.connect(host="127.0.0.1", port=ports["postgres"], user=user, dbname="postgres", **given)


@pytest.mark.parametrize(
    ("service", "operation"),
    [
        ("s3", "list_buckets"),
        ("dynamodb", "list_tables"),
        ("sqs", "list_queues"),
        ("sns", "list_topics"),
        ("iam", "list_users"),
        ("secretsmanager", "list_secrets"),
        ("sts", "get_session_token"),
        ("sesv2", "list_email_identities"),
    ],
)
def test_the_emulator_answers_nobody_without_a_key(ports, service, operation):
    address = f"http://127.0.0.1:{ports['emulator']}"
    for keys in ({"config": Config(signature_version=UNSIGNED)}, {"aws_access_key_id": "test"}):
        made_up = {"aws_secret_access_key": "test"} if "aws_access_key_id" in keys else {}
        client = boto3.client(service, region_name="us-east-1", endpoint_url=address, **keys, **made_up)
        with pytest.raises(ClientError) as refused:
            getattr(client, operation)()
        assert refused.value.response["ResponseMetadata"]["HTTPStatusCode"] in {400, 403}


def test_the_emulator_shows_nobody_the_mails_that_it_has_seen_or_how_to_empty_it(ports):
    for path in ("/_ministack/ses/messages", "/_ministack/reset", "/_ministack/state", "/_localstack/init"):
        assert asked(ports["emulator"], "GET", path)[0] == 404
        assert asked(ports["emulator"], "POST", path)[0] == 404


def test_nobody_purges_the_edge_without_its_token(ports):
    body = json.dumps({"host": "cdn.localhost", "paths": ["/*"]})
    for given in ({}, {"Authorization": "Bearer "}, {"Authorization": "Bearer x"}):
        headers = {"Content-Type": "application/json", **given}
        assert asked(ports["purges"], "POST", "/v1/purges", headers, body)[0] in {401, 403}


def test_the_mailbox_takes_no_mail_from_a_page_and_shows_none(ports):
    mail = "HELO a\r\nMAIL FROM:<a@b.example>\r\nRCPT TO:<anna@example.com>\r\nDATA\r\nhi\r\n.\r\n"
    headers = "".join(f"X-Browser-{number}: as browsers send\r\n" for number in range(6))
    with socket.create_connection(("127.0.0.1", ports["mail"]), timeout=120) as connection:
        connection.sendall(f"POST / HTTP/1.1\r\nHost: evil.example\r\n{headers}\r\n{mail}".encode())
        connection.shutdown(socket.SHUT_WR)
        said = b"".join(iter(lambda: connection.recv(1000), b""))
    assert b"Too many unrecognized commands" in said
    assert b"250 " not in said
