"""The edge: TLS, hosts, headers, cross-origin rules, and what must not be reachable."""

import shutil
import socket
import ssl
import subprocess

import pytest
from tests.system.expect import answer, problem
from tests.system.manifests import SERVICES
from tests.system.uploading import credentials


def handshake(environment, host, **limits):
    """Open TLS to the gateway as `host`; return the negotiated version and protocol."""
    context = ssl.create_default_context(cafile=environment.ca)
    context.set_alpn_protocols(["h2", "http/1.1"])
    for name, value in limits.items():
        setattr(context, name, value)
    with (
        socket.create_connection((environment.connect_address, environment.port), 10) as plain,
        context.wrap_socket(plain, server_hostname=host) as secure,
    ):
        return secure.version(), secure.selected_alpn_protocol()


def say(environment, text, host=None):
    """Send bytes in the clear, or by TLS as `host`; return what comes back."""
    with socket.create_connection((environment.connect_address, environment.port), 10) as plain:
        connection = plain
        if host is not None:
            context = ssl.create_default_context(cafile=environment.ca)
            connection = context.wrap_socket(plain, server_hostname=host)
        connection.settimeout(10)
        connection.sendall(text)
        received = b""
        try:
            while chunk := connection.recv(65_536):
                received += chunk
        except (TimeoutError, ConnectionResetError, ssl.SSLError):
            pass
        return received


@pytest.mark.parametrize("service", [*SERVICES, "s3"])
def test_each_subdomain_shows_a_certificate_of_its_own(environment, service):
    version, _ = handshake(environment, environment.host(service))
    assert version in {"TLSv1.2", "TLSv1.3"}


def test_the_newest_tls_is_spoken(environment):
    assert (
        handshake(environment, environment.host("users"), minimum_version=ssl.TLSVersion.TLSv1_3)[0]
        == "TLSv1.3"
    )


@pytest.mark.filterwarnings("ignore:ssl.TLSVersion:DeprecationWarning")
@pytest.mark.parametrize("version", [ssl.TLSVersion.TLSv1, ssl.TLSVersion.TLSv1_1])
def test_old_tls_is_not_spoken(environment, version):
    with pytest.raises((ssl.SSLError, OSError, ValueError)):
        handshake(environment, environment.host("users"), minimum_version=version, maximum_version=version)


def test_http2_is_offered(environment):
    assert handshake(environment, environment.host("todos"))[1] == "h2"


def test_http2_works(environment):
    curl = shutil.which("curl")
    if (
        curl is None
        or b"HTTP2" not in subprocess.run([curl, "--version"], capture_output=True, check=True).stdout
    ):
        pytest.skip("no curl with HTTP/2 on this machine")
    host, port = environment.host("users"), environment.port
    trust = ["--cacert", environment.ca] if environment.ca else []
    route = ["--connect-to", f"{host}:{port}:{environment.connect_address}:{port}"]
    show = ["-sS", "-o", "/dev/null", "-w", "%{http_version} %{http_code}", "--http2"]
    command = [curl, "-q", "--noproxy", "*", *show, *trust, *route, f"https://{host}:{port}/livez"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=True)
    assert done.stdout == "2 200"


def test_plain_http_is_told_to_use_https(environment):
    request = f"GET /v1/me HTTP/1.1\r\nHost: {environment.host('users')}\r\nConnection: close\r\n\r\n"
    received = say(environment, request.encode())
    head, _, body = received.partition(b"\r\n\r\n")
    assert int(head.split()[1]) in {301, 308, 400, 426}
    assert b"<html" not in body.lower()


@pytest.mark.parametrize(
    "host", ["evil.example", "x.localhost", "", "users.localhost.evil.example", "127.0.0.1"]
)
def test_a_host_that_is_not_ours_reaches_nothing(environment, host):
    request = f"GET /v1/me HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n"
    received = say(environment, request.encode(), environment.host("users"))
    status = int(received.split()[1]) if received else 0
    assert status == 0 or 400 <= status < 500
    assert b"<html" not in received.lower()


@pytest.mark.parametrize(
    "text",
    [b"GET / HTTP/1.1\r\n\r\n", b"nonsense\r\n\r\n", b"GET /\0 HTTP/1.1\r\nHost: users\r\n\r\n",
     b"GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n", b"GET / HTTP/9.9\r\nHost: users\r\n\r\n",
     b"POST /v1/todos HTTP/1.1\r\nHost: todos\r\nContent-Length: x\r\n\r\n",
     b"POST / HTTP/1.1\r\nHost: users\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\nabc"],
)  # fmt: skip
def test_what_is_hardly_http_is_refused_without_html(environment, text):
    text = text.replace(b"Host: users", f"Host: {environment.host('users')}".encode())
    received = say(environment, text, environment.host("users"))
    assert received == b"" or 400 <= int(received.split()[1]) < 506
    assert b"<html" not in received.lower()


@pytest.mark.parametrize("service", SERVICES)
def test_browsers_are_told_to_stay_with_https(anyone, environment, service):
    """Not on localhost: it would bind the developer's other servers there as well."""
    headers = anyone.get(service, "/livez").headers
    is_local = environment.domain.endswith("localhost")
    assert is_local or "max-age=" in headers["Strict-Transport-Security"]


@pytest.mark.parametrize("service", SERVICES)
def test_answers_carry_security_headers(anyone, service):
    for path in ("/livez", "/v1/nothing"):
        headers = anyone.get(service, path).headers
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert headers["Referrer-Policy"]
        assert (
            "frame-ancestors 'none'" in headers.get("Content-Security-Policy", "")
            or headers["X-Frame-Options"]
        )


