"""The cluster over HTTP, spoken to as AWS is; its answers are held to botocore's service models."""

from __future__ import annotations

import json
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any

import botocore.session
from botocore.model import ListShape, MapShape, Shape, StructureShape
from botocore.validate import validate_parameters
from tests.deploy.cluster import Cluster, Refusal

_SERVICES = {
    "AmazonEC2ContainerServiceV20141113": "ecs",
    "AmazonEC2ContainerRegistry_V20150921": "ecr",
    "Logs_20140328": "logs",
}


class Broken(Exception):
    """The stand-in answered what AWS never would."""


def start(cluster: Cluster, hooks: dict[str, Any]) -> ThreadingHTTPServer:
    """Serve the cluster on loopback; a GET calls the hook of that path."""
    session = botocore.session.get_session()
    models = {name: session.get_service_model(name) for name in _SERVICES.values()}

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            hooks[self.path]()
            self._send(200, {})

        def do_POST(self) -> None:
            service, _, operation = self.headers["X-Amz-Target"].partition(".")
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            model = models[_SERVICES[service]].operation_model(operation)
            try:
                validate_parameters(body, model.input_shape)
                answer = cluster.answer(operation, body)
            except Refusal as refusal:
                self._send(400, {"__type": refusal.code, "message": str(refusal)})
                return
            _hold_to(model.output_shape, answer, operation)
            self._send(200, answer)

        def _send(self, status: int, body: dict[str, Any]) -> None:
            content = json.dumps(body).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/x-amz-json-1.1")
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *_: object) -> None: ...

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    Thread(target=server.serve_forever, daemon=True).start()
    return server


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
