"""Cluster and functions over HTTP, spoken to as AWS is; answers are held to botocore's service models."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any, ClassVar

import botocore.session
from botocore.model import ListShape, MapShape, ServiceModel, Shape, StructureShape
from botocore.validate import validate_parameters
from tests.deploy import rest
from tests.deploy.cluster import Cluster, Refusal

_SERVICES = {
    "AmazonEC2ContainerServiceV20141113": "ecs",
    "AmazonEC2ContainerRegistry_V20150921": "ecr",
    "GraniteServiceVersion20100801": "cloudwatch",
    "Logs_20140328": "logs",
}


class Broken(Exception):
    """The stand-in answered what AWS never would."""


def start(cluster: Cluster, hooks: Mapping[str, Callable[[], None]]) -> ThreadingHTTPServer:
    """Serve the cluster on loopback; a GET of a hook's path calls it."""
    session = botocore.session.get_session()
    models = {name: session.get_service_model(name) for name in (*_SERVICES.values(), "lambda")}
    handler = type("Handler", (_Handler,), {"cluster": cluster, "hooks": hooks, "models": models})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    Thread(target=server.serve_forever, daemon=True).start()
    return server


class _Handler(BaseHTTPRequestHandler):
    cluster: ClassVar[Cluster]
    hooks: ClassVar[Mapping[str, Callable[[], None]]]
    models: ClassVar[Mapping[str, ServiceModel]]

    def do_GET(self) -> None:
        if self.path in self.hooks:
            self.hooks[self.path]()
            self._send(200, {})
        else:
            self._of_functions()

    def do_PUT(self) -> None:
        self._of_functions()

    def do_POST(self) -> None:
        if "X-Amz-Target" in self.headers:
            self._of_the_cluster()
        else:
            self._of_functions()

    def _of_functions(self) -> None:
        operation, given = rest.read(self.models["lambda"], self.command, self.path, self._body())
        validate_parameters(given, operation.input_shape)
        answer = self.cluster.answer_of_functions(operation.name, given)
        _hold_to(operation.output_shape, answer, operation.name)
        made = rest.written(operation, answer)
        self._write(made.status, made.headers, made.content)

    def _of_the_cluster(self) -> None:
        service, _, operation = self.headers["X-Amz-Target"].partition(".")
        body = json.loads(self._body())
        model = self.models[_SERVICES[service]].operation_model(operation)
        try:
            validate_parameters(body, model.input_shape)
            answer = self.cluster.answer(operation, body)
        except Refusal as refusal:
            self._send(400, {"__type": refusal.code, "message": str(refusal)})
            return
        _hold_to(model.output_shape, answer, operation)
        self._send(200, answer)

    def _body(self) -> bytes:
        return self.rfile.read(int(self.headers.get("Content-Length", "0")))

    def _send(self, status: int, body: dict[str, Any]) -> None:
        self._write(status, {"Content-Type": "application/x-amz-json-1.1"}, json.dumps(body).encode())

    def _write(self, status: int, headers: Mapping[str, str], content: bytes) -> None:
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *_: object) -> None: ...


def _hold_to(shape: Shape, value: Any, path: str) -> None:
    """Raise Broken where an answer has what the model does not know, or values that it does not list."""
    if isinstance(shape, StructureShape):
        if unknown := value.keys() - shape.members.keys():
            raise Broken(f"{path} has no {', '.join(unknown)}")
        for name, item in value.items():
            _hold_to(shape.members[name], item, f"{path}.{name}")
    elif isinstance(shape, ListShape):
        for item in value:
            _hold_to(shape.member, item, f"{path}[]")
    elif isinstance(shape, MapShape):
        for item in value.values():
            _hold_to(shape.value, item, f"{path}{{}}")
    elif (enum := getattr(shape, "enum", None)) and value not in enum:
        raise Broken(f"{path} is never {value}")