@pytest.mark.parametrize("service", SERVICES)
def test_answers_do_not_say_what_made_them(anyone, service):
    for path in ("/livez", "/v1/nothing"):
        server = anyone.get(service, path).headers.get("Server", "")
        assert not any(character.isdigit() for character in server)
        assert "gunicorn" not in server.lower()


@pytest.mark.parametrize("service", SERVICES)
@pytest.mark.parametrize(
    "path", ["/metrics", "/metrics/", "/METRICS", "//metrics", "/%6detrics", "/v1/../metrics"]
)
def test_metrics_are_not_for_the_public(anyone, service, path):
    response = anyone.get(service, path)
    assert response.status_code in {400, 403, 404}
    assert "http_requests_total" not in response.text


@pytest.mark.parametrize(
    "path", ["/_ministack/health", "/_localstack/health", "/_aws/ses", "/moto-api/data.json"]
)
def test_the_emulators_own_doors_are_closed(anyone, path):
    assert 400 <= anyone.get("s3", path).status_code < 500


@pytest.mark.parametrize("service", SERVICES)
def test_health_and_version_are_told(anyone, service):
    assert anyone.get(service, "/livez").status_code == 200
    ready = answer(anyone.get(service, "/readyz"))
    assert ready["status"] == "ok"
    assert ready["checks"]
    for check in ready["checks"].values():
        assert check.keys() >= {"status", "latency_ms"}
    version = answer(anyone.get(service, "/version"))
    assert version["service"] == service
    assert version.keys() >= {"version", "commit", "started_at"}


def preflight(client, service, origin, method="POST", path="/v1/nothing"):
    headers = {
        "Origin": origin,
        "Access-Control-Request-Method": method,
        "Access-Control-Request-Headers": "authorization,content-type,idempotency-key,if-match,if-none-match",
    }
    return client.call("OPTIONS", service, path, headers=headers)


@pytest.mark.parametrize("service", SERVICES)
def test_our_own_app_may_call_from_its_origin(anyone, environment, service):
    origin = environment.origin("app")
    response = preflight(anyone, service, origin)
    assert response.status_code in {200, 204}
    assert response.headers["Access-Control-Allow-Origin"] == origin
    assert {"GET", "POST", "PATCH", "DELETE"} <= set(
        response.headers["Access-Control-Allow-Methods"].replace(" ", "").split(",")
    )
    allowed = response.headers["Access-Control-Allow-Headers"].lower()
    for name in ("authorization", "content-type", "idempotency-key", "if-match", "if-none-match"):
        assert name in allowed
    assert "Origin" in response.headers["Vary"]


@pytest.mark.parametrize("service", SERVICES)
def test_our_own_app_may_read_what_it_needs_also_of_problems(anyone, environment, service):
    origin = environment.origin("app")
    for path in ("/livez", "/v1/nothing"):
        headers = anyone.get(service, path, headers={"Origin": origin}).headers
        assert headers["Access-Control-Allow-Origin"] == origin
        exposed = headers["Access-Control-Expose-Headers"].lower()
        for name in ("etag", "location", "retry-after", "x-request-id"):
            assert name in exposed


@pytest.mark.parametrize("service", SERVICES)
@pytest.mark.parametrize(
    "origin", ["https://evil.example", "null", "https://app.localhost.evil.example", "http://app.localhost"]
)
def test_nobody_else_may(anyone, service, origin):
    for response in (
        preflight(anyone, service, origin),
        anyone.get(service, "/livez", headers={"Origin": origin}),
    ):
        assert response.headers.get("Access-Control-Allow-Origin") not in {origin, "*"}


def test_credentials_cross_only_where_the_refresh_cookie_is(anyone, environment):
    response = preflight(anyone, "users", environment.origin("app"), path="/v1/sessions/refresh")
    assert response.headers.get("Access-Control-Allow-Credentials") == "true"


def test_a_burst_is_answered_or_told_when_to_come_back(anna):
    for _ in range(60):
        response = anna.client.get("todos", "/v1/todos", patient=False)
        if response.status_code == 429:
            problem(response, 429)
            assert int(response.headers["Retry-After"]) > 0
            return
        assert response.status_code == 200


def test_who_asks_for_compression_gets_the_same_answer(anna):
    anna.todo("some text to press together, " * 15)
    response = anna.client.get("todos", "/v1/todos", headers={"Accept-Encoding": "gzip"})
    assert len(answer(response)["items"]) == 1
    assert response.headers.get("ETag")


@pytest.mark.parametrize("method", ["POST", "PUT"])
def test_our_own_app_may_send_files_to_storage_from_the_browser(anna, environment, method):
    bucket = credentials(anna)["bucket"]
    origin = environment.origin("app")
    headers = {"Origin": origin, "Access-Control-Request-Method": method}
    response = anna.client.as_(None).call("OPTIONS", "s3", f"/{bucket}/users/x", headers=headers)
    assert response.status_code in {200, 204}
    assert response.headers["Access-Control-Allow-Origin"] in {origin, "*"}
    assert method in response.headers["Access-Control-Allow-Methods"]
    headers["Origin"] = "https://evil.example"
    response = anna.client.as_(None).call("OPTIONS", "s3", f"/{bucket}/users/x", headers=headers)
    assert response.headers.get("Access-Control-Allow-Origin") not in {"https://evil.example", "*"}
